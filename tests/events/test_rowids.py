"""A row without an id of its own keeps the one it is given, whatever else later exports bring."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tillit.events.rowids import row_ids

BASE: dict[str, list[str | None]] = {"kund": ["Ana", "Bo", "Ana"], "tid": ["1", "2", "1"], "not": ["x", "", None]}


def test_equal_rows_have_equal_ids_and_others_have_not() -> None:
    first, second, third = row_ids(pa.table(BASE))
    assert len({first, second, third}) == 3
    assert row_ids(pa.table({name: [cells[0]] * 2 for name, cells in BASE.items()})) == [first, first]


@pytest.mark.parametrize(
    "later",
    [
        pytest.param(BASE | {"ny": [None, "", None]}, id="a column more that is empty"),
        pytest.param(dict(reversed(BASE.items())), id="other columns first"),
        pytest.param(BASE | {"not": ["x", None, ""]}, id="null for empty"),
    ],
)
def test_an_id_does_not_change_with_what_says_nothing(later: dict[str, list[str | None]]) -> None:
    columns = {name: pa.array(cells, pa.string()) for name, cells in later.items()}
    assert row_ids(pa.table(columns)) == row_ids(pa.table(BASE))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": ["x"], "b": [""]}, {"a": [""], "b": ["x"]}),
        ({"a": ["x\x1f|b\x1f=y"]}, {"a": ["x"], "b": ["y"]}),
        ({"a": ["x\x1f"]}, {"a": ["x\x1fs"]}),
        ({"a": ["xy"], "b": ["z"]}, {"a": ["x"], "b": ["yz"]}),
    ],
)
def test_cells_cannot_be_mistaken_for_others(one: dict[str, list[str]], other: dict[str, list[str]]) -> None:
    assert row_ids(pa.table(one)) != row_ids(pa.table(other))
