from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillit.friction.waits import Waits, by_step, medians, slow_limits, slower

STEPS, STRATA = 4, 2
GROUP = np.array([0, 0, 1, 2])
# The fourth step, in a group of its own, is one where nobody ever waits.
waits = st.lists(st.tuples(st.integers(0, STEPS - 2), st.integers(0, STRATA - 1), st.integers(0, 40)), max_size=30)


def piece(found: list[tuple[int, int, int]]) -> Waits:
    """One cell for each wait."""
    step, stratum, micros = np.array(sorted(found), np.int64).reshape(-1, 3).T
    return Waits(step, stratum, np.ones(len(step), np.int64), micros)


@given(st.lists(waits, max_size=3))
def test_limits_and_medians_are_those_of_numpy_and_slow_waits_of_a_plain_loop(
    found: list[list[tuple[int, int, int]]],
) -> None:
    pieces = [piece(some) for some in found]
    at = by_step(pieces, STEPS)
    limits = slow_limits(at, GROUP)
    everything = [wait for some in found for wait in some]
    for step in range(STEPS):
        here = [micros for where, _, micros in everything if where == step]
        alike = [micros for where, _, micros in everything if GROUP[where] == GROUP[step]]
        assert medians(at)[step] == pytest.approx(np.median(here) if here else np.nan, nan_ok=True)
        assert limits[step] == pytest.approx(np.quantile(alike, 0.75) if alike else np.nan, nan_ok=True)
    slow = np.zeros((STEPS, STRATA))
    for step, stratum, micros in everything:
        slow[step, stratum] += micros > limits[step]
    assert slower(pieces, limits, STRATA).tolist() == slow.tolist()


def test_cells_of_several_waits_are_counted_apart() -> None:
    some = Waits(np.array([1, 1, 0]), np.array([0, 1, 1]), np.array([2, 1, 3]), np.array([1, 9, 9, 1, 2, 9]))
    assert slower([some], np.array([1.5, 5.0]), 2).tolist() == [[0, 2], [1, 1]]
