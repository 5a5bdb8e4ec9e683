"""The coalitions behind Shapley values: every subset by brute force, and each name's credit as the sum of its rows."""

from __future__ import annotations

from itertools import combinations
from math import factorial
from random import Random

import numpy as np
import pytest
from hypothesis import given

from tests.credit.made import Row, made, renamed, rows
from tillit.credit.coalitions import Coalition, coalitions
from tillit.credit.side_by_side import credit
from tillit.credit.vocabulary import Model


def subsets_worth(found: tuple[Coalition, ...], names: tuple[str, ...]) -> dict[str, float]:
    """Shapley's formula over all 2^n sets, the worth of each being that of the coalitions inside it."""

    def worth(inside: set[str]) -> float:
        return sum(one.conversions for one in found if one.names and set(one.names) <= inside)

    n, values = len(names), dict.fromkeys(names, 0.0)
    for name in names:
        others = [other for other in names if other != name]
        for size in range(n):
            weight = factorial(size) * factorial(n - size - 1) / factorial(n)
            values[name] += sum(
                weight * (worth({*joined, name}) - worth(set(joined))) for joined in combinations(others, size)
            )
    return values


def test_the_same_names_stand_together_in_whatever_order_they_were_met() -> None:
    paths = made(("a > b", 4, 10, 400), ("b > a > b", 2, 0, 100), ("a", 3, 1, 0), ("", 5, 95, 50))
    assert coalitions(paths) == (
        Coalition(("a", "b"), 16, 6, {"SEK": 500}, 3.0),
        Coalition((), 100, 5, {"SEK": 50}, 0.0),
        Coalition(("a",), 4, 3, {"SEK": 0}, 3.0),
    )


@given(rows())
def test_all_subsets_counted_one_by_one_give_the_same_values(found: list[Row]) -> None:
    paths = made(*found)
    table = coalitions(paths)
    expected = subsets_worth(table, paths.names)
    for name in paths.names:
        assert sum(one.each for one in table if name in one.names) == pytest.approx(expected[name], abs=1e-9)


@given(rows())
def test_the_rows_add_up_to_the_models_own_column(found: list[Row]) -> None:
    paths = made(*found)
    answer = credit(paths, [Model.SHAPLEY], np.random.default_rng(1))
    table = coalitions(paths, baseline=answer.baseline.conversions or 0.0)
    for share in answer.models[0].shares:
        assert sum(one.each for one in table if share.name in one.names) == pytest.approx(share.conversions, abs=1e-9)
    assert sum(one.conversions for one in table) == answer.total.conversions
    assert sum(one.ways for one in table) == answer.total.ways
    assert sum(one.value_minor["SEK"] for one in table) == answer.total.value_minor["SEK"]


@given(rows())
def test_neither_order_nor_names_change_a_row(found: list[Row]) -> None:
    shuffled = Random(3).sample(found, len(found))
    assert coalitions(made(*shuffled)) == coalitions(made(*found))
    other = coalitions(made(*renamed(found, {"a": "d", "b": "c", "c": "b", "d": "a"})))
    assert sorted((one.ways, one.conversions, one.each) for one in other) == sorted(
        (one.ways, one.conversions, one.each) for one in coalitions(made(*found))
    )
