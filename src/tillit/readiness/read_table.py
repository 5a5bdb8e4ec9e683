"""A flat table of leads from CSV or Parquet: its columns, and an outcome of yes and no."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tillit.errors import FileError, QueryError
from tillit.events.flat_table import read_flat_table
from tillit.sentences import sentence

YES = frozenset({"1", "1.0", "true", "t", "yes", "y", "ja", "j"})
NO = frozenset({"0", "0.0", "false", "f", "no", "n", "nej", "nei"})


@dataclass(frozen=True, slots=True)
class LeadTable:
    """n rows in the order of time.

    Attributes:
        columns: Name → n values, without the outcome.
        outcome: Shape (n,); 1, 0, or NaN where it is empty.
        row: Shape (n,); the row of the file, 1 = the first row of data.
    """

    columns: dict[str, pa.Array]
    outcome: NDArray[np.float64]
    row: NDArray[np.int64]


def read_table(path: Path, outcome: str, *, at: str | None = None) -> LeadTable:
    """Read a table whose rows are leads.

    Args:
        path: As `read_flat_table` reads it.
        outcome: A column of yes and no (1/0, true/false, yes/no, ja/nej); empty where it is not known.
        at: A column to order rows by; None: the file's order is that of time.

    Raises:
        FileError: The file cannot be read, or the outcome holds something else.
        QueryError: There is no such column.
    """
    table = read_flat_table(path)
    for name in (outcome, *(() if at is None else (at,))):
        if name not in table.column_names:
            raise QueryError(
                sentence("there is no column '{name}'; found: {names}", name=name, names=", ".join(table.column_names))
            )
    row = np.arange(1, table.num_rows + 1)
    if at is not None:
        order = pc.sort_indices(table[at])
        table, row = table.take(order), row[order.to_numpy()]
    columns = {name: _whole(table[name]) for name in table.column_names if name != outcome}
    return LeadTable(columns, _yes_or_no(_whole(table[outcome]), outcome, path, row), row)


def _whole(column: pa.ChunkedArray) -> pa.Array:
    combined = column.combine_chunks()
    return combined if isinstance(combined, pa.Array) else pa.concat_arrays(combined.chunks)


def _yes_or_no(column: pa.Array, name: str, path: Path, row: NDArray[np.int64]) -> NDArray[np.float64]:
    found = np.full(len(column), np.nan)
    for place, text in enumerate(column.cast(pa.string()).to_pylist()):
        said = (text or "").strip().lower()
        if said in YES or said in NO:
            found[place] = float(said in YES)
        elif said:
            raise FileError(
                sentence(
                    "{file}: {column} is '{found}' in row {row}; it must be yes or no (1/0, true/false), or empty "
                    "while it is not known.",
                    file=path.name,
                    column=name,
                    found=str(text),
                    row=int(row[place]),
                )
            )
    return found
