"""Ids for rows that have none: a hash of their raw cells, the same whenever and in whatever order the file is read."""

from __future__ import annotations

import hashlib

import pyarrow as pa
import pyarrow.compute as pc

from tillit.events import cells

ID_BYTES = 16
# Signs that no cell contains: their first character is followed by another letter inside cells.
_BETWEEN, _AFTER_NAME, _INSIDE = "\x1f|", "\x1f=", "\x1fs"


def row_ids(table: pa.Table) -> list[str]:
    """For each row 32 hexadecimal digits of its cells, all of them, mapped or not, as they stood.

    Only cells that hold something count, each with its column's name and in the order of the names: the same row keeps
    its id when a later export has a column more that is empty for it, as JSON Lines and XES often do, or other columns
    first. Equal rows have equal ids here; `settling` numbers them, so that two equal purchases stay two.
    """
    if table.num_columns == 0:
        return []
    pieces = [piece for name in sorted(table.column_names) for piece in _raw(name, table[name])]
    whole = pc.binary_join_element_wise(*pieces, "")
    return [hashlib.blake2b(row, digest_size=ID_BYTES).hexdigest() for row in whole.cast(pa.binary()).to_pylist()]


def _raw(name: str, column: pa.ChunkedArray) -> tuple[str | pa.Array, ...]:
    """What a column adds to the text of each row, piece by piece."""
    array = column.combine_chunks()
    if pa.types.is_timestamp(array.type):
        array = array.cast(pa.int64()).cast(pa.string())  # writing a million dates out would take longer than all else
    elif not pa.types.is_string(array.type):
        array = cells.text(array)
    if pc.any(pc.match_substring(array, "\x1f")).as_py():
        array = pc.replace_substring(array, "\x1f", _INSIDE)
    pieces = (name.replace("\x1f", _INSIDE) + _AFTER_NAME, array, _BETWEEN)
    if array.null_count == 0 and not pc.any(pc.equal(array, "")).as_py():
        return pieces
    there = pc.fill_null(pc.not_equal(array, ""), False)
    return (pc.if_else(there, pc.binary_join_element_wise(*pieces, ""), ""),)
