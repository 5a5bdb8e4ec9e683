"""Waits against a simulated desk, quantiles against counting, the price against trying every choice."""

from __future__ import annotations

import heapq
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillit.errors import QueryError
from tillit.meetings.waits import Demand, Line, expected_wait_seconds, p_wait, shadow_price, stated_wait_seconds


def simulated_waits(line: Line, customers: int, seed: int) -> np.ndarray:
    """First come, first served, one customer after the other."""
    rng = np.random.default_rng(seed)
    comes = np.cumsum(rng.exponential(3600 / line.arrivals_per_hour, customers))
    takes = rng.exponential(line.handling_seconds, customers)
    free_at = [0.0] * line.people
    waits = np.empty(customers)
    for place in range(customers):
        begins = max(comes[place], heapq.heappop(free_at))
        waits[place] = begins - comes[place]
        heapq.heappush(free_at, begins + takes[place])
    return waits[customers // 10 :]


@pytest.mark.parametrize(("people", "arrivals"), [(1, 6.0), (3, 20.0), (8, 55.0)])
def test_waits_are_those_of_a_simulated_desk(people: int, arrivals: float) -> None:
    line = Line(people, arrivals, 420.0)
    waits = simulated_waits(line, 60_000, seed=people)
    # Neighbours wait alike: with some 100 in a row depending on each other, 54,000 count as about 500.
    assert p_wait(line) == pytest.approx((waits > 0).mean(), abs=0.05)
    mean, stated = expected_wait_seconds(line), stated_wait_seconds([], line)
    assert mean is not None
    assert stated is not None
    assert mean == pytest.approx(waits.mean(), rel=0.1)
    assert (waits <= stated).mean() == pytest.approx(max(0.8, 1 - p_wait(line)), abs=0.03)


@pytest.mark.parametrize(("people", "p"), [(2, 1 / 3), (1, 0.5)])
def test_known_chances_of_waiting(people: int, p: float) -> None:
    """Textbook: one server at load 1/2 waits half the time; two at load 1 a third of it."""
    assert p_wait(Line(people, 3.0 * people * 2, 300.0)) == pytest.approx(p)


def test_a_queue_that_only_grows_has_no_wait_to_state() -> None:
    for line in (Line(0, 1.0, 60.0), Line(2, 120.0, 60.0)):
        assert (p_wait(line), expected_wait_seconds(line), stated_wait_seconds([1.0] * 199, line)) == (1.0, None, None)
    with pytest.raises(QueryError, match="0 or more"):
        Line(-1, 1.0, 60.0)


def test_from_200_waits_on_what_was_measured_counts() -> None:
    line = Line(1, 6.0, 420.0)
    waits = [float(wait) for wait in range(200, 0, -1)]
    assert stated_wait_seconds(waits, line) == 160.0
    assert stated_wait_seconds(waits[1:], line) == stated_wait_seconds([], line)


@given(
    st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 9)), max_size=7),
    st.integers(0, 30),
)
def test_at_the_price_the_minutes_suffice_and_at_a_lower_they_do_not(
    pairs: list[tuple[int, int]], minutes: int
) -> None:
    demands = [Demand(float(gain), float(takes)) for gain, takes in pairs]
    price = shadow_price(demands, minutes=minutes)

    def taken(at: float) -> float:
        return sum(each.minutes for each in demands if each.gain_minor > 0 and each.gain_minor / each.minutes > at)

    assert taken(price) <= minutes
    ratios = sorted({0.0, *(each.gain_minor / each.minutes for each in demands if each.gain_minor > 0)})
    for lower, _ in itertools.takewhile(lambda pair: pair[1] <= price, itertools.pairwise(ratios)):
        assert taken(lower) > minutes
