"""Erasure in the log: segments written anew without persons' rows, as exactly once as everything in the log.

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
from tillit.events.erased import BATCH_ROWS, SUBJECT, Marks, came_at, named_in
from tillit.events.erasures import Waiting, add_rows, event_digest
from tillit.events.key import read_or_create_key
from tillit.events.log import EventLog
from tillit.events.publishing import make_live
from tillit.events.segments import Segment, SegmentKind, SegmentWriter

# A total names a day, a channel and a function only if so many persons had events there when it was frozen.
K_PERSONS = 5
MICROS_PER_DAY = 86_400_000_000

Cell = tuple[str, str, str]  # period, channel, function


def rewrite(log: EventLog, erasures: Sequence[Waiting]) -> None:
    """Write every segment without the rows of these erasures. Killed anywhere, calling again completes it.

    However many erasures there are, a segment is written once. The caller holds the log's write lock and has widened
    each erasure to the whole person. Rows that name a subject of it are gone if they happened or came before it was
    asked for; all others stay as they are, in their order.

    Raises:
        DamagedSegment: A segment that holds such rows cannot be trusted, so nothing can be copied out of it.
    """
    if not erasures:
        return
    key = read_or_create_key(log.directory)
    subjects = frozenset[bytes]().union(*(erasure.subjects for erasure in erasures))
    found = [segment for segment, _ in rows_naming(log, subjects)]
    log.sound_or_refuse(found)
    shared = _shared_cells(log, [segment for segment in found if segment.kind is SegmentKind.EVENTS], erasures)
    for segment in found:
        _replace(log, segment, erasures, shared, key=key)


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
    wanted = pa.array(sorted(erasure.subjects), SUBJECT)
    named = _naming([rows[name].combine_chunks() for name in named_in(rows.schema)], wanted)
    marks: Marks = named & (came_at(rows) <= erasure.asked_at) if named.any() else named
    return marks


def _any_gone(rows: pa.Table, erasures: Sequence[Waiting]) -> Marks:
    marks: Marks = np.logical_or.reduce([_gone(rows, erasure) for erasure in erasures])
    return marks


def _replace(log: EventLog, old: Segment, erasures: Sequence[Waiting], shared: set[Cell], *, key: bytes) -> None:
    erased: list[tuple[bytes]] = []
    removed: Counter[int] = Counter()  # by erasure; a link between two persons is on the receipts of both
    totals: Counter[Cell] = Counter()
    with (
        SegmentWriter(lambda: log.new_segment(old.kind, old.import_id)) as writer,
        pq.ParquetFile(old.path) as file,
    ):
        for batch in file.iter_batches(BATCH_ROWS):
            rows = pa.Table.from_batches([batch])
            of_each = [_gone(rows, erasure) for erasure in erasures]
            removed.update(
                {erasure.number: int(own.sum()) for erasure, own in zip(erasures, of_each, strict=True) if own.any()}
            )
            marks = np.logical_or.reduce(of_each)
            gone = rows.filter(pa.array(marks))
            writer.write(rows.filter(pa.array(~marks)))
            if old.kind in (SegmentKind.EVENTS, SegmentKind.HELD_EVENTS):
                ids = zip(gone["source"].to_pylist(), gone["event_id"].to_pylist(), strict=True)
                erased += [(event_digest(*one, key=key),) for one in ids]
            if old.kind is SegmentKind.EVENTS:
                totals.update(_coarsened(cell, shared) for cell in _cells(gone))
    if writer.rows == old.rows:
        return  # it names somebody who came back; the copy was never live and is cleared with the next write
    fault.point("erase.segment_written")
    with log.transaction() as connection:
        make_live(connection, writer.finished)
        connection.execute("update segment set state = 'withdrawn' where id = ?", (old.id,))
        for number, rows_removed in removed.items():
            add_rows(connection, number, f"log/{old.path.name}", rows_removed)
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


def _shared_cells(log: EventLog, found: Sequence[Segment], erasures: Sequence[Waiting]) -> set[Cell]:
    """Of the days and months that the erased events fall in, those where at least K_PERSONS subjects had events."""
    wanted: set[Cell] = set()
    for segment in found:
        with pq.ParquetFile(segment.path) as file:
            for batch in file.iter_batches(BATCH_ROWS):
                rows = pa.Table.from_batches([batch])
                for cell in _cells(rows.filter(pa.array(_any_gone(rows, erasures)))):
                    wanted.update(_levels(cell)[:2])
    persons: dict[Cell, set[bytes]] = defaultdict(set)
    open_cells = set(wanted)
    for path in log.sound(SegmentKind.EVENTS):
        with pq.ParquetFile(path) as file:
            columns = ["occurred_at", "channel", "function", "subject"]
            for batch in file.iter_batches(BATCH_ROWS, columns=columns):
                if not open_cells:
                    return wanted
                rows = _of_days(pa.Table.from_batches([batch]), open_cells)
                for cell, subject in zip(_cells(rows), rows["subject"].to_pylist(), strict=True):
                    for level in _levels(cell)[:2]:
                        if level in open_cells:
                            persons[level].add(subject)
                            if len(persons[level]) >= K_PERSONS:
                                open_cells.discard(level)
    return wanted - open_cells


def _of_days(rows: pa.Table, cells: set[Cell]) -> pa.Table:
    """The rows of days that lie in one of these days and months."""
    day = rows["occurred_at"].to_numpy() // MICROS_PER_DAY
    periods = {period for period, _, _ in cells}
    wanted = [one for one in np.unique(day).tolist() if not periods.isdisjoint(_periods(one))]
    return rows.filter(pa.array(np.isin(day, wanted)))


def _periods(day: int) -> tuple[str, str]:
    named = _day(day * MICROS_PER_DAY)
    return named, named[:7]
