"""Erasure in the log: segments written anew without a person's rows, as exactly once as everything in the log.

A segment is written whole beside the old one, and one transaction puts it in its place; the old file goes when no build
holds it. What was counted stays counted: each erased event is added to a total that other persons share.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tillit import fault
from tillit.events.erased import BATCH_ROWS, NEVER, SUBJECT, Marks, named_in, rows_gone
from tillit.events.erasures import Waiting, event_digest, note_rows
from tillit.events.key import read_or_create_key
from tillit.events.log import EventLog
from tillit.events.publishing import make_live
from tillit.events.segments import Segment, SegmentKind, SegmentWriter

# A total names a day, a channel and a function only if so many persons had events there when it was frozen.
K_PERSONS = 5
MICROS_PER_DAY = 86_400_000_000

Cell = tuple[str, str, str]  # period, channel, function


def rewrite(log: EventLog, erasure: Waiting) -> None:
    """Write every segment without the rows of an erasure. Killed anywhere, calling again completes it.

    The caller holds the log's write lock and has widened the erasure to the whole person. Rows that name a subject of
    it are gone if they happened or came before it was asked for; all others stay as they are, in their order.

    Raises:
        DamagedSegment: A segment that holds such rows cannot be trusted, so nothing can be copied out of it.
    """
    key = read_or_create_key(log.directory)
    found = [segment for segment, _ in rows_naming(log, erasure.subjects)]
    log.sound_or_refuse(found)
    shared = _shared_cells(log, [segment for segment in found if segment.kind is SegmentKind.EVENTS], erasure)
    for segment in found:
        _replace(log, segment, erasure, shared, key=key)


def rows_naming(log: EventLog, subjects: Collection[bytes]) -> Iterator[tuple[Segment, int]]:
    """The live segments that hold rows naming one of these subjects, with how many they hold."""
    wanted = pa.array(sorted(subjects), SUBJECT)
    for kind in SegmentKind:
        columns = list(named_in(kind.schema))
        for segment in log.segments(kind):
            with pq.ParquetFile(segment.path) as file:
                batches = file.iter_batches(1 << 20, columns=columns)
                count = sum(int(_naming(batch.columns, wanted).sum()) for batch in batches)
            if count:
                yield segment, count


def _naming(columns: Sequence[pa.Array], wanted: pa.Array) -> Marks:
    found = [pc.is_in(column, value_set=wanted).to_numpy(zero_copy_only=False) for column in columns]
    marks: Marks = np.logical_or.reduce(found)
    return marks


def _gone(rows: pa.Table, erasure: Waiting) -> Marks:
    subjects = erasure.subjects
    return rows_gone(rows, lambda named: [erasure.asked_at if one in subjects else NEVER for one in named])


def _replace(log: EventLog, old: Segment, erasure: Waiting, shared: set[Cell], *, key: bytes) -> None:
    erased: list[tuple[bytes]] = []
    totals: Counter[Cell] = Counter()
    with (
        SegmentWriter(lambda: log.new_segment(old.kind, old.import_id)) as writer,
        pq.ParquetFile(old.path) as file,
    ):
        for batch in file.iter_batches(BATCH_ROWS):
            rows = pa.Table.from_batches([batch])
            marks = _gone(rows, erasure)
            gone = rows.filter(pa.array(marks))
            writer.write(rows.filter(pa.array(~marks)))
            if old.kind in (SegmentKind.EVENTS, SegmentKind.HELD_EVENTS):
                ids = zip(gone["source"].to_pylist(), gone["event_id"].to_pylist(), strict=True)
                erased += [(event_digest(*one, key=key),) for one in ids]
            if old.kind is SegmentKind.EVENTS:
                totals.update(_coarsened(cell, shared) for cell in _cells(gone))
    if writer.rows == old.rows:
        return  # it names somebody who came back; the copy was never live and is cleared with the next write
    note_rows(log, erasure.number, f"log/{old.path.name}", old.rows - writer.rows)
    fault.point("erase.segment_written")
    with log.transaction() as connection:
        make_live(connection, writer.finished)
        connection.execute("update segment set state = 'withdrawn' where id = ?", (old.id,))
        connection.executemany("insert or ignore into erased_event (digest) values (?)", erased)
        connection.executemany(
            "insert into erased_total (period, channel, function, events) values (?, ?, ?, ?)"
            " on conflict do update set events = events + excluded.events",
            [(*cell, events) for cell, events in totals.items()],
        )
    fault.point("erase.segment_live")


def _cells(events: pa.Table) -> list[Cell]:
    days = [_day(micros) for micros in events["occurred_at"].to_pylist()]
    return list(zip(days, events["channel"].to_pylist(), events["function"].to_pylist(), strict=True))


def _day(micros: int) -> str:
    return datetime.fromtimestamp(micros // MICROS_PER_DAY * 86_400, UTC).date().isoformat()


def _levels(cell: Cell) -> tuple[Cell, Cell, Cell]:
    """A cell, its month, and everything."""
    return cell, (cell[0][:7], "", ""), ("", "", "")


def _coarsened(cell: Cell, shared: set[Cell]) -> Cell:
    return next((level for level in _levels(cell)[:2] if level in shared), ("", "", ""))


def _shared_cells(log: EventLog, found: Sequence[Segment], erasure: Waiting) -> set[Cell]:
    """Of the days and months that the erased events fall in, those where at least K_PERSONS subjects had events."""
    wanted: set[Cell] = set()
    for segment in found:
        with pq.ParquetFile(segment.path) as file:
            for batch in file.iter_batches(BATCH_ROWS):
                rows = pa.Table.from_batches([batch])
                for cell in _cells(rows.filter(pa.array(_gone(rows, erasure)))):
                    wanted.update(_levels(cell)[:2])
    persons: dict[Cell, set[bytes]] = defaultdict(set)
    open_cells = set(wanted)
    for path in log.sound(SegmentKind.EVENTS):
        with pq.ParquetFile(path) as file:
            columns = ["occurred_at", "channel", "function", "subject"]
            for batch in file.iter_batches(BATCH_ROWS, columns=columns):
                if not open_cells:
                    return wanted
                rows = pa.Table.from_batches([batch])
                for cell, subject in zip(_cells(rows), rows["subject"].to_pylist(), strict=True):
                    for level in _levels(cell)[:2]:
                        if level in open_cells:
                            persons[level].add(subject)
                            if len(persons[level]) >= K_PERSONS:
                                open_cells.discard(level)
    return wanted - open_cells
