from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.golden.friction_evaluation import Visits
from tillit.friction.worth import Worth, worth
from tillit.journeys.units import Indices

ALL = np.ones(3, np.bool_)


def three_steps() -> tuple[Visits, Indices, NDArray[np.float64]]:
    """200 visits to each of three steps in one stratum; 20, 20 and 60 leave there, half of the others buy for 500.

    Each by another customer; which one, and the value of the goal, comes beside the visits.
    """
    step, place = np.repeat(np.arange(3), 200), np.tile(np.arange(200), 3)
    left = place < np.array([20, 20, 60])[step]
    bought = ~left & (place % 2 == 0)
    visits = Visits(step, np.zeros(600, np.int64), left, bought, np.ones(600, np.int64), np.zeros(3, np.int64))
    return visits, np.arange(600), np.where(bought, 500.0, np.nan)


def sized(visits: Visits, customer: Indices, amount: NDArray[np.float64], margin_share: float | None = None) -> Worth:
    rng = np.random.default_rng(1)
    return worth(visits.outcomes(customer, amount), ALL, rng=rng, margin_share=margin_share)


def test_money_is_exits_times_the_chance_of_a_goal_times_its_value() -> None:
    found = sized(*three_steps())
    assert found.excess_exits == pytest.approx([0, 0, 40])
    assert found.goal_share == pytest.approx([0.5, 0.5, 0.5])
    assert found.value == pytest.approx([0, 0, 40 * 0.5 * 500])
    low, high = found.value_range[:, 2]
    assert 0 < low < found.value[2] < high
    assert sized(*three_steps(), margin_share=0.25).value == pytest.approx(found.value / 4)


def test_the_range_is_about_customers_and_not_about_visits() -> None:
    """The same visits by few customers who each leave again and again tell less, so the range is wider."""
    visits, each, amount = three_steps()
    many = sized(visits, each, amount).excess_range[:, 2]
    loyal = np.where(visits.left, visits.step * 4 + each % 4, 12 + each)
    few = sized(visits, loyal, amount).excess_range[:, 2]
    assert few[1] - few[0] > 1.5 * (many[1] - many[0])


def test_without_amounts_there_is_a_size_and_no_value() -> None:
    visits, customer, amount = three_steps()
    found = sized(visits, customer, np.full_like(amount, np.nan))
    assert found.excess_exits[2] == pytest.approx(40)
    assert np.isnan(found.value).all()
    assert np.isnan(found.value_range).all()
