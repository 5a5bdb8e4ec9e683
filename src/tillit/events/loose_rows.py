"""Rows that each bring their own columns (JSON Lines, XES), as chunks of one table.

The columns are those met in the file's beginning. A key that first appears later is not lost: it goes into the column
`other` as JSON, which exists only in files longer than that beginning.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Sequence
from itertools import islice
from typing import TypeAlias

import pyarrow as pa

from tillit.events.chunks import ROWS_PER_CHUNK, BrokenRow, RawChunk
from tillit.events.packed import InputFile

Cells: TypeAlias = dict[str, str]
LooseRow: TypeAlias = Cells | BrokenRow
LooseRows: TypeAlias = Callable[[], Generator[LooseRow, None, None]]

OTHER = "other"

# What is read before the columns are settled, and how many a table may have.
BEGINNING_ROWS = 65_536
BEGINNING_CHARACTERS = 64 << 20
MOST_COLUMNS = 2_000

_CHUNK_CHARACTERS = 64 << 20


class LooseTable:
    """The columns of a file of loose rows, and its rows as chunks.

    Args:
        rows: Gives the file's rows from the first, in file order, each time it is called. Rows count from 1, and a
            `BrokenRow` carries its number.
        always: Columns that the table has although no row may have them.
    """

    def __init__(self, rows: LooseRows, *, always: Sequence[str] = ()) -> None:
        self._rows = rows
        names: dict[str, None] = dict.fromkeys(always)
        beginning = characters = 0
        whole = True
        for row in rows():
            if beginning >= BEGINNING_ROWS or characters >= BEGINNING_CHARACTERS or len(names) > MOST_COLUMNS:
                whole = False
                break
            beginning += 1
            if isinstance(row, dict):
                names.update(dict.fromkeys(row))
                characters += _characters(row)
        self.has_rows = beginning > 0
        self._overflows = not whole or len(names) > MOST_COLUMNS
        if self._overflows:
            names.pop(OTHER, None)
            self.columns = (*islice(names, MOST_COLUMNS), OTHER)
        else:
            self.columns = tuple(names)

    def __iter__(self) -> Iterator[RawChunk]:
        cells: list[Cells] = []
        broken: list[BrokenRow] = []
        first, characters = 1, 0
        for row in self._rows():
            if isinstance(row, BrokenRow):
                broken.append(row)
            else:
                cells.append(row)
                characters += _characters(row)
            if len(cells) + len(broken) >= ROWS_PER_CHUNK or characters >= _CHUNK_CHARACTERS:
                yield RawChunk(self._table(cells), first, tuple(broken))
                first += len(cells) + len(broken)
                cells, broken, characters = [], [], 0
        if cells or broken:
            yield RawChunk(self._table(cells), first, tuple(broken))

    def _table(self, rows: list[Cells]) -> pa.Table:
        named = self.columns[:-1] if self._overflows else self.columns
        arrays = [pa.array([row.get(name) for row in rows], pa.string()) for name in named]
        if self._overflows:
            known = frozenset(named)
            rest = ({key: value for key, value in row.items() if key not in known} for row in rows)
            arrays.append(pa.array([json.dumps(r, ensure_ascii=False) if r else None for r in rest], pa.string()))
        return pa.table(arrays, schema=pa.schema([(name, pa.string()) for name in self.columns]))


def _characters(row: Cells) -> int:
    return sum(map(len, row.values()))


class LooseReader:
    """What readers of loose rows have in common: a file, of which a table is made."""

    _file: InputFile
    _table: LooseTable

    @property
    def columns(self) -> tuple[str, ...]:
        return self._table.columns

    @property
    def total_bytes(self) -> int:
        return self._file.total_bytes

    def position(self) -> int:
        return self._file.position()

    def __iter__(self) -> Iterator[RawChunk]:
        return iter(self._table)
