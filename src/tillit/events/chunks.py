"""What every reader hands on: a stretch of a file as a table of raw cells, and the rows that are no rows.

Readers (`read_csv`, `read_json`, `read_parquet`, `read_xes`) import from here; `reading.open_reader` imports them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tillit.sentences import Sentence

ROWS_PER_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that could not be read as a row of its file.

    `row` counts rows of data from 1; `reason` is for people: what was found and what to do; `cells` is what stood
    there, as far as it could be told (a whole line may be one cell).
    """

    row: int
    code: str  # stable, for programs: "ragged", "quote", "encoding", "nul", "json"
    reason: Sentence
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RawChunk:
    """At most `ROWS_PER_CHUNK` rows of a file, good and broken together, before any mapping.

    The rows of `table` and `broken` together are numbered `first_row`, `first_row + 1`, …; `broken` is in that order.
    Cells are strings for CSV, JSON Lines and XES (null or "" = empty), native types for Parquet.
    """

    table: pa.Table
    first_row: int
    broken: tuple[BrokenRow, ...] = ()

    @property
    def rows(self) -> int:
        """Rows of the file in this chunk, good and broken."""
        return int(self.table.num_rows) + len(self.broken)

    def row_numbers(self) -> npt.NDArray[np.int64]:
        """The row number of each row of `table`; shape (table.num_rows,)."""
        numbers = np.arange(self.first_row, self.first_row + self.rows, dtype=np.int64)
        if self.broken:
            numbers = np.delete(numbers, [broken.row - self.first_row for broken in self.broken])
        return numbers


class Reader(Protocol):
    """An open file of events, read once from start to end. Iterating twice starts again from the first row."""

    @property
    def format(self) -> str:
        """ "csv", "jsonl", "segment", "parquet", "xes" or "weblog"."""
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the table's columns, each once, known before the first chunk."""
        ...

    @property
    def notes(self) -> tuple[Sentence, ...]:
        """What the reader found out or assumed, in sentences for people. May grow while reading."""
        ...

    @property
    def total_bytes(self) -> int:
        """Size of the file on disk."""
        ...

    def position(self) -> int:
        """Bytes of the file read so far, for progress; never above `total_bytes`."""
        ...

    def __iter__(self) -> Iterator[RawChunk]: ...
