"""Building the ordered store: from event and link files to buckets of whole persons in order, in bounded memory."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tillit.engine.duckdb_engine import duckdb_engine
from tillit.engine.protocol import Engine
from tillit.engine.statement import load_statement
from tillit.errors import EngineError
from tillit.events.contract import LINK_SCHEMA
from tillit.identity.resolve import Pair, resolve
from tillit.journeys.format import (
    CODED_COLUMNS,
    DETAILS_SCHEMA,
    FORMAT_VERSION,
    NAMES_SCHEMA,
    NO_CODE,
    PERSONS_SCHEMA,
    SUBJECT,
    SUBJECTS_SCHEMA,
    TOUCHED_SCHEMA,
    BucketManifest,
    LayerManifest,
    bucket_file,
    file_digest,
    write_manifest,
)
from tillit.journeys.store import OrderedStore

EVENTS_A_BUCKET = 500_000  # about 150 MB while one is sorted; few enough for memory, enough for NumPy to be quick
_PACKAGE = "tillit.journeys"


def build_store(
    events: Sequence[Path],
    links: Sequence[Path],
    out: Path,
    *,
    removed: Collection[Pair] = (),
    erased: Collection[bytes] = (),
    events_a_bucket: int = EVENTS_A_BUCKET,
) -> None:
    """Write a whole ordered store (a base) into the new directory `out`.

    Args:
        events: Parquet files of EVENT_SCHEMA, without duplicates, in any order. May be empty.
        links: Parquet files of LINK_SCHEMA. May be empty.
        removed: Pairs of subjects whose links no longer hold.
        erased: Subjects whose events and links are left out.
        events_a_bucket: About how many events stand in one bucket.

    Raises:
        EngineError: A file cannot be read as what it should be.
    """
    components = resolve(read_links(links), removed=removed, erased=erased)
    write_layer(out, events, components, erased=erased, events_a_bucket=events_a_bucket)


def read_links(links: Sequence[Path]) -> pa.Table:
    """The two subjects of every observed link."""
    tables = [pq.read_table(path, columns=["left", "right"]) for path in links]
    return pa.concat_tables(tables) if tables else LINK_SCHEMA.empty_table().select(["left", "right"])


def write_layer(
    out: Path,
    events: Sequence[Path],
    components: pa.Table,
    *,
    erased: Collection[bytes] = (),
    on_top_of: OrderedStore | None = None,
    touched: pa.Array | None = None,
    events_a_bucket: int = EVENTS_A_BUCKET,
) -> None:
    """Write one layer: a base, or a delta on top of one.

    Args:
        out: The directory to make; a half-made one of an interrupted build is replaced.
        events: Parquet files of EVENT_SCHEMA.
        components: As `resolve` gives them.
        erased: Subjects whose events are left out.
        on_top_of: The base under a delta. Its names keep their codes, and persons' codes go on after its own.
        touched: The persons of that base whom this layer replaces.
        events_a_bucket: About how many events stand in one bucket.
    """
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    pq.write_table(components, out / "components.parquet", compression="zstd")
    if touched is not None:
        pq.write_table(pa.table([touched], schema=TOUCHED_SCHEMA), out / "touched.parquet", compression="zstd")
    first_person = 0 if on_top_of is None else on_top_of.persons_end
    known_names = {} if on_top_of is None else asdict(on_top_of.names)
    total = sum(map(_rows_in, events))
    wanted = max(1, -(-total // events_a_bucket)) if total else 0
    with tempfile.TemporaryDirectory(dir=out, prefix="work-") as work:
        folders = {parent.resolve() for path in events for parent in [path.parent]} | {Path(work)}
        with duckdb_engine(sorted(folders), spill=Path(work) / "spill") as engine:
            parts = _bucketed(engine, events, components, erased, wanted, Path(work) / "parts")
            names = _write_names(engine, parts, known_names, out)
            buckets = _write_buckets(engine, parts, names, out, first_person)
    write_manifest(
        out,
        LayerManifest(
            format_version=FORMAT_VERSION,
            base=None if on_top_of is None else on_top_of.path.name,
            events=sum(bucket.events for bucket in buckets),
            persons=sum(bucket.persons for bucket in buckets),
            first_person=first_person,
            buckets=buckets,
            digests={path.name: file_digest(path) for path in sorted(out.glob("*.parquet"))},
        ),
    )


def _rows_in(path: Path) -> int:
    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowException, OSError) as broken:
        raise EngineError(f"cannot read {path} as a Parquet file of events: {broken}") from broken


def _bucketed(
    engine: Engine,
    events: Sequence[Path],
    components: pa.Table,
    erased: Collection[bytes],
    buckets: int,
    to: Path,
) -> list[list[Path]]:
    """The events spread over buckets by person: the files of each bucket that has any."""
    if not buckets:
        return []
    engine.offer("events", events)
    engine.offer("components", components)
    engine.offer("erased", pa.table({"subject": pa.array(sorted(erased), SUBJECT)}))
    engine.write(load_statement(_PACKAGE, "bucketed_events"), {"buckets": buckets}, to=to, partition_by="bucket")
    folders = sorted(to.glob("bucket=*"), key=lambda folder: int(folder.name.removeprefix("bucket=")))
    return [sorted(folder.glob("*.parquet")) for folder in folders]


def _write_names(
    engine: Engine, parts: list[list[Path]], known: Mapping[str, Sequence[str]], out: Path
) -> dict[str, pa.Array]:
    """Codes for every name: the known ones first, then the new ones in sorted order, whatever came first."""
    found: dict[str, set[str]] = {column: set() for column in CODED_COLUMNS}
    if parts:
        engine.offer("bucketed_events", [path for part in parts for path in part])
        for row in engine.fetch(load_statement(_PACKAGE, "bucket_names"), {}).to_pylist():
            found[row["kind"]].add(row["name"])
    names = {
        column: [*known.get(column, ()), *sorted(found[column].difference(known.get(column, ())))]
        for column in CODED_COLUMNS
    }
    rows = [(column, code, name) for column in CODED_COLUMNS for code, name in enumerate(names[column])]
    columns = zip(*rows, strict=True) if rows else ((), (), ())
    arrays = [pa.array(column, field.type) for column, field in zip(columns, NAMES_SCHEMA, strict=True)]
    pq.write_table(pa.table(arrays, schema=NAMES_SCHEMA), out / "names.parquet", compression="zstd")
    return {column: pa.array(names[column], pa.string()) for column in CODED_COLUMNS}


def _write_buckets(
    engine: Engine, parts: list[list[Path]], names: dict[str, pa.Array], out: Path, first_person: int
) -> tuple[BucketManifest, ...]:
    buckets: list[BucketManifest] = []
    free = first_person
    for number, part in enumerate(parts):
        engine.offer("bucketed_events", part)
        rows = engine.fetch(load_statement(_PACKAGE, "ordered_bucket"), {})
        persons = _write_bucket(rows, names, out, number, free)
        buckets.append(BucketManifest(events=rows.num_rows, persons=persons, first_person=free))
        free += persons
        for path in part:
            path.unlink()
    return tuple(buckets)


def _write_bucket(rows: pa.Table, names: dict[str, pa.Array], out: Path, number: int, first_person: int) -> int:
    """Write one bucket's four files from its rows in order; how many persons it holds."""
    starts = _starts_of_runs(rows["representative"])
    count = len(starts)
    lengths = np.diff(starts, append=rows.num_rows)
    person = np.arange(first_person, first_person + count, dtype=np.int64)

    # The person's first event came with the person's oldest subject.
    subjects = rows["subject"].cast(SUBJECT)
    oldest = subjects.take(pa.array(starts))
    _write(pa.table([person, lengths, oldest], schema=PERSONS_SCHEMA), bucket_file(out, number, "persons"))

    pairs = pa.table([subjects, np.repeat(person, lengths)], schema=SUBJECTS_SCHEMA)
    pairs = pairs.group_by(["subject", "person"]).aggregate([]).select(SUBJECTS_SCHEMA.names)
    _write(pairs.sort_by("subject"), bucket_file(out, number, "subjects"))

    columns = {column: _codes(rows[column], names[column]) for column in CODED_COLUMNS}
    priced = pc.is_valid(rows["amount_minor"]).to_numpy()
    columns["currency"] = np.where(priced, columns["currency"], NO_CODE).astype(columns["currency"].dtype)
    columns["occurred_at"] = rows["occurred_at"].to_numpy()
    columns["amount_minor"] = rows["amount_minor"].fill_null(0).to_numpy()
    # Plain and uncompressed: read for every question, so decoding costs more than the disk does.
    pq.write_table(
        pa.table(columns),
        bucket_file(out, number, "events"),
        compression="none",
        use_dictionary=False,
        write_statistics=False,
    )
    details = rows.select(DETAILS_SCHEMA.names).cast(DETAILS_SCHEMA)
    # Small row groups: a timeline reads one person, never the bucket.
    pq.write_table(details, bucket_file(out, number, "details"), compression="zstd", row_group_size=16_384)
    return count


def _write(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, compression="lz4", write_statistics=False)


def _codes(column: pa.ChunkedArray, names: pa.Array) -> NDArray[Any]:
    """The code of each value; NO_CODE where there is none. As small an integer as the names allow."""
    codes: NDArray[Any] = pc.index_in(column, value_set=names).fill_null(NO_CODE).to_numpy()
    return codes.astype(np.int16 if len(names) <= np.iinfo(np.int16).max else np.int32)


def _starts_of_runs(column: pa.ChunkedArray) -> NDArray[Any]:
    """Where a new value begins in a column of 16-byte values that stand together."""
    values = np.frombuffer(b"".join(_fixed_bytes(chunk) for chunk in column.chunks), dtype="S16")
    raw = values.view(np.uint64).reshape(-1, 2)
    changes = (raw[1:] != raw[:-1]).any(axis=1)
    return np.concatenate([np.zeros(min(1, len(raw)), np.int64), np.flatnonzero(changes) + 1])


def _fixed_bytes(chunk: pa.Array) -> memoryview:
    fixed = chunk.cast(SUBJECT)
    buffer = fixed.buffers()[1]
    return memoryview(buffer)[fixed.offset * 16 : (fixed.offset + len(fixed)) * 16]
