"""Parquet, read row group by row group with its own types."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tillit.errors import FileError
from tillit.events.chunks import ROWS_PER_CHUNK, RawChunk
from tillit.sentences import Sentence, sentence


class ParquetReader:
    """Reads a Parquet file as chunks with the file's own types; structs become columns `outer.inner`.

    Raises:
        FileError: The file is damaged, encrypted, or has no rows or no usable columns.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.total_bytes = path.stat().st_size
        self._read_bytes = 0
        try:
            with pq.ParquetFile(path) as file:
                metadata = file.metadata
                schema = file.schema_arrow
                self._group_ends = _group_ends(metadata)
        except (pa.ArrowException, OSError) as error:
            raise self._damaged(error) from error
        if metadata.num_rows == 0:
            raise FileError(sentence("{file} has columns but no rows. Export it again.", file=path.name))
        self.columns: tuple[str, ...] = tuple(_flat(schema.empty_table()).column_names)
        twice = [name for name, count in Counter(self.columns).items() if count > 1]
        if twice:
            raise FileError(
                sentence(
                    "{file} has the column '{column}' more than once. Rename one and write it again.",
                    file=path.name,
                    column=twice[0],
                )
            )
        self.notes: tuple[Sentence, ...] = (
            sentence(
                "Parquet. Rows: {rows:,}; row groups: {groups:,}.",
                rows=metadata.num_rows,
                groups=metadata.num_row_groups,
            ),
        )

    @property
    def format(self) -> str:
        return "parquet"

    def position(self) -> int:
        return self._read_bytes

    def __iter__(self) -> Iterator[RawChunk]:
        first = 1
        try:
            # Without pre-buffering: one large row group would otherwise be held whole.
            with pq.ParquetFile(self._path, pre_buffer=False) as file:
                for batch in file.iter_batches(batch_size=ROWS_PER_CHUNK):
                    yield RawChunk(_flat(pa.Table.from_batches([batch])), first)
                    first += batch.num_rows
                    self._read_bytes = next((end for rows, end in self._group_ends if rows >= first), self.total_bytes)
        except (pa.ArrowException, OSError) as error:
            raise self._damaged(error, after=first - 1) from error

    def _damaged(self, error: Exception, *, after: int = 0) -> FileError:
        first_line = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        return FileError(
            sentence(
                "{file} cannot be read as Parquet after row {row:,}: {found}. "
                "It is cut off, damaged or encrypted; write or download it again.",
                file=self._path.name,
                row=after,
                found=first_line.rstrip("."),
            )
        )


def _group_ends(metadata: pq.FileMetaData) -> list[tuple[int, int]]:
    """For each row group the last row in it and the bytes of the file up to its end, both counted from the start."""
    ends: list[tuple[int, int]] = []
    rows = size = 0
    for index in range(metadata.num_row_groups):
        group = metadata.row_group(index)
        rows += group.num_rows
        size += sum(group.column(column).total_compressed_size for column in range(group.num_columns))
        ends.append((rows, size))
    return ends


def _flat(table: pa.Table) -> pa.Table:
    """The table with structs opened one level, and what is still nested as JSON text."""
    table = table.flatten()
    for index, field in enumerate(table.schema):
        if pa.types.is_nested(field.type):
            text = pa.array([_json(value) for value in table.column(index).to_pylist()], pa.string())
            table = table.set_column(index, field.name, text)
    return table


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, default=str)
