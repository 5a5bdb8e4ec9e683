"""What was collected, added up anew: the counts of the hours against the rows there are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tillit.errors import StoreError
from tillit.events.hot import unpack
from tillit.events.log import EventLog
from tillit.events.sealing import COLLECTED, sealed_rows, sealed_upto
from tillit_web.collect.opening import open_storage
from tillit_web.collect.storage import Storage, StorageUnavailable

MOST_LOOKS = 100  # sealing moves the mark once a minute
ROWS_A_LOOK = 10_000


@dataclass(frozen=True, slots=True)
class Verified:
    """What collection counted, and in `wrong` every sum that does not hold."""

    received: int
    accepted: int
    unsealed: int
    sealed: int
    wrong: tuple[str, ...]


def verify_collection(directory: Path) -> Verified:
    """Add everything up again, also while events arrive and are sealed.

    - For every hour and key, received = accepted + duplicate + rejected.
    - Accepted events are sealed or wait, and as many ids are known.
    - Sealed rows came into the log, or the log had them.
    - Every row that waits can be read.

    Raises:
        StoreError: The database where events wait does not answer.
    """
    try:
        storage = open_storage(directory)
    except StorageUnavailable as silent:
        raise StoreError(str(silent).strip()) from silent
    with EventLog.open(directory) as log, closing(storage) as opened:
        for _ in range(MOST_LOOKS):
            mark, sealed = sealed_upto(log), sealed_rows(log)
            tally = opened.tally(after=mark)
            if sealed_upto(log) == mark:  # otherwise rows were sealed between the two looks
                break
        logged = log.find_import(COLLECTED)
        unreadable = list(_unreadable(opened, after=mark))
    wrong = [
        f"hour {count.hour}, key {count.key_id}: {count.received} received, but {count.accepted} accepted, "
        f"{count.duplicate} duplicate, {count.rejected} rejected"
        for count in tally.uneven
    ]
    if tally.accepted != sealed + tally.waiting:
        wrong.append(f"{tally.accepted} events were accepted, but {sealed} are sealed and {tally.waiting} wait")
    if tally.known != tally.accepted:
        wrong.append(f"{tally.accepted} events were accepted, but {tally.known} ids are known")
    told = 0 if logged is None else logged.events + logged.duplicate_events + logged.conflict_events
    if told != sealed:
        wrong.append(f"{sealed} events were sealed, but the log tells of {told}")
    return Verified(tally.received, tally.accepted, tally.waiting, sealed, (*wrong, *unreadable))


def _unreadable(opened: Storage, *, after: int) -> Iterator[str]:
    while rows := opened.unsealed(after=after, limit=ROWS_A_LOOK):
        for row in rows:
            try:
                unpack(row.event)
            except msgspec.MsgspecError as error:
                yield f"hot row {row.id} cannot be read: {error}"
        after = rows[-1].id
