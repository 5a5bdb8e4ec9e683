"""Sealing: hot rows become segments of the log, exactly once, whenever the process dies.

1. An intent notes a closed range of row ids. 2. Its events are written to segments: file, fsync, rename, fsync of the
folder. 3. One transaction makes them live and moves the mark up to which rows are sealed. 4. Rows below the mark are
dropped. Readers take rows above the mark only, so that a row is in a segment or hot, never both.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import msgspec
import pyarrow.parquet as pq

from tillit import fault
from tillit.events.calls import SOURCE
from tillit.events.erased import Erased
from tillit.events.hot import HotEvent, HotRow, event_table, link_table, unpack
from tillit.events.log import EventLog
from tillit.events.publishing import StagedParts, make_live, row_count, write_sifted
from tillit.events.segments import Segment, SegmentKind, parquet_file
from tillit.events.sifting import sifting

COLLECTED = "collected"  # the import that collected events belong to in the log; it cannot be undone
MOST_ROWS = 200_000  # in one range: about 300 MB while it is written

Contact = tuple[bytes, str, str]  # subject, kind, clear value
KeepContacts = Callable[[Sequence[Contact]], None]


class HotRows(Protocol):
    """Where accepted events wait (the collector's storage)."""

    def unsealed(self, *, after: int, limit: int) -> list[HotRow]:
        """Rows with a greater id, oldest first; a row missing below the last of them will never come."""
        ...

    def drop(self, *, upto: int) -> None:
        """Forget rows up to this id."""
        ...


@dataclass(frozen=True, slots=True)
class Sealed:
    """What one range brought into the log: events that are new, and those that it had before or that were erased."""

    rows: int
    events: int
    known_events: int


def sealed_upto(log: EventLog) -> int:
    """The greatest id of a row that is in a segment; 0 before the first."""
    row = _state(log, "sealed")
    return 0 if row is None else row[1]


def sealed_rows(log: EventLog) -> int:
    """How many rows were sealed so far."""
    row = _state(log, "sealed")
    return 0 if row is None else row[2]


def seal(log: EventLog, hot: HotRows, *, keep_contacts: KeepContacts, work: Path) -> Sealed | None:
    """Seal the oldest rows, at most MOST_ROWS; None if none waits.

    Killed anywhere, calling again completes it; nothing is lost and nothing counted twice.

    Args:
        log: An open log.
        hot: The rows that wait.
        keep_contacts: Keeps clear values, durably, before their rows are dropped; may be told the same twice.
        work: A folder of sealing's own.

    Raises:
        LogBusy: An import or undo is being written.
        DamagedSegment: An import that may have brought the same events is damaged, so what is new cannot be told.
    """
    with log.writing():
        hot.drop(upto=sealed_upto(log))
        found = _range(log, hot)
        if found is None:
            return None
        lo, hi, rows = found
        fault.point("seal.intent")
        kept, contacts = _without_erased(rows, Erased.of(log))
        keep_contacts(contacts)
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        parts = _staged(kept, work)
        with sifting(parts.events, _may_have_the_same(log), work=work) as sieve:
            events, held_events = write_sifted(log, COLLECTED, sieve, parts.events, SegmentKind.EVENTS)
            fault.point("seal.after_rename")
            links, held_links = write_sifted(log, COLLECTED, sieve, parts.links, SegmentKind.LINKS)
            duplicate, conflicting = sieve.known
        shutil.rmtree(work)
        fault.point("seal.before_commit")
        with log.transaction() as connection:
            make_live(connection, (*events, *links, *held_events, *held_links))
            connection.execute(
                "update import set events = events + ?, duplicate_events = duplicate_events + ?,"
                " conflict_events = conflict_events + ? where id = ?",
                (row_count(events), duplicate + len(rows) - len(kept), conflicting, COLLECTED),
            )
            connection.execute(
                "insert into seal (state, lo, hi, rows) values ('sealed', ?, ?, ?)"
                " on conflict do update set hi = excluded.hi, rows = rows + excluded.rows",
                (lo, hi, len(rows)),
            )
            connection.execute("delete from seal where state = 'intent'")
        fault.point("seal.after_commit")
        hot.drop(upto=hi)
        return Sealed(len(rows), row_count(events), len(rows) - row_count(events))


def _state(log: EventLog, state: str) -> tuple[int, int, int] | None:
    # Made when it is first asked for: a log of an earlier day has no such table.
    log.connection.execute(Path(__file__).with_name("seal.sql").read_text(encoding="utf-8"))
    row = log.connection.execute("select lo, hi, rows from seal where state = ?", (state,)).fetchone()
    return None if row is None else (row["lo"], row["hi"], row["rows"])


def _range(log: EventLog, hot: HotRows) -> tuple[int, int, list[HotRow]] | None:
    """The range that a killed sealer intended, or a new one with its intent on record; and its rows."""
    intended = _state(log, "intent")
    if intended is not None:
        lo, hi, _ = intended
        return lo, hi, [row for row in hot.unsealed(after=lo - 1, limit=MOST_ROWS) if row.id <= hi]
    rows = hot.unsealed(after=sealed_upto(log), limit=MOST_ROWS)
    if not rows:
        return None
    lo, hi = rows[0].id, rows[-1].id
    with log.transaction() as connection:
        connection.execute("insert into import (id, state) values (?, 'done') on conflict do nothing", (COLLECTED,))
        connection.execute("insert into seal (state, lo, hi) values ('intent', ?, ?)", (lo, hi))
    return lo, hi, rows


def _contacts(row: HotRow) -> list[Contact]:
    return msgspec.msgpack.decode(row.contacts, type=list[Contact]) if row.contacts else []


def _without_erased(rows: Sequence[HotRow], erased: Erased) -> tuple[list[HotEvent], list[Contact]]:
    """The events, and the clear values beside them, without those of erased persons: a client may be late."""
    kept, contacts = [], []
    for row in rows:
        event = unpack(row.event)
        left = event if erased.is_empty else erased.hot(event)
        if left is not None:
            kept.append(left)
            contacts += [one for one in _contacts(row) if erased.is_empty or left.occurred_at > erased.until(one[0])]
    return kept, contacts


def _staged(events: Sequence[HotEvent], work: Path) -> StagedParts:
    """The events and their links as Parquet, for sifting."""
    tables = {SegmentKind.EVENTS: event_table(events), SegmentKind.LINKS: link_table(events)}
    paths: dict[SegmentKind, list[Path]] = {}
    with ExitStack() as stack:
        for kind, table in tables.items():
            path = work / f"{kind}.parquet"
            stack.enter_context(parquet_file(path, kind.schema)).write_table(table)
            paths[kind] = [path] if table.num_rows else []
    return StagedParts(events=paths[SegmentKind.EVENTS], links=paths[SegmentKind.LINKS])


def _may_have_the_same(log: EventLog) -> list[Path]:
    """Imported segments that hold events of our source. Those sealed before cannot: each id is accepted once."""
    imported = [segment for segment in log.segments(SegmentKind.EVENTS) if segment.import_id != COLLECTED]
    return log.sound_or_refuse([segment for segment in imported if _may_hold_source(segment)])


def _may_hold_source(segment: Segment) -> bool:
    return _sources_span(segment.path, segment.sha256)


@lru_cache(maxsize=4096)
def _sources_span(path: Path, sha256: str) -> bool:  # noqa: ARG001 - the digest tells files of one name apart
    try:
        metadata = pq.read_metadata(path)
    except (OSError, ValueError):
        return True  # whatever is wrong with it, its digest will tell
    column = metadata.schema.names.index("source")
    for group in range(metadata.num_row_groups):
        statistics = metadata.row_group(group).column(column).statistics
        if statistics is None or not statistics.has_min_max or statistics.min <= SOURCE <= statistics.max:
            return True
    return False
