from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tillit.friction.verdicts import Visits
from tillit.friction.worth import Worth, worth

ALL = np.ones(3, np.bool_)


def three_steps(customers: int) -> tuple[Visits, np.ndarray]:
    """200 visits to each of three steps in one stratum; 20, 20 and 60 leave there, half of the others buy for 500."""
    step = np.repeat(np.arange(3), 200)
    place = np.tile(np.arange(200), 3)
    left = place < np.array([20, 20, 60])[step]
    bought = ~left & (place % 2 == 0)
    visits = Visits(
        step=step,
        stratum=np.zeros(600, np.int64),
        customer=(place + 200 * step) % customers,
        left=left,
        waited_seconds=np.where(left, np.nan, 1.0),
        reached_goal=bought,
        group=np.zeros(3, np.int64),
    )
    return visits, np.where(bought, 500.0, np.nan)


def sized(visits: Visits, amount: np.ndarray, seed: int = 1) -> Worth:
    return worth(visits, amount, ALL, rng=np.random.default_rng(seed))


def test_money_is_exits_times_the_chance_of_a_goal_times_its_value() -> None:
    found = sized(*three_steps(600))
    assert found.excess_exits == pytest.approx([0, 0, 40])
    assert found.goal_share == pytest.approx([0.5, 0.5, 0.5])
    assert found.value == pytest.approx([0, 0, 40 * 0.5 * 500])
    low, high = found.value_range[:, 2]
    assert 0 < low < found.value[2] < high


def test_the_range_is_about_customers_and_not_about_visits() -> None:
    """The same visits by few customers who each leave again and again tell less, so the range is wider."""
    visits, amount = three_steps(600)
    many = sized(visits, amount).excess_range[:, 2]
    loyal = replace(visits, customer=np.where(visits.left, visits.step * 4 + np.arange(600) % 4, 100 + np.arange(600)))
    few = sized(loyal, amount).excess_range[:, 2]
    assert few[1] - few[0] > 1.5 * (many[1] - many[0])


def test_without_amounts_there_is_a_size_and_no_value() -> None:
    visits, amount = three_steps(600)
    found = sized(visits, np.full_like(amount, np.nan))
    assert found.excess_exits[2] == pytest.approx(40)
    assert np.isnan(found.value).all()
    assert np.isnan(found.value_range).all()
