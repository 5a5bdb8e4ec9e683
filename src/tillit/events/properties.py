"""The rest of a row as a JSON object, for whole columns at once."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from tillit.events import cells


def properties_of(table: pa.Table, columns: Sequence[str]) -> pa.Array:
    """For each row a JSON object of its cells in these columns, in their order.

    Empty cells are left out; a row in which all are empty gives null. Each distinct value is written once.
    """
    if not columns:
        return pa.nulls(table.num_rows, pa.string())
    members = cells.joined([_members(column, table[column]) for column in columns], ",")
    return pc.binary_join_element_wise("{", members, "}", "")


def _members(name: str, column: pa.ChunkedArray) -> pa.Array:
    """`"name":value` for each cell; null where it is empty."""
    values = column.combine_chunks()
    if not pa.types.is_dictionary(values.type):
        values = values.dictionary_encode()
    key = _json(name)
    written = [None if value in (None, "") else f"{key}:{_json(value)}" for value in values.dictionary.to_pylist()]
    return pa.array(written, pa.string()).take(values.indices)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
