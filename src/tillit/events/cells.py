"""Raw cells of any type as trimmed text, so that one set of rules serves every kind of file."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

type_is = pa.types
MOST_DECIMALS = 18  # of a number that is read


def text(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """The cells as text without space around it; null where nothing stands.

    A whole number kept as a float, what programs do to a column of numbers with gaps, is written as a whole number.
    """
    cells = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if type_is.is_dictionary(cells.type):
        return text(cells.dictionary).take(cells.indices)
    if type_is.is_nested(cells.type):
        written = [None if cell is None else json.dumps(cell, default=str) for cell in cells.to_pylist()]
        cells = pa.array(written, pa.string())
    elif type_is.is_floating(cells.type):
        cells = _whole_numbers(cells)
    elif type_is.is_binary(cells.type) or type_is.is_large_binary(cells.type):
        decoded = [None if cell is None else cell.decode("utf-8", "replace") for cell in cells.to_pylist()]
        cells = pa.array(decoded, pa.string())
    elif not type_is.is_string(cells.type):
        cells = cells.cast(pa.string())
    trimmed = pc.utf8_trim_whitespace(cells)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def joined(columns: Sequence[pa.Array], separator: str) -> pa.Array:
    """Texts side by side with `separator` between those that are there; null where none is."""
    together = columns[0]
    for column in columns[1:]:
        # Not null_handling="skip": pyarrow 26 then loses the rows in which every column is null.
        both = pc.binary_join_element_wise(together, column, separator)
        together = pc.coalesce(both, together, column)
    return together


def present(column: pa.Array) -> npt.NDArray[np.bool_]:
    """Where the column is not null; shape (rows,)."""
    valid: npt.NDArray[np.bool_] = pc.is_valid(column).to_numpy(zero_copy_only=False)
    return valid


def _whole_numbers(cells: pa.Array) -> pa.Array:
    numbers = cells.cast(pa.float64())
    whole = pc.and_(pc.equal(pc.floor(numbers), numbers), pc.less(pc.abs(numbers), 2.0**53))
    integers = pc.if_else(whole, numbers, pa.scalar(None, pa.float64())).cast(pa.int64()).cast(pa.string())
    finite = pc.if_else(pc.is_finite(numbers), cells.cast(pa.string()), pa.scalar(None, pa.string()))
    return _in_full(pc.coalesce(integers, finite), cells)


def _in_full(written: pa.Array, cells: pa.Array) -> pa.Array:
    """Numbers that Arrow writes with an exponent, written without: no digit of theirs was lost."""
    short = pc.fill_null(pc.match_substring(written, "e"), fill_value=False)
    if not pc.any(short).as_py():
        return written
    numbers = cells.filter(short).to_numpy()
    full = [np.format_float_positional(number, precision=MOST_DECIMALS, trim="-") for number in numbers]
    return pc.replace_with_mask(written, short, pa.array(full, pa.string()))
