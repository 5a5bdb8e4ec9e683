"""Segments: the Parquet files of the log, written so that a name on disk is always a whole file, and read by digest."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from tillit import fault
from tillit.events.contract import EVENT_SCHEMA, LINK_SCHEMA
from tillit.sentences import Sentence, sentence

READ_SIZE = 1 << 20
MOST_ROWS = 4_000_000  # a segment is checked whole before it is read, so none is very long


class SegmentKind(StrEnum):
    """What a segment holds. Held ones are an import's events (and their links) that the log had before it came."""

    EVENTS = "events"
    LINKS = "links"
    HELD_EVENTS = "held-events"
    HELD_LINKS = "held-links"

    @property
    def schema(self) -> pa.Schema:
        return EVENT_SCHEMA if self in (SegmentKind.EVENTS, SegmentKind.HELD_EVENTS) else LINK_SCHEMA


@dataclass(frozen=True, slots=True)
class Segment:
    """One committed file of the log."""

    id: int
    kind: SegmentKind
    import_id: str
    path: Path
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Damage:
    """A segment that is withheld, and what is wrong with it."""

    segment: Segment
    found: Sentence

    @property
    def sentence(self) -> Sentence:
        """Which file, and what is wrong with it."""
        return sentence(
            "{file} of import {import_id}: {found}",
            file=self.segment.path.name,
            import_id=self.segment.import_id,
            found=self.found,
        )

    def __str__(self) -> str:
        return str(self.sentence)


# A process reads a segment many times and the file never changes, so its digest is computed once for each
# (path, size, mtime_ns). Damage that keeps all three is found by `verify`, which never asks this table.
_digests: dict[tuple[str, int, int], str] = {}


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(READ_SIZE):
            digest.update(block)
    return digest.hexdigest()


def damage(segment: Segment, *, afresh: bool = False) -> Damage | None:
    """Compare a segment with the digest that was recorded when it was committed.

    Args:
        segment: A committed segment.
        afresh: Read the file even if this process has read it before.

    Returns:
        What is wrong, or None.
    """
    try:
        stat = segment.path.stat()
        key = (str(segment.path), stat.st_size, stat.st_mtime_ns)
        if afresh or key not in _digests:
            _digests[key] = file_digest(segment.path)
    except FileNotFoundError:
        return Damage(segment, sentence("the file is missing"))
    except OSError as error:
        return Damage(segment, sentence("the file cannot be read ({found})", found=str(error.strerror)))
    found = _digests[key]
    if found != segment.sha256:
        return Damage(
            segment,
            sentence(
                "its SHA-256 is {found}…, {recorded}… was recorded", found=found[:12], recorded=segment.sha256[:12]
            ),
        )
    return None


def sync_folder(folder: Path) -> None:
    """Bring a folder's names to stable storage, so that a rename in it survives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def parquet_file(path: Path, schema: pa.Schema) -> Iterator[pq.ParquetWriter]:
    """Write a Parquet file under `path` with `.tmp` added, and give it its name when it is whole and on stable storage.

    After an error the unfinished file is removed and nothing has the name.
    """
    unfinished = path.with_name(path.name + ".tmp")
    try:
        with unfinished.open("wb") as file:
            with pq.ParquetWriter(file, schema, compression="zstd") as writer:
                yield writer
            file.flush()
            os.fsync(file.fileno())
        fault.point("segment.before_rename")
        unfinished.rename(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    fault.point("segment.after_rename")
    sync_folder(path.parent)


class SegmentWriter:
    """Writes rows of one kind into as many segments as they need; none if no row comes.

    The files have their names when the block is left without an error. Nobody reads them until a transaction makes
    them live.
    """

    def __init__(self, begin: Callable[[], Segment]) -> None:
        """`begin` notes the intent to write the next segment and gives it its place (see `EventLog.new_segment`)."""
        self._begin = begin
        self._finished: list[Segment] = []
        self._stack = ExitStack()
        self._writing: tuple[Segment, pq.ParquetWriter] | None = None
        self._rows = 0

    @property
    def finished(self) -> tuple[Segment, ...]:
        """The whole segments, with their rows and digests."""
        return tuple(self._finished)

    @property
    def rows(self) -> int:
        return sum(segment.rows for segment in self._finished)

    def write(self, table: pa.Table) -> None:
        if not table.num_rows:
            return
        if self._writing is None:
            segment = self._begin()
            self._writing = segment, self._stack.enter_context(parquet_file(segment.path, segment.kind.schema))
        self._writing[1].write_table(table)
        self._rows += table.num_rows
        if self._rows >= MOST_ROWS:
            self._finish()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._finish()
        else:
            self._stack.__exit__(kind, error, trace)

    def _finish(self) -> None:
        if self._writing is None:
            return
        segment = self._writing[0]
        self._stack.close()
        self._finished.append(replace(segment, rows=self._rows, sha256=file_digest(segment.path)))
        self._writing, self._rows = None, 0
