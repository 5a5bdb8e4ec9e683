"""Building the ordered store: from event and link files to buckets of whole persons in order, in bounded memory."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tillit.engine.memory import use_system_memory
from tillit.engine.parts import MapParts, map_parts
from tillit.events.left_out import LeftOut
from tillit.identity.held import HELD_FILE
from tillit.identity.links import read_links
from tillit.identity.resolve import Identity, Resolution, resolve
from tillit.journeys.format import (
    CODED_COLUMNS,
    DETAILS_SCHEMA,
    FORMAT_VERSION,
    NAMES_SCHEMA,
    NO_CODE,
    PERSONS_SCHEMA,
    SUBJECTS_SCHEMA,
    TOUCHED_SCHEMA,
    BucketManifest,
    LayerManifest,
    bucket_file,
    file_checksum,
    write_manifest,
)
from tillit.journeys.locked import write_locked
from tillit.journeys.ordering import order_events
from tillit.journeys.spread import Spread, count_rows, reordered, representatives_in, spread
from tillit.journeys.store import OrderedStore

EVENTS_A_BUCKET = 500_000  # about 150 MB while one is sorted; few enough for memory, enough for NumPy to be quick


def build_store(
    events: Sequence[Path],
    links: Sequence[Path],
    out: Path,
    *,
    identity: Identity | None = None,
    erased: Collection[bytes] = (),
    left_out: LeftOut | None = None,
    key: bytes | None = None,
    events_a_bucket: int = EVENTS_A_BUCKET,
    run: MapParts = map_parts,
) -> None:
    """Write a whole ordered store (a base) into the new directory `out`.

    Args:
        events: Parquet files of EVENT_SCHEMA, without duplicates, in any order. May be empty.
        links: Parquet files of LINK_SCHEMA. May be empty.
        identity: By what persons are told; the shipped rules alone if None.
        erased: Subjects whose events and links are left out.
        left_out: Single events that are left out.
        key: What the store is locked with, or nothing; see `locked.store_key`.
        events_a_bucket: About how many events stand in one bucket.
        run: Where the work runs; whoever does it sees the files and `out`.

    Raises:
        EngineError: A file cannot be read as what it should be.
    """
    identity = identity or Identity()
    found = resolve(read_links(links), identity, erased=erased)
    write_layer(
        out,
        events,
        found,
        identity=identity,
        erased=erased,
        left_out=left_out,
        key=key,
        events_a_bucket=events_a_bucket,
        run=run,
    )


def write_layer(
    out: Path,
    events: Sequence[Path],
    persons: Resolution,
    *,
    identity: Identity,
    erased: Collection[bytes] = (),
    left_out: LeftOut | None = None,
    key: bytes | None = None,
    on_top_of: OrderedStore | None = None,
    touched: pa.Array | None = None,
    events_a_bucket: int = EVENTS_A_BUCKET,
    run: MapParts = map_parts,
) -> None:
    """Write one layer: a base, or a delta on top of one.

    Args:
        out: The directory to make; a half-made one of an interrupted build is replaced.
        events: Parquet files of EVENT_SCHEMA.
        persons: As `resolve` gives them.
        identity: By what it told them.
        erased: Subjects whose events are left out.
        left_out: Single events that are left out.
        key: What the layer is locked with, or nothing; a delta's is its base's.
        on_top_of: The base under a delta. Its names keep their codes, and persons' codes go on after its own.
        touched: The persons of that base whom this layer replaces.
        events_a_bucket: About how many events stand in one bucket.
        run: Where the work runs; whoever does it sees the files and `out`.
    """
    use_system_memory()
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    write_locked(persons.components, out / "components.parquet", key, compression="zstd")
    write_locked(persons.held, out / HELD_FILE, key, compression="zstd")
    if touched is not None:
        write_locked(pa.table([touched], schema=TOUCHED_SCHEMA), out / "touched.parquet", key, compression="zstd")
    first_person = 0 if on_top_of is None else on_top_of.persons_end
    wanted = -(-count_rows(events) // events_a_bucket)
    with tempfile.TemporaryDirectory(dir=out, prefix="work-") as work:
        stretches = Path(work) / "stretches"
        found = spread(
            events, persons.components, erased=erased, left_out=left_out, buckets=wanted, to=stretches, run=run
        )
        names = _write_names(found, {} if on_top_of is None else asdict(on_top_of.names), out, key)
        firsts = [first_person + before for before in accumulate(found.sizes, initial=0)]
        buckets = run(
            lambda number: _write_bucket(found.bucket(number), names, out, number, firsts[number], key), range(wanted)
        )
    files = sorted(out.glob("*.parquet"))
    write_manifest(
        out,
        LayerManifest(
            format_version=FORMAT_VERSION,
            base=None if on_top_of is None else on_top_of.path.name,
            events=sum(bucket.events for bucket in buckets),
            persons=sum(bucket.persons for bucket in buckets),
            first_person=first_person,
            buckets=tuple(buckets),
            checksums=dict(zip((path.name for path in files), run(file_checksum, files), strict=True)),
            locked=key is not None,
            identity=identity.digest,
        ),
    )


def _write_names(
    found: Spread, known: Mapping[str, Sequence[str]], out: Path, key: bytes | None
) -> dict[str, pa.Array]:
    """Codes for every name: the known ones first, then the new ones in sorted order, whatever came first."""
    names = {
        column: [*known.get(column, ()), *sorted(found.names[column].difference(known.get(column, ())))]
        for column in CODED_COLUMNS
    }
    rows = [(column, code, name) for column in CODED_COLUMNS for code, name in enumerate(names[column])]
    columns = zip(*rows, strict=True) if rows else ((), (), ())
    arrays = [pa.array(column, field.type) for column, field in zip(columns, NAMES_SCHEMA, strict=True)]
    write_locked(pa.table(arrays, schema=NAMES_SCHEMA), out / "names.parquet", key, compression="zstd")
    return {column: pa.array(names[column], pa.string()) for column in CODED_COLUMNS}


def _write_bucket(
    unordered: pa.Table, names: dict[str, pa.Array], out: Path, number: int, first_person: int, key: bytes | None
) -> BucketManifest:
    """Write one bucket's four files."""
    order = order_events(unordered)
    rows = reordered(unordered, order.rows)
    del unordered  # a bucket is held twice while it is sorted, not three times
    starts = np.cumsum(order.lengths) - order.lengths
    person = np.arange(first_person, first_person + len(starts))
    # The person's first event came with the person's oldest subject.
    oldest = rows["subject"].take(pa.array(starts))
    _write(pa.table([person, order.lengths, oldest], schema=PERSONS_SCHEMA), bucket_file(out, number, "persons"), key)
    _write(_subjects(rows, person, order.lengths), bucket_file(out, number, "subjects"), key)

    columns = {column: _codes(rows[column], names[column]) for column in CODED_COLUMNS}
    priced = pc.is_valid(rows["amount_minor"]).to_numpy()
    columns["currency"] = np.where(priced, columns["currency"], NO_CODE).astype(columns["currency"].dtype)
    columns["occurred_at"] = rows["occurred_at"].to_numpy()
    columns["amount_minor"] = rows["amount_minor"].fill_null(0).to_numpy()
    # "Not null" is worth a third of the time that reading takes.
    fields = [pa.field(name, pa.from_numpy_dtype(values.dtype), nullable=False) for name, values in columns.items()]
    _write(pa.table(columns, schema=pa.schema(fields)), bucket_file(out, number, "events"), key)

    details = rows.select(DETAILS_SCHEMA.names).cast(DETAILS_SCHEMA)
    # Small row groups: a timeline reads one person, never the bucket.
    _write(details, bucket_file(out, number, "details"), key, compression="lz4", row_group_size=16_384)
    return BucketManifest(events=rows.num_rows, persons=len(starts), first_person=first_person)


def _subjects(rows: pa.Table, person: NDArray[np.int64], lengths: NDArray[np.int64]) -> pa.Table:
    """Each subject that has events here, with its person."""
    if rows["subject"].equals(representatives_in(rows)):  # nobody here is linked, so every person is one subject
        starts = np.cumsum(lengths) - lengths
        return pa.table([rows["subject"].take(pa.array(starts)), person], schema=SUBJECTS_SCHEMA)
    pairs = pa.table([rows["subject"], np.repeat(person, lengths)], schema=SUBJECTS_SCHEMA)
    return pairs.group_by(SUBJECTS_SCHEMA.names).aggregate([]).select(SUBJECTS_SCHEMA.names)


def _write(
    table: pa.Table, path: Path, key: bytes | None, *, compression: str = "none", row_group_size: int | None = None
) -> None:
    # Plain, and mostly uncompressed: read for every question, where decoding would cost more than the disk does.
    write_locked(
        table,
        path,
        key,
        compression=compression,
        row_group_size=row_group_size,
        use_dictionary=["subject_kind"],
        write_statistics=False,
    )


def _codes(column: pa.ChunkedArray, names: pa.Array) -> NDArray[Any]:
    """The code of each value; NO_CODE where there is none. As small an integer as the names allow."""
    encoded = column.combine_chunks()
    smallest = np.int8 if len(names) <= 127 else np.int16 if len(names) <= 32_767 else np.int32
    if encoded.null_count == len(encoded):
        return np.full(len(encoded), NO_CODE, smallest)
    # One more at the end: that is where -1 points, which stands for no value.
    by_index = np.full(len(encoded.dictionary) + 1, NO_CODE, smallest)
    by_index[:-1] = pc.index_in(encoded.dictionary, value_set=names).fill_null(NO_CODE).to_numpy()
    if len(encoded.dictionary) == 1 and not encoded.null_count:
        return np.full(len(encoded), by_index[0], smallest)
    codes: NDArray[Any] = by_index[encoded.indices.fill_null(-1).to_numpy()]
    return codes
