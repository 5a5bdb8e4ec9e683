from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_allclose

from tests.credit.made import Row, made, rows
from tillit.credit.paths import Paths
from tillit.credit.rules import rule_weights
from tillit.credit.shapley import shapley_weights
from tillit.credit.vocabulary import Model


def by_name(paths: Paths, model: Model) -> dict[str, float]:
    weights = shapley_weights(paths) if model is Model.SHAPLEY else rule_weights(paths, model)
    return dict(zip(paths.names, (paths.conversions @ weights).tolist(), strict=True))


@pytest.mark.parametrize(
    ("model", "path", "shared"),
    [
        (Model.FIRST, "b > a > c", {"a": 0, "b": 1, "c": 0}),
        (Model.LAST, "b > a > c", {"a": 0, "b": 0, "c": 1}),
        (Model.LINEAR, "a > b > a", {"a": 2 / 3, "b": 1 / 3}),
        (Model.POSITION, "a", {"a": 1}),
        (Model.POSITION, "a > b", {"a": 0.5, "b": 0.5}),
        (Model.POSITION, "a > b > c > a", {"a": 0.8, "b": 0.1, "c": 0.1}),
        (Model.DECAY, "a > b > c", {"a": 1 / 7, "b": 2 / 7, "c": 4 / 7}),
        (Model.SHAPLEY, "a > b > a", {"a": 0.5, "b": 0.5}),
    ],
)
def test_one_way_is_shared_by_the_rule(model: Model, path: str, shared: dict[str, float]) -> None:
    assert by_name(made((path, 1, 0, 0)), model) == pytest.approx(shared)


@given(rows())
def test_shapley_equals_the_average_over_all_orders_of_joining(found: list[Row]) -> None:
    paths = made(*found)

    def worth(joined: set[str]) -> float:
        alone = [row for row in range(len(paths.lengths)) if paths.touches(row) and set(paths.touches(row)) <= joined]
        return float(paths.conversions[alone].sum())

    orders = list(permutations(paths.names))
    expected = np.zeros(len(paths.names))
    for order in orders:
        for place, name in enumerate(order):
            added = worth(set(order[: place + 1])) - worth(set(order[:place]))
            expected[paths.names.index(name)] += added / len(orders)
    assert_allclose(list(by_name(paths, Model.SHAPLEY).values()), expected, atol=1e-9)
