"""A delta: the persons that changed since a base was built, with their complete histories.

Touched are persons with new or late events, whose component changed, or of whom something was erased. Readers take the
base without them, then the delta: disjoint persons, so nothing has to be merged.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tillit.engine.parts import map_parts
from tillit.errors import StoreError
from tillit.events.left_out import LeftOut
from tillit.identity.links import read_links
from tillit.identity.resolve import Identity, changed_subjects, resolve
from tillit.journeys.build import EVENTS_A_BUCKET, write_layer
from tillit.journeys.decode import decoded_events
from tillit.journeys.format import DETAILS_SCHEMA, EVENTS_COLUMNS, SUBJECT, SUBJECTS_SCHEMA, read_manifest
from tillit.journeys.store import Bucket, OrderedStore


def build_delta(
    base: Path,
    new_events: Sequence[Path],
    links: Sequence[Path],
    out: Path,
    *,
    identity: Identity | None = None,
    erased: Collection[bytes] = (),
    left_out: LeftOut | None = None,
    key: bytes | None = None,
    events_a_bucket: int = EVENTS_A_BUCKET,
) -> None:
    """Write a delta on top of a base into the new directory `out` beside it; open the store at `out`.

    Args:
        base: A base, as `build_store` wrote it.
        new_events: Parquet files of EVENT_SCHEMA with all events since the base was built.
        links: Parquet files of LINK_SCHEMA: all links, those of the base too.
        out: The directory to make.
        identity: By what persons are told; the shipped rules alone if None.
        erased: All subjects that no longer exist. No reader sees their events from now on, but they stay in the base's
            files until the next `build_store`.
        left_out: Single events among the new ones that are left out; the base has none that is.
        key: What the base is locked with, or nothing; the delta is locked with it too.
        events_a_bucket: About how many events stand in one bucket.

    Raises:
        StoreError: `base` is itself a delta, or `out` is not beside it.
        EngineError: A file cannot be read as what it should be.
    """
    if read_manifest(base).base is not None:
        raise StoreError(f"{base} is a delta; build the next one on its base, with all events since then")
    if read_manifest(base).locked != (key is not None):
        raise StoreError(f"{base} is {'locked' if key is None else 'not locked'}, and its delta must be as it is")
    if out.parent.resolve() != base.parent.resolve():
        raise StoreError(f"{out} is not beside its base {base}; a delta finds its base by name")
    store = OrderedStore.open(base, key=key)
    before = store.components()
    identity = identity or Identity()
    found = resolve(read_links(links), identity, erased=erased)
    news = [pq.read_table(path, columns=["subject"])["subject"] for path in new_events]
    moved = pc.unique(pa.chunked_array([*(c for column in news for c in column.chunks), _subjects(erased)], SUBJECT))
    touched = _touched_persons(store, changed_subjects(before, found.components, moved))
    with tempfile.TemporaryDirectory(dir=base.parent, prefix="delta-") as work:
        write_layer(
            out,
            [*_histories(store, touched, Path(work)), *new_events],
            found,
            identity=identity,
            erased=erased,
            left_out=left_out,
            key=key,
            on_top_of=store,
            touched=touched,
            events_a_bucket=events_a_bucket,
        )


def _subjects(subjects: Collection[bytes]) -> pa.Array:
    return pa.array(sorted(subjects), SUBJECT)


def _touched_persons(store: OrderedStore, subjects: pa.Array) -> pa.Array:
    """The persons of a base that have events under one of these subjects, ascending."""

    def touched_in(bucket: Bucket) -> pa.ChunkedArray:
        table = bucket.read("subjects", SUBJECTS_SCHEMA.names)
        return table["person"].filter(pc.is_in(table["subject"], value_set=subjects))

    found = [chunk for column in map_parts(touched_in, store.buckets) for chunk in column.chunks]
    return pc.unique(pa.chunked_array(found, pa.int64())).sort()


def _histories(store: OrderedStore, persons: pa.Array, to: Path) -> list[Path]:
    """All events of these persons of a base, as Parquet files of EVENT_SCHEMA."""
    codes_of_persons = persons.to_numpy()

    def write_history(bucket: Bucket) -> list[Path]:
        here = codes_of_persons[slice(*np.searchsorted(codes_of_persons, bucket.persons_range))]
        if not len(here):
            return []
        wanted = np.zeros(bucket.persons, np.bool_)
        wanted[here - bucket.first_person] = True
        lengths = bucket.read("persons", ["events"])["events"].to_numpy()
        rows = pa.array(np.flatnonzero(np.repeat(wanted, lengths)))
        codes = bucket.read("events", EVENTS_COLUMNS).take(rows)
        details = bucket.read("details", DETAILS_SCHEMA.names).take(rows)
        path = to / f"{bucket.number:04d}.parquet"
        pq.write_table(decoded_events(codes, details, store.names), path, compression="lz4")
        return [path]

    return [path for paths in map_parts(write_history, store.buckets) for path in paths]
