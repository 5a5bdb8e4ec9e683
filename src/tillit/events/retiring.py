"""Retention in the log: segments written anew without events whose time is over, as exactly once as everything there.

As in erasure a new segment takes the old one's place in one transaction, and what was counted stays counted. Unlike in
erasure no id is kept: whoever imports the old file again brings its events in again, and their time begins anew.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tillit import fault
from tillit.events.erased import BATCH_ROWS, SUBJECT
from tillit.events.log import EventLog
from tillit.events.publishing import make_live
from tillit.events.retention import EVENT_CLASSES, MICROS_PER_DAY, DataClass, classes_of, ended
from tillit.events.rewriting import K_PERSONS
from tillit.events.segments import Segment, SegmentKind, SegmentWriter, damage

HOLDS_EVENTS = (SegmentKind.EVENTS, SegmentKind.HELD_EVENTS)
HOLDS_LINKS = (SegmentKind.LINKS, SegmentKind.HELD_LINKS)
_TABLE = (
    "create table if not exists retired_total (period text not null, channel text not null, function text not null,"
    " class text not null, events integer not null, primary key (period, channel, function, class)) strict"
)

Cell = tuple[str, str, str]  # period (2026-03-01, 2026-03 or ""), channel, function


@dataclass(frozen=True, slots=True)
class RetiredTotal:
    """Events whose time is over and that stay counted: in a day, a month or altogether ("")."""

    period: str
    channel: str
    function: str
    data_class: DataClass
    events: int


def foreseen(log: EventLog, before: Mapping[DataClass, int]) -> Counter[DataClass]:
    """How many events of each class would go, by segments that are sound; nothing changes."""
    found: Counter[DataClass] = Counter()
    for segment in _with_old(log, before):
        if damage(segment) is None and segment.kind is SegmentKind.EVENTS:
            for rows in _batches(segment, ["activity", "channel", "received_at"]):
                found.update(_by_class(rows.filter(pa.array(ended(rows, before)))))
    return found


def retire(log: EventLog, before: Mapping[DataClass, int]) -> Counter[DataClass]:
    """Write every segment without the events that came before their class's moment; how many went, by class.

    The caller holds the log's write lock. Killed anywhere, calling again completes it. A damaged segment is passed by:
    nothing can be copied out of it, and it is withheld.
    """
    log.connection.execute(_TABLE)
    segments = [one for one in _with_old(log, before) if damage(one) is None and _has_ended(one, before)]
    shared = _shared(segments, before)
    gone: Counter[DataClass] = Counter()
    for segment in segments:
        gone += _replace_events(log, segment, before, shared)
    return gone


def retire_links(log: EventLog) -> int:
    """Take out the links of persons without any event left; how many. The caller holds the log's write lock.

    A link stays as long as anybody who is joined with its two identifiers, by whatever links, has an event. While a
    segment is damaged nobody can say who has one, and all stay.
    """
    if log.damaged():
        return 0
    alive = living(log)
    return sum(_replace_links(log, segment, alive) for kind in HOLDS_LINKS for segment in log.segments(kind))


def living(log: EventLog) -> pa.Array:
    """The subjects that have an event in the log, or are joined with one that has, by whatever links."""
    with_events = [
        pc.unique(rows["subject"].combine_chunks())
        for kind in HOLDS_EVENTS
        for segment in log.segments(kind)
        for rows in _batches(segment, ["subject"])
    ]
    seen = pc.unique(pa.chunked_array(with_events, SUBJECT)) if with_events else pa.array([], SUBJECT)
    ends = [
        rows.select(["left", "right"])
        for kind in HOLDS_LINKS
        for segment in log.segments(kind)
        for rows in _batches(segment, ["left", "right"])
    ]
    links = pa.concat_tables(ends) if ends else None
    if links is None or not links.num_rows:
        return seen
    both = pa.chunked_array([*links["left"].chunks, *links["right"].chunks]).combine_chunks().dictionary_encode()
    codes, count = both.indices.to_numpy(zero_copy_only=False), len(both.dictionary)
    left, right = codes[: links.num_rows], codes[links.num_rows :]
    matrix: Any = coo_array((np.ones(len(left), np.bool_), (left, right)), (count, count))  # type: ignore[no-untyped-call]
    _, component = connected_components(matrix, directed=False)
    lives = pc.is_in(both.dictionary, value_set=seen).to_numpy(zero_copy_only=False)
    joined = both.dictionary.filter(pa.array(np.isin(component, component[lives])))
    return pc.unique(pa.chunked_array([seen, joined], SUBJECT))


def retired_totals(log: EventLog) -> tuple[RetiredTotal, ...]:
    """How many events ended and stay counted, by period, channel, function and class."""
    log.connection.execute(_TABLE)
    rows = log.connection.execute("select period, channel, function, class, events from retired_total order by 1, 2, 3")
    return tuple(RetiredTotal(row[0], row[1], row[2], DataClass(row[3]), row[4]) for row in rows)


def _with_old(log: EventLog, before: Mapping[DataClass, int]) -> Iterator[Segment]:
    """Segments whose statistics say that something in them may be old enough."""
    latest = max(before[name] for name in EVENT_CLASSES)
    for kind in HOLDS_EVENTS:
        for segment in log.segments(kind):
            if _oldest(segment) < latest:
                yield segment


def _oldest(segment: Segment) -> int:
    try:
        metadata = pq.read_metadata(segment.path)
    except (OSError, ValueError):
        return 0  # whatever is wrong with it, its digest will tell
    column = metadata.schema.names.index("received_at")
    found = [metadata.row_group(group).column(column).statistics for group in range(metadata.num_row_groups)]
    return min((one.min if one is not None and one.has_min_max else 0 for one in found), default=0)


def _has_ended(segment: Segment, before: Mapping[DataClass, int]) -> bool:
    return any(ended(rows, before).any() for rows in _batches(segment, ["activity", "channel", "received_at"]))


def _batches(segment: Segment, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
    try:
        with pq.ParquetFile(segment.path) as file:
            for batch in file.iter_batches(BATCH_ROWS, columns=columns):
                yield pa.Table.from_batches([batch])
    except FileNotFoundError:
        return  # it is on the list of what is damaged


def _replace_events(
    log: EventLog, old: Segment, before: Mapping[DataClass, int], shared: set[Cell]
) -> Counter[DataClass]:
    gone: Counter[DataClass] = Counter()
    totals: Counter[tuple[str, str, str, DataClass]] = Counter()
    with SegmentWriter(lambda: log.new_segment(old.kind, old.import_id)) as writer:
        for rows in _batches(old):
            marks = ended(rows, before)
            writer.write(rows.filter(pa.array(~marks)))
            if old.kind is SegmentKind.EVENTS:
                ending = rows.filter(pa.array(marks))
                gone.update(_by_class(ending))
                for (*cell, name), events in _by_cell(ending).items():
                    totals[*_coarsened((cell[0], cell[1], cell[2]), shared), name] += events
    fault.point("retire.segment_written")
    with log.transaction() as connection:
        make_live(connection, writer.finished)
        connection.execute("update segment set state = 'withdrawn' where id = ?", (old.id,))
        connection.executemany(
            "insert into retired_total (period, channel, function, class, events) values (?, ?, ?, ?, ?)"
            " on conflict do update set events = events + excluded.events",
            [(*key[:3], key[3].value, events) for key, events in totals.items()],
        )
    fault.point("retire.segment_live")
    return gone


def _replace_links(log: EventLog, old: Segment, alive: pa.Array) -> int:
    if all(pc.all(pc.is_in(rows["left"], value_set=alive)).as_py() for rows in _batches(old, ["left"])):
        return 0
    with SegmentWriter(lambda: log.new_segment(old.kind, old.import_id)) as writer:
        for rows in _batches(old):
            writer.write(rows.filter(pc.is_in(rows["left"], value_set=alive)))
    with log.transaction() as connection:
        make_live(connection, writer.finished)
        connection.execute("update segment set state = 'withdrawn' where id = ?", (old.id,))
    fault.point("retire.links_live")
    return old.rows - writer.rows


def _shared(segments: Sequence[Segment], before: Mapping[DataClass, int]) -> set[Cell]:
    """The days and months, by channel and function, in which events of at least K_PERSONS subjects end now."""
    persons: dict[Cell, set[bytes]] = defaultdict(set)
    columns = ["occurred_at", "channel", "function", "subject", "activity", "received_at"]
    for segment in segments:
        if segment.kind is SegmentKind.EVENTS:
            for rows in _batches(segment, columns):
                ending = rows.filter(pa.array(ended(rows, before)))
                pairs = _dated(ending).group_by(["day", "channel", "function", "subject"]).aggregate([])
                for row in pairs.to_pylist():
                    day = (_date(row["day"]), row["channel"], row["function"])
                    for cell in (day, (day[0][:7], "", "")):
                        if len(persons[cell]) < K_PERSONS:
                            persons[cell].add(row["subject"])
    return {cell for cell, subjects in persons.items() if len(subjects) >= K_PERSONS}


def _coarsened(cell: Cell, shared: set[Cell]) -> Cell:
    month = (cell[0][:7], "", "")
    return cell if cell in shared else month if month in shared else ("", "", "")


def _by_class(events: pa.Table) -> Counter[DataClass]:
    if not events.num_rows:
        return Counter()
    counts = np.bincount(classes_of(events), minlength=len(EVENT_CLASSES)).tolist()
    return Counter({name: count for name, count in zip(EVENT_CLASSES, counts, strict=True) if count})


def _by_cell(events: pa.Table) -> Counter[tuple[str, str, str, DataClass]]:
    if not events.num_rows:
        return Counter()
    with_class = _dated(events).append_column("class", pa.array(classes_of(events)))
    grouped = with_class.group_by(["day", "channel", "function", "class"]).aggregate([([], "count_all")])
    return Counter(
        {
            (_date(row["day"]), row["channel"], row["function"], EVENT_CLASSES[row["class"]]): row["count_all"]
            for row in grouped.to_pylist()
        }
    )


def _dated(events: pa.Table) -> pa.Table:
    return events.append_column("day", pa.array(events["occurred_at"].to_numpy() // MICROS_PER_DAY))


def _date(day: int) -> str:
    return str(np.datetime64(day, "D"))
