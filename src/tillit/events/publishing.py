"""Bringing an import's staged parts into the log, exactly once, and taking them out again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tillit import fault
from tillit.errors import StoreError
from tillit.events.erased import clear_left, without_erased
from tillit.events.log import EventLog, ImportState, LoggedImport, require_import
from tillit.events.segments import Segment, SegmentKind, SegmentWriter
from tillit.events.sifting import Sifting, sifting
from tillit.sentences import sentence

UNMET_ROWS = "unmet-rows.parquet"


@dataclass(frozen=True, slots=True)
class StagedParts:
    """Parquet files of one import, each (source, event_id) once: EVENT_SCHEMA and LINK_SCHEMA."""

    events: Sequence[Path]
    links: Sequence[Path]


def publish(log: EventLog, import_id: str, parts: StagedParts, *, work: Path) -> LoggedImport:
    """Add an import's new events, and their links, to the log; hold back those it has already.

    Events whose (source, event_id) is in the log are kept whole beside it, so that undoing the import they repeat
    can offer them again. What belongs to erased persons is left out and counts as a duplicate.
    Killed anywhere, either all of the import is in the log or nothing is; calling again with
    the same id completes it, and changes nothing once it is done.

    Args:
        log: An open log.
        import_id: The caller's name for this import; never used for another file.
        parts: The staged parts; read, never changed.
        work: A folder of this import, for what does not fit in memory. `UNMET_ROWS` is written there: the rows of
            the file that conflict with the log and brought nothing new (origin_row, event_id, activity).

    Returns:
        The import with its counts.

    Raises:
        LogBusy: Another import or undo is being written.
        StoreError: The import was undone; a file that should come back comes as a new import.
        DamagedSegment: A segment of the log does not match its digest, so what is new cannot be told.
    """
    with log.writing():
        with log.transaction() as connection:
            connection.execute(
                "insert into import (id, state) values (?, 'publishing') on conflict do nothing", (import_id,)
            )
        entry = require_import(log, import_id)
        if entry.state is ImportState.DONE:
            return entry
        if entry.state is ImportState.UNDONE:
            raise StoreError(
                sentence("Import {import_id} was undone. Import its file again as a new import.", import_id=import_id)
            )
        fault.point("publish.begun")
        committed = log.sound_or_refuse(log.segments(SegmentKind.EVENTS))
        work.mkdir(parents=True, exist_ok=True)
        left = without_erased(log, parts.events, parts.links, work=work)
        with sifting(left.events, committed, work=work) as sieve:
            events, held_events = write_sifted(log, import_id, sieve, left.events, SegmentKind.EVENTS)
            links, held_links = write_sifted(log, import_id, sieve, left.links, SegmentKind.LINKS)
            duplicate_events, conflict_events = sieve.known
            duplicate_rows, conflict_rows = sieve.write_unmet_rows(work / UNMET_ROWS)
        # The log had what was erased: it is told as known, and stays out.
        duplicate_events, duplicate_rows = duplicate_events + left.erased_events, duplicate_rows + left.erased_rows
        clear_left(left, (*parts.events, *parts.links))
        fault.point("publish.before_commit")
        with log.transaction() as connection:
            make_live(connection, (*events, *links, *held_events, *held_links))
            connection.execute(
                "update import set state = 'done', events = ?, duplicate_events = ?, conflict_events = ?,"
                " duplicate_rows = ?, conflict_rows = ? where id = ?",
                (row_count(events), duplicate_events, conflict_events, duplicate_rows, conflict_rows, import_id),
            )
        fault.point("publish.after_commit")
        return require_import(log, import_id)


def undo(log: EventLog, import_id: str, *, work: Path) -> tuple[LoggedImport, ...]:
    """Take an import's events out of the log, and offer again what other imports held back because of them.

    Afterwards the log holds what it would hold if the import had never come. Killed anywhere, it is undone or it is
    not; calling again completes it, and changes nothing once it is undone.

    Args:
        log: An open log.
        import_id: A published import.
        work: A folder for what does not fit in memory.

    Returns:
        The imports, besides this one, that brought events while it was undone; `recovered_events` says how many so far.

    Raises:
        LogBusy: Another import or undo is being written.
        StoreError: The log has no such import, or it is not published.
        DamagedSegment: A segment of another import is damaged, so what is new cannot be told.
    """
    with log.writing():
        entry = require_import(log, import_id)
        if entry.state is ImportState.UNDONE:
            return ()
        if entry.state is ImportState.PUBLISHING:
            raise StoreError(
                sentence("Import {import_id} is not finished; finish it first, then undo it.", import_id=import_id)
            )
        fault.point("undo.begun")
        work.mkdir(parents=True, exist_ok=True)
        recovered = _offer_again(log, import_id, work)
        fault.point("undo.before_commit")
        with log.transaction() as connection:
            connection.execute("update segment set state = 'withdrawn' where import_id = ?", (import_id,))
            connection.execute("update import set state = 'undone' where id = ?", (import_id,))
            for other, segments in recovered.items():
                make_live(connection, segments)
                connection.execute(
                    "update import set recovered_events = recovered_events + ? where id = ?",
                    (row_count(segment for segment in segments if segment.kind is SegmentKind.EVENTS), other),
                )
        fault.point("undo.after_commit")
        return tuple(require_import(log, other) for other in recovered)


def _offer_again(log: EventLog, undone: str, work: Path) -> dict[str, tuple[Segment, ...]]:
    """Write, per import in their order, the held events that nothing but the undone import had before them."""
    held = [segment for segment in log.segments(SegmentKind.HELD_EVENTS) if segment.import_id != undone]
    if not held:
        return {}
    held_links = log.segments(SegmentKind.HELD_LINKS)
    committed = log.sound_or_refuse(
        [segment for segment in log.segments(SegmentKind.EVENTS) if segment.import_id != undone]
    )
    recovered: dict[str, tuple[Segment, ...]] = {}
    for other in log.imports():
        theirs = log.sound_or_refuse([segment for segment in held if segment.import_id == other.id])
        if not theirs:
            continue
        with sifting(theirs, committed, work=work) as sieve:
            their_links = log.sound_or_refuse([segment for segment in held_links if segment.import_id == other.id])
            events, _ = write_sifted(log, other.id, sieve, theirs, SegmentKind.EVENTS, hold=False)
            links, _ = write_sifted(log, other.id, sieve, their_links, SegmentKind.LINKS, hold=False)
        committed += [segment.path for segment in events]
        if events:
            recovered[other.id] = (*events, *links)
    return recovered


HELD = {SegmentKind.EVENTS: SegmentKind.HELD_EVENTS, SegmentKind.LINKS: SegmentKind.HELD_LINKS}


def write_sifted(
    log: EventLog, import_id: str, sieve: Sifting, parts: Sequence[Path], kind: SegmentKind, *, hold: bool = True
) -> tuple[tuple[Segment, ...], tuple[Segment, ...]]:
    """Write the new rows of these parts into segments and, unless told not to, the known ones into held segments."""
    with ExitStack() as stack:
        new = stack.enter_context(SegmentWriter(lambda: log.new_segment(kind, import_id)))
        old = stack.enter_context(SegmentWriter(lambda: log.new_segment(HELD[kind], import_id)))
        for new_rows, known_rows in sieve.batches(parts, kind.schema):
            new.write(new_rows)
            if hold:
                old.write(known_rows)
    return new.finished, old.finished


def make_live(connection: sqlite3.Connection, segments: Iterable[Segment]) -> None:
    """Give whole segments to readers, in the caller's transaction."""
    connection.executemany(
        "update segment set state = 'live', rows = ?, sha256 = ? where id = ?",
        [(segment.rows, segment.sha256, segment.id) for segment in segments],
    )


def row_count(segments: Iterable[Segment]) -> int:
    """How many rows segments have together."""
    return sum(segment.rows for segment in segments)
