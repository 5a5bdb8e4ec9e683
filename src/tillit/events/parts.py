"""Parquet files of at most about a million rows each, written as rows come."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROWS_PER_PART = 1_000_000
ROWS_PER_GROUP = 131_072
# Columns whose values hardly repeat: a dictionary of them would be made and thrown away.
_ALL_DIFFERENT = frozenset({"event_id", "occurred_at", "origin_row", "value"})


class PartWriter:
    """Writes `<stem>-0001.parquet`, … into a folder; a part that would stay empty is not written."""

    def __init__(self, folder: Path, stem: str, schema: pa.Schema) -> None:
        self._folder = folder
        self._stem = stem
        self._schema = schema
        self._waiting: list[pa.Table] = []
        self._waiting_rows = 0
        self._written_rows = 0
        self._writer: pq.ParquetWriter | None = None
        self._paths: list[Path] = []
        self.rows = 0

    def write(self, table: pa.Table) -> None:
        """Add rows; small tables wait until together they make a row group worth reading."""
        if table.num_rows == 0:
            return
        self.rows += table.num_rows
        self._waiting.append(table)
        self._waiting_rows += table.num_rows
        if self._waiting_rows >= ROWS_PER_GROUP:
            self._flush()

    def close(self) -> tuple[Path, ...]:
        """Write what waits and return the parts."""
        self._flush()
        self._end_part()
        return tuple(self._paths)

    def _flush(self) -> None:
        if not self._waiting:
            return
        if self._writer is None:
            path = self._folder / f"{self._stem}-{len(self._paths) + 1:04}.parquet"
            self._paths.append(path)
            words = [name for name in self._schema.names if name not in _ALL_DIFFERENT]
            self._writer = pq.ParquetWriter(path, self._schema, compression="zstd", use_dictionary=words)
        self._writer.write_table(pa.concat_tables(self._waiting), row_group_size=ROWS_PER_GROUP)
        self._written_rows += self._waiting_rows
        self._waiting, self._waiting_rows = [], 0
        if self._written_rows >= ROWS_PER_PART:
            self._end_part()

    def _end_part(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer, self._written_rows = None, 0
