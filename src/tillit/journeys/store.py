"""The ordered store, opened: each person's events whole and in order, bucket by bucket."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tillit.engine.parts import MapParts, map_parts
from tillit.errors import DamagedSegment
from tillit.identity.held import HELD_FILE
from tillit.journeys.format import (
    CODED_COLUMNS,
    LayerManifest,
    bucket_file,
    file_checksum,
    read_manifest,
)
from tillit.journeys.locked import open_locked, read_locked
from tillit.journeys.traces import Names

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket of one layer; readers treat all of a store's buckets alike, since their persons are disjoint."""

    layer: Path
    number: int
    first_person: int
    persons: int
    replaced: bool  # a delta lies on top, so some of its persons may be gone from here
    key: bytes | None = field(default=None, repr=False)  # what locks its files; None: nothing does

    @property
    def persons_range(self) -> tuple[int, int]:
        """The codes of its persons, as [begin, end)."""
        return self.first_person, self.first_person + self.persons

    def read(self, kind: str, columns: Collection[str]) -> pa.Table:
        """These columns of one of the bucket's files."""
        # Not `pq.read_table`: it loads pyarrow.dataset, and with that all of pandas where there is one.
        with open_locked(bucket_file(self.layer, self.number, kind), self.key, memory_map=True) as file:
            return file.read(columns=list(columns), use_threads=False)

    def read_rows(self, kind: str, begin: int, end: int) -> pa.Table:
        """Rows [begin, end) of one of the bucket's files, reading only the row groups they stand in."""
        with open_locked(bucket_file(self.layer, self.number, kind), self.key) as file:
            sizes = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
            starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
            groups = [group for group in range(len(sizes)) if starts[group] < end and starts[group + 1] > begin]
            return file.read_row_groups(groups).slice(begin - int(starts[groups[0]]), end - begin)


@dataclass(frozen=True, slots=True)
class OrderedEvents:
    """Events of whole persons. Person i is the rows `offsets[i]:offsets[i + 1]` of every column.

    Attributes:
        offsets: Shape (persons + 1,), int64.
        person: Shape (persons,), int64; internal codes.
        columns: Name → shape (events,); coded columns are int32, -1 where there is none.
        rows: Shape (events,), int64: the row in the bucket's files; None where it is all of them.
    """

    offsets: NDArray[np.int64]
    person: NDArray[np.int64]
    columns: dict[str, NDArray[Any]]
    rows: NDArray[np.int64] | None

    def only(self, kept: NDArray[np.bool_], columns: Collection[str]) -> OrderedEvents:
        """These columns of the events that are kept, shape (events,), without persons who then have none."""
        before = np.concatenate([np.zeros(1, np.int64), np.cumsum(kept, dtype=np.int64)])
        lengths = np.diff(before[self.offsets])
        stays = lengths > 0
        rows = np.flatnonzero(kept)
        return OrderedEvents(
            offsets=np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths[stays], dtype=np.int64)]),
            person=self.person[stays],
            columns={name: self.columns[name][kept] for name in columns},
            rows=rows if self.rows is None else self.rows[rows],
        )


class OrderedStore:
    """A base, or a base with a delta on top. Open it with `OrderedStore.open`; it never changes while it is open."""

    def __init__(self, layers: tuple[tuple[Path, LayerManifest], ...], run: MapParts, key: bytes | None = None) -> None:
        self._layers = layers
        self._run = run
        self.key = key
        self.codes_found: dict[str, int] = {}  # by pseudonym: a page asks for one person several times

    @classmethod
    def open(cls, path: Path, *, key: bytes | None = None, run: MapParts = map_parts) -> OrderedStore:
        """The store whose newest layer is the directory `path`; `run` is where kernels run over its buckets.

        Args:
            key: What the store was locked with; see `locked.store_key`. Without it only `verify` and `identity` answer.

        Raises:
            StoreError: No finished layer is there.
            FormatError: A newer tillit wrote it.
        """
        manifest = read_manifest(path)
        if not manifest.locked:
            key = None
        if manifest.base is None:
            return cls(((path, manifest),), run, key)
        below = path.parent / manifest.base
        return cls(((below, read_manifest(below)), (path, manifest)), run, key)

    @property
    def path(self) -> Path:
        return self._layers[-1][0]

    @property
    def identity(self) -> str:
        """Which rules and decisions told its persons apart; see `identity.resolve.Identity`."""
        return self._layers[-1][1].identity

    @property
    def persons_end(self) -> int:
        """The first person code that is free."""
        return max(manifest.first_person + manifest.events for _, manifest in self._layers)

    @cached_property
    def names(self) -> Names:
        """What the codes stand for. A delta's list begins with its base's, so that one list serves both."""
        table = read_locked(self.path / "names.parquet", self.key)
        found: dict[str, list[str]] = {column: [] for column in CODED_COLUMNS}
        for kind, name in zip(table["kind"].to_pylist(), table["name"].to_pylist(), strict=True):
            found[kind].append(name)
        return Names(**{column: tuple(names) for column, names in found.items()})

    def components(self) -> pa.Table:
        """Each linked subject with its representative, as resolved when the store was built."""
        return read_locked(self.path / "components.parquet", self.key)

    def held(self) -> pa.Table:
        """What the rules of identity hold apart; a table of `identity.held.HELD_SCHEMA`."""
        return read_locked(self.path / HELD_FILE, self.key)

    @cached_property
    def buckets(self) -> tuple[Bucket, ...]:
        top = self._layers[-1][1]
        return tuple(
            Bucket(path, number, bucket.first_person, bucket.persons, replaced=manifest is not top, key=self.key)
            for path, manifest in self._layers
            for number, bucket in enumerate(manifest.buckets)
        )

    def map(self, work: Callable[[Bucket], Part]) -> list[Part]:
        """What `work` says of each bucket, in their order."""
        return self._run(work, self.buckets)

    def read(self, bucket: Bucket, columns: Collection[str]) -> OrderedEvents:
        """These columns of a bucket's events, without the persons that a delta replaces."""
        lengths = numbers_in(bucket.read("persons", ["events"])["events"])
        person = np.arange(bucket.first_person, bucket.first_person + bucket.persons)
        table = bucket.read("events", columns)
        arrays = {column: _widened(column, numbers_in(table[column])) for column in columns}
        rows = None
        if bucket.replaced:
            stays = ~self._touched[person]
            rows = np.flatnonzero(np.repeat(stays, lengths))
            arrays = {column: array[rows] for column, array in arrays.items()}
            person, lengths = person[stays], lengths[stays]
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)])
        return OrderedEvents(offsets, person, arrays, rows)

    def pseudonyms(self, persons: Collection[int]) -> dict[int, str]:
        """The public pseudonym of each of these internal codes."""
        wanted = np.array(sorted(persons), np.int64)
        found: dict[int, str] = {}
        for bucket in self.buckets:
            here = wanted[(wanted >= bucket.first_person) & (wanted < bucket.first_person + bucket.persons)]
            if len(here):
                subjects = bucket.read("persons", ["oldest_subject"])["oldest_subject"]
                oldest = subjects.take(pa.array(here - bucket.first_person))
                found.update(zip(here.tolist(), map(public_pseudonym, oldest.to_pylist()), strict=True))
        return found

    def is_replaced(self, person: int) -> bool:
        """Does a delta hold this person's history under another code?"""
        return len(self._layers) > 1 and person < self._layers[0][1].events and bool(self._touched[person])

    def verify(self) -> None:
        """Read every file of the store and hold it against its recorded checksum.

        Raises:
            DamagedSegment: A file is missing or is not as it was written.
        """
        for path, manifest in self._layers:
            for name, checksum in manifest.checksums.items():
                file = path / name
                if not file.is_file() or file_checksum(file) != checksum:
                    raise DamagedSegment(f"{file} is not as it was written; build the store again from the log")

    @cached_property
    def _touched(self) -> NDArray[np.bool_]:
        """Which of the base's persons (their codes begin at 0) the delta replaces."""
        mask = np.zeros(self._layers[0][1].events, np.bool_)
        mask[read_locked(self.path / "touched.parquet", self.key)["person"].to_numpy()] = True
        return mask


def public_pseudonym(oldest_subject: bytes) -> str:
    """The only name of a person that leaves the store: 10 characters, from the oldest subject."""
    return base64.b32encode(hashlib.sha256(oldest_subject + b"public").digest())[:10].decode("ascii").lower()


def numbers_in(column: pa.ChunkedArray) -> NDArray[Any]:
    """A column of numbers without nulls, not copied where it stands in one piece."""
    # Not `column.to_numpy`, which loads all of pandas where there is one.
    pieces = [np.from_dlpack(chunk) for chunk in column.chunks]
    return pieces[0] if len(pieces) == 1 else np.concatenate([np.zeros(0, np.int64), *pieces])


def _widened(column: str, array: NDArray[Any]) -> NDArray[Any]:
    # Codes are small on disk; kernels multiply them, which 16 bits would not survive.
    return array.astype(np.int32) if column in CODED_COLUMNS else array
