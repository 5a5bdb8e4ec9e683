"""What was collected, added up anew: the counts of the hours against the rows there are."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tillit.events.hot import unpack
from tillit.events.log import EventLog
from tillit.events.sealing import COLLECTED, sealed_upto
from tillit_web.collect.sqlite_storage import SqliteStorage


@dataclass(frozen=True, slots=True)
class Verified:
    """What collection counted, and in `wrong` every sum that does not hold."""

    received: int
    accepted: int
    unsealed: int
    sealed: int
    wrong: tuple[str, ...]


def verify_collection(directory: Path) -> Verified:
    """Add everything up again, in one snapshot, also while events arrive.

    - For every hour and key, received = accepted + duplicate + rejected.
    - Accepted events are sealed or wait, and as many ids are known.
    - Sealed rows came into the log, or the log had them.
    - Every row that waits can be read.
    """
    with EventLog.open(directory) as log:
        sealed_upto(log)
    SqliteStorage.open(directory).close()
    with closing(sqlite3.connect(directory / "events.sqlite", isolation_level=None)) as database:
        database.execute("begin")
        return _add_up(database)


def _add_up(database: sqlite3.Connection) -> Verified:
    wrong = [
        f"hour {hour}, key {key}: {received} received, but {accepted} accepted, {duplicate} duplicate, "
        f"{rejected} rejected"
        for hour, key, received, accepted, duplicate, rejected in database.execute(
            "select hour, key_id, received, accepted, duplicate, rejected from hour"
            " where received <> accepted + duplicate + rejected"
        )
    ]
    received, accepted = database.execute(
        "select coalesce(sum(received), 0), coalesce(sum(accepted), 0) from hour"
    ).fetchone()
    upto, sealed = database.execute("select max(hi), sum(rows) from seal where state = 'sealed'").fetchone()
    unsealed = 0
    for number, event in database.execute("select id, event from hot where id > ?", (upto or 0,)):
        unsealed += 1
        try:
            unpack(event)
        except msgspec.MsgspecError as error:
            wrong.append(f"hot row {number} cannot be read: {error}")
    sealed = sealed or 0
    if accepted != sealed + unsealed:
        wrong.append(f"{accepted} events were accepted, but {sealed} are sealed and {unsealed} wait")
    known = database.execute("select count(*) from seen").fetchone()[0]
    if known != accepted:
        wrong.append(f"{accepted} events were accepted, but {known} ids are known")
    row = database.execute(
        "select events + duplicate_events + conflict_events from import where id = ?", (COLLECTED,)
    ).fetchone()
    logged = 0 if row is None else row[0]
    if logged != sealed:
        wrong.append(f"{sealed} events were sealed, but the log tells of {logged}")
    return Verified(received, accepted, unsealed, sealed, tuple(wrong))
