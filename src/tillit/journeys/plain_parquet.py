"""Reading a well-made Parquet file directly: one pass over the columns that journeys need, everything else unread.

What this reads it reads exactly as an import would. Wherever that is not certain it answers None, and the file goes
the general way; decision 9 lists what is certain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from threading import Lock

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tillit.engine.memory import use_system_memory
from tillit.engine.parts import map_parts
from tillit.events.chunks import RawChunk
from tillit.events.converting import Converter
from tillit.events.faults import Faults
from tillit.events.inspecting import understand
from tillit.events.mapping import Mapping, check_columns
from tillit.events.read_parquet import ParquetReader
from tillit.events.receipt import Receipt, most_first
from tillit.events.rejecting import RejectedRows
from tillit.events.subject import Subjects, country_of_zone
from tillit.events.times import EARLIEST, LATEST, TimeReader
from tillit.journeys.in_memory import OrderedInMemory, Spreading, Stretch, Undecided
from tillit.journeys.plain_columns import Activities, Booleans, Persons, PlainAmounts, PlainMapping, plain_mapping
from tillit.journeys.traces import Names

MOST_ROWS = 30_000_000  # about 1 GB; larger files go the general way, whose memory does not grow
ROWS_A_STRETCH = 131_072  # small, so that all that is done with them is done in the processor's cache
MOST_DOUBTFUL = 10_000  # rows of one row group that are looked at one by one
_TENS = 10 ** np.arange(1, 18)  # numbers below each have so many digits


@dataclass(frozen=True, slots=True)
class PlainFile:
    """A file that was read directly, with what `stage` would have said of it."""

    events: OrderedInMemory
    mapping: Mapping
    receipt: Receipt
    rejected: Path | None
    notes: tuple[str, ...]


class _Unclear(Exception):
    """Something that only the general way reads for certain."""


@dataclass(frozen=True, slots=True)
class _Group:
    """What is left to look at of a row group."""

    events: int
    doubtful: NDArray[np.int64]  # rows of the group
    ids: tuple[int, int] | None  # the first and the last one; between them they ascend


def read_plain_parquet(
    path: Path, mapping: Mapping | None, *, work: Path, timezone: str | None = None
) -> PlainFile | None:
    """Read a Parquet file directly, if every row of it is certain to be read as an import would.

    Args:
        path: The file.
        mapping: None lets the file's own columns say it, as `stage` does.
        work: A new or empty folder for rejected rows; nothing else is written.
        timezone: Of times without an offset, where neither the mapping nor the file says it.

    Raises:
        FileError, MappingError, AmbiguityError: As `stage`.
    """
    use_system_memory()
    reader = ParquetReader(path)
    with pq.ParquetFile(path) as file:
        rows, schema = file.metadata.num_rows, file.schema_arrow
    if rows > MOST_ROWS:
        return None
    understood, notes = (mapping, ()) if mapping is not None else understand(path)
    understood = replace(understood, timezone=understood.timezone or timezone)
    check_columns(understood, reader.columns, name=path.name)
    plain = plain_mapping(understood, schema)
    if plain is None:
        return None
    try:
        return _Reading(path, reader, understood, plain).read(work, notes)
    except (_Unclear, Undecided):
        return None


class _Reading:
    """One file while it is read."""

    def __init__(self, path: Path, reader: ParquetReader, mapping: Mapping, plain: PlainMapping) -> None:
        self._path = path
        self._reader = reader
        self._mapping = mapping
        self._plain = plain
        with pq.ParquetFile(path) as file:
            self._metadata = file.metadata
        rows = self._metadata.num_rows
        self._persons = Persons(mapping, plain, _span(self._metadata, plain), rows)
        self._activities = Activities(mapping)
        self._amounts = PlainAmounts(mapping, plain)
        self._times = TimeReader(mapping.events[0].time, mapping.timezone)
        self._spreading = Spreading(persons=self._persons.end, events=rows)
        self._one_at_a_time = Lock()  # readers of times and amounts count what they assumed

    def read(self, work: Path, notes: Sequence[str]) -> PlainFile:
        groups = map_parts(self._group, range(self._metadata.num_row_groups))
        events, rows = sum(group.events for group in groups), self._metadata.num_rows
        ids = [group.ids for group in groups if group.ids is not None]
        if not events or any(before[1] >= after[0] for before, after in pairwise(ids)):
            raise _Unclear
        rejected = self._look_at_doubtful(work, groups)
        names, codes = self._activities.coded()
        ordered = self._spreading.ordered(
            self._path,
            Names(names, (), (), (), (), (), (), ()),
            codes,
            file_order=self._mapping.sequence is not None or self._plain.event_id is not None,
        )
        refused = rejected.reasons.total()
        receipt = Receipt(
            rows=rows,
            accepted=rows - refused,
            duplicate=0,
            rejected=refused,
            events=events,
            rows_without_event=rows - refused - events,
            reasons=most_first(dict(rejected.reasons)),
        )
        said = (*notes, *self._reader.notes, *self._times.notes, *self._amounts.notes)
        return PlainFile(ordered, self._mapping, receipt, rejected.path, tuple(dict.fromkeys(said)))

    def _group(self, number: int) -> _Group:
        plain = self._plain
        texts = [column for column in (plain.activity, plain.currency) if column is not None]
        doubtful, ids, rows, events = [np.zeros(0, np.int64)], [], 0, 0
        with pq.ParquetFile(self._path, read_dictionary=texts, memory_map=True, pre_buffer=False) as file:
            batches = file.iter_batches(
                ROWS_A_STRETCH, row_groups=[number], columns=list(plain.columns), use_threads=False
            )
            for place, batch in enumerate(batches):
                table = pa.Table.from_batches([batch])
                if plain.event_id is not None:
                    ids.append(_first_and_last(table[plain.event_id]))
                good = self._stretch((number, place), table)
                doubtful.append(np.flatnonzero(~good) + rows)
                rows += batch.num_rows
                events += int(good.sum())
                if rows - events > MOST_DOUBTFUL or any(before[1] >= after[0] for before, after in pairwise(ids)):
                    raise _Unclear
        return _Group(events, np.concatenate(doubtful), (ids[0][0], ids[-1][1]) if ids else None)

    def _stretch(self, place: tuple[int, int], table: pa.Table) -> Booleans:
        """Put the events of some rows on their way; which rows gave one."""
        plain = self._plain
        with self._one_at_a_time:
            micros, there, good = self._moments(table)
            if not self._amounts.are_plain(table, there):
                raise _Unclear
        persons = self._persons.read(table[plain.subject].combine_chunks(), good)
        activities = self._activities.read(table, good)
        digits = None
        if plain.event_id is not None and self._mapping.sequence is None:
            digits = _digits(table[plain.event_id])
        if not good.all():
            micros, persons, activities = micros[good], persons[good], activities[good]
            digits = None if digits is None else digits[good]
        self._activities.use(activities)
        self._spreading.add(place, Stretch(persons, micros, activities, digits))
        return good

    def _moments(self, table: pa.Table) -> tuple[NDArray[np.int64], Booleans, Booleans]:
        """Microseconds UTC, where there is a time, and where it can be used."""
        every = np.ones(table.num_rows, np.bool_)
        column = table[self._plain.time]
        if column.type == pa.timestamp("us", "UTC") and not column.null_count and table.num_rows:
            micros = column.combine_chunks().cast(pa.int64()).to_numpy()
            if micros.min() >= EARLIEST and micros.max() < LATEST:
                return micros, every, every.copy()
        faults = Faults(table.num_rows)
        micros, there = self._times.read(table, every, faults)
        return micros, there, there & ~faults.refused

    def _look_at_doubtful(self, work: Path, groups: Sequence[_Group]) -> RejectedRows:
        """Let the general way say of each doubtful row why it gives no event."""
        mapping = self._mapping
        subjects = Subjects(b"unused", region=mapping.region or country_of_zone(mapping.timezone))
        converter = Converter(mapping, self._reader.columns, subjects, received_at=0)
        rejected = RejectedRows(work, self._path.name, self._reader.columns, delimiter=",")
        first = 1
        with pq.ParquetFile(self._path) as file:
            for number, group in enumerate(groups):
                if len(group.doubtful):
                    table = file.read_row_group(number).take(pa.array(group.doubtful))
                    converted = converter.convert(RawChunk(table, 1))
                    if any(events.num_rows for events in converted.events):
                        raise _Unclear
                    places = converted.faults.refused.nonzero()[0]
                    for place, row in zip(places, table.take(pa.array(places)).to_pylist(), strict=True):
                        code, reason = converted.faults.of(int(place))
                        rejected.add(tuple(row.values()), first + int(group.doubtful[place]), code, reason)
                first += file.metadata.row_group(number).num_rows
        rejected.close()
        return rejected


def _first_and_last(column: pa.ChunkedArray) -> tuple[int, int]:
    """The first and the last id of some rows that ascend; ids that do not may repeat."""
    if column.null_count:
        raise _Unclear
    ids = column.combine_chunks().cast(pa.int64()).to_numpy()
    if ids[0] < 0 or ids[-1] >= _TENS[-1] or not (ids[1:] > ids[:-1]).all():
        raise _Unclear
    return int(ids[0]), int(ids[-1])


def _digits(column: pa.ChunkedArray) -> NDArray[np.uint8]:
    """How long each of some ascending ids is."""
    ids = column.combine_chunks().cast(pa.int64()).to_numpy()
    longer = np.searchsorted(ids, _TENS)  # where ids of two digits begin, of three, …
    return np.repeat(np.arange(1, len(_TENS) + 2, dtype=np.uint8), np.diff([0, *longer, len(ids)]))


def _span(metadata: pq.FileMetaData, plain: PlainMapping) -> tuple[int, int] | None:
    """The smallest and the largest subject, where subjects are numbers and every row group tells its own."""
    place = metadata.schema.to_arrow_schema().get_field_index(plain.subject)
    told = [metadata.row_group(group).column(place).statistics for group in range(metadata.num_row_groups)]
    if not all(own is not None and own.has_min_max and isinstance(own.min, int) for own in told):
        return None
    return min(own.min for own in told), max(own.max for own in told)
