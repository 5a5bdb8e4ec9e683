"""First step of a build: spread events over buckets by person, a stretch of rows at a time.

Each stretch becomes one uncompressed Arrow file with a record batch for every bucket, so that a bucket is read back
without reading the others, and memory holds a few stretches however long the log is.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tillit.engine.answers import whole_file
from tillit.engine.parts import MapParts, map_parts
from tillit.errors import EngineError
from tillit.events.contract import EVENT_SCHEMA
from tillit.events.currencies import UNNAMED
from tillit.events.left_out import LeftOut
from tillit.identity.links import words_of as words_of_subjects
from tillit.journeys.format import CODED_COLUMNS, SUBJECT
from tillit.journeys.store import numbers_in

ROWS_A_STRETCH = 131_072  # small, so that gathering its rows stays in the processor's cache
REPRESENTATIVE = "representative"
# Few different texts: Parquet holds them as small numbers already, and they stay so.
_REPEATING = (*CODED_COLUMNS, "subject_kind")


@dataclass(frozen=True, slots=True)
class Spread:
    """The spilled stretches; how many rows each bucket has in all, and the names that its events carry, by column."""

    stretches: tuple[Path, ...]
    sizes: tuple[int, ...]
    names: dict[str, set[str]]

    def bucket(self, number: int) -> pa.Table:
        """The rows of one bucket: EVENT_SCHEMA with texts as dictionaries, and the representative if any is linked."""
        batches = []
        for path in self.stretches:
            with pa.memory_map(str(path)) as mapped:
                batches.append(pa.Table.from_batches([pa.ipc.open_file(mapped).get_batch(number)]))
        return pa.concat_tables(batches).unify_dictionaries().combine_chunks()


@dataclass(frozen=True, slots=True)
class _Stretch:
    path: Path
    sizes: NDArray[np.int64]  # shape (buckets,)
    names: dict[str, set[str]]


def count_rows(events: Sequence[Path]) -> int:
    """How many events the files hold.

    Raises:
        EngineError: One of them is no Parquet file.
    """
    total = 0
    for path in events:
        try:
            total += pq.read_metadata(path).num_rows
        except (pa.ArrowException, OSError) as broken:
            raise EngineError(f"cannot read {path} as a Parquet file of events: {broken}") from broken
    return total


def spread(
    events: Sequence[Path],
    components: pa.Table,
    *,
    erased: Collection[bytes],
    left_out: LeftOut | None = None,
    buckets: int,
    to: Path,
    run: MapParts = map_parts,
) -> Spread:
    """Spread the events of these files over buckets, without those of erased subjects.

    Args:
        events: Parquet files of EVENT_SCHEMA.
        components: Which representative each linked subject stands under; others stand for themselves.
        erased: Subjects whose events are left out.
        left_out: Single events that are left out.
        buckets: How many; a person's bucket depends on the representative alone.
        to: The folder to make and spill into.
        run: Where the work runs; whoever does it sees the files and the folder.
    """
    to.mkdir()
    persons = Representatives(components)
    gone = pa.array(sorted(erased), SUBJECT)

    def spill(numbered: tuple[int, tuple[Path, int]]) -> list[_Stretch]:
        number, (path, group) = numbered
        with pq.ParquetFile(path, read_dictionary=list(_REPEATING), pre_buffer=False) as file:
            batches = file.iter_batches(
                ROWS_A_STRETCH, row_groups=[group], columns=EVENT_SCHEMA.names, use_threads=False
            )
            return [
                spill_rows(pa.Table.from_batches([batch]), to / f"{number:05d}-{place:05d}.arrow")
                for place, batch in enumerate(batches)
            ]

    def spill_rows(rows: pa.Table, target: Path) -> _Stretch:
        if len(gone):
            rows = rows.filter(pc.invert(pc.is_in(rows["subject"], value_set=gone)))
        if left_out is not None:
            rows = left_out.without(rows)
        if components.num_rows:
            rows = rows.append_column(REPRESENTATIVE, persons.of(rows["subject"].combine_chunks()))
        rows = _in_some_currency(rows.unify_dictionaries().combine_chunks())
        sizes = _write_by_bucket(rows, buckets, target)
        return _Stretch(target, sizes, {column: _used_names(rows[column]) for column in CODED_COLUMNS})

    spilled = [stretch for group in run(spill, enumerate(_row_groups(events))) for stretch in group]
    sizes = sum((stretch.sizes for stretch in spilled), np.zeros(buckets, np.int64))
    names = {column: set[str]().union(*(stretch.names[column] for stretch in spilled)) for column in CODED_COLUMNS}
    return Spread(tuple(stretch.path for stretch in spilled), tuple(sizes.tolist()), names)


def _in_some_currency(rows: pa.Table) -> pa.Table:
    """Amounts without a currency get `UNNAMED`: they are money too."""
    without = pc.and_(pc.is_valid(rows["amount_minor"]), pc.is_null(rows["currency"]))
    if not pc.any(without).as_py():
        return rows
    named = pc.if_else(without, UNNAMED, rows["currency"].cast(pa.string())).dictionary_encode()
    place = rows.column_names.index("currency")
    return rows.set_column(place, "currency", named.cast(rows["currency"].type))


def _row_groups(events: Sequence[Path]) -> Iterator[tuple[Path, int]]:
    for path in events:
        yield from ((path, group) for group in range(pq.read_metadata(path).num_row_groups))


def representatives_in(rows: pa.Table) -> pa.ChunkedArray:
    """The representative of each row of a bucket; the subject itself where nobody is linked."""
    return rows[REPRESENTATIVE if REPRESENTATIVE in rows.column_names else "subject"]


def reordered(rows: pa.Table, places: NDArray[np.int64]) -> pa.Table:
    """All rows in another order, as `take`; columns that say the same in every row are not gathered."""
    indices = pa.array(places)
    columns = [column if _is_constant(column) else column.take(indices) for column in rows.columns]
    return pa.table(columns, schema=rows.schema)


def _is_constant(column: pa.ChunkedArray) -> bool:
    if column.null_count:
        return bool(column.null_count == len(column))
    if pa.types.is_dictionary(column.type):
        return all(len(chunk.dictionary) == 1 for chunk in column.chunks) and column.num_chunks == 1
    if pa.types.is_int64(column.type) and len(column):
        # Times of arrival, skews and sequences are often equal throughout; most other columns differ in the first row.
        return bool((numbers_in(column) == column[0].as_py()).all())
    return False


class Representatives:
    """Looks up whom subjects stand under. The table's order is used, so that no stretch of rows has to hash it."""

    def __init__(self, components: pa.Table) -> None:
        """`components` is of COMPONENT_SCHEMA, in the order of the subjects, as `resolve` gives it."""
        self._first, self._second = words_of_subjects(components["subject"].combine_chunks())
        self._representative = components["representative"].combine_chunks()

    def of(self, subjects: pa.Array) -> pa.Array:
        """The representative of each of these; themselves where no link names them."""
        if not len(self._first):
            return subjects
        first, second = words_of_subjects(subjects)
        order = np.argsort(first)  # neighbours are looked up next to each other, which the cache rewards
        place = np.empty(len(first), np.int64)
        place[order] = np.searchsorted(self._first, first[order])
        # Of subjects that share eight bytes, which hashes do not, the second eight decide.
        last = len(self._first) - 1
        while True:
            here = np.minimum(place, last)
            behind = (place <= last) & (self._first[here] == first) & (self._second[here] < second)
            if not behind.any():
                break
            place[behind] += 1
        known = (place <= last) & (self._first[here] == first) & (self._second[here] == second)
        if not known.any():
            return subjects
        found = self._representative.take(pa.array(here, mask=~known))
        return pc.coalesce(found, subjects)


def _used_names(column: pa.ChunkedArray) -> set[str]:
    """The names that some row carries; a dictionary may hold others, of rows that were left out."""
    used: set[str] = set()
    for chunk in column.chunks:
        if chunk.null_count == len(chunk):
            continue
        if len(chunk.dictionary) == 1:
            codes = pa.array([0])
        elif chunk.null_count:
            codes = pc.unique(chunk.indices).drop_null()
        else:
            carried = np.zeros(len(chunk.dictionary), np.bool_)
            carried[chunk.indices.to_numpy()] = True
            codes = pa.array(np.flatnonzero(carried))
        used.update(chunk.dictionary.take(codes).to_pylist())
    return used


def _write_by_bucket(rows: pa.Table, buckets: int, target: Path) -> NDArray[np.int64]:
    words = words_of(representatives_in(rows))
    mixed = (words[:, 0] ^ words[:, 1]) * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(32)
    bucket = (mixed % np.uint64(buckets)).astype(np.uint16)
    ordered = reordered(rows, np.argsort(bucket, kind="stable"))
    sizes = np.bincount(bucket, minlength=buckets)
    bounds = np.concatenate([[0], np.cumsum(sizes)]).tolist()
    whole = ordered.combine_chunks().to_batches()
    with (
        whole_file(target) as path,
        pa.OSFile(str(path), "wb") as sink,
        pa.ipc.new_file(sink, ordered.schema) as writer,
    ):
        for begin, end in itertools.pairwise(bounds):
            batch = whole[0].slice(begin, end - begin) if whole else pa.RecordBatch.from_pylist([], ordered.schema)
            writer.write_batch(batch)
    return sizes


def words_of(subjects: pa.ChunkedArray | pa.Array) -> NDArray[np.uint64]:
    """Shape (n, 2): 16-byte values as two words each; equal exactly where the values are."""
    chunks = subjects.chunks if isinstance(subjects, pa.ChunkedArray) else [subjects]
    parts = [
        np.frombuffer(chunk.buffers()[1], np.uint64)[2 * chunk.offset : 2 * (chunk.offset + len(chunk))]
        for chunk in chunks
        if len(chunk)
    ]
    return (np.concatenate(parts) if parts else np.zeros(0, np.uint64)).reshape(-1, 2)
