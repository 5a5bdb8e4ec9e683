"""Ids for rows that have none: a hash of their raw cells, the same whenever and in whatever order the file is read."""

from __future__ import annotations

import hashlib

import pyarrow as pa
import pyarrow.compute as pc

from tillit.events import cells

ID_BYTES = 16
# Between cells stands a sign that no cell contains: its first character is doubled with another letter inside cells.
_BETWEEN, _INSIDE, _EMPTY = "\x1f|", "\x1fs", "\x1fn"


def row_ids(table: pa.Table) -> list[str]:
    """For each row 32 hexadecimal digits of its cells, all of them, mapped or not, as they stood.

    Equal rows have equal ids here; `settling` numbers them, so that two equal purchases stay two.
    """
    if table.num_columns == 0:
        return []
    whole = pc.binary_join_element_wise(*(_raw(column) for column in table.columns), _BETWEEN)
    return [hashlib.blake2b(row, digest_size=ID_BYTES).hexdigest() for row in whole.cast(pa.binary()).to_pylist()]


def _raw(column: pa.ChunkedArray) -> pa.Array:
    array = column.combine_chunks()
    if not pa.types.is_string(array.type):
        array = cells.text(array)
    if pc.any(pc.match_substring(array, "\x1f")).as_py():
        array = pc.replace_substring(array, "\x1f", _INSIDE)
    return pc.fill_null(array, _EMPTY)
