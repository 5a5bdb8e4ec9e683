from __future__ import annotations

from math import comb, exp, factorial

import numpy as np
import pytest
from scipy import stats

from tillit.friction.tails import adjusted, upper_tail


def tail(observed: float, expected: float, variance: float) -> float:
    return float(upper_tail(np.array([observed]), np.array([expected]), np.array([variance]))[0])


@pytest.mark.parametrize("observed", [0, 1, 3, 7, 20])
def test_like_chances_give_the_binomial_tail(observed: int) -> None:
    by_hand = sum(comb(20, k) * 0.15**k * 0.85 ** (20 - k) for k in range(observed, 21))
    assert tail(observed, 20 * 0.15, 20 * 0.15 * 0.85) == pytest.approx(by_hand, rel=1e-9)


@pytest.mark.parametrize("observed", [0, 1, 4, 12])
def test_rare_among_very_many_is_poisson(observed: int) -> None:
    by_hand = 1 - sum(exp(-4) * 4**k / factorial(k) for k in range(observed))
    assert tail(observed, 4.0, 4.0) == pytest.approx(by_hand, rel=1e-9)
    assert tail(observed, 4.0, 4.0 - 1e-6) == pytest.approx(by_hand, rel=1e-4)  # where one form goes over
    assert tail(observed, 4.0, 4.0 + 1e-6) == pytest.approx(by_hand, rel=1e-4)  # into the next


def test_an_uncertain_reference_makes_the_same_count_less_surprising() -> None:
    """Seven expected, three times as spread: a negative binomial, summed by hand with r = 3.5 and p = 1/3."""
    by_hand, term = 0.0, (1 / 3) ** 3.5
    for k in range(15):
        by_hand += term
        term *= (3.5 + k) / (k + 1) * (2 / 3)
    assert tail(15, 7.0, 21.0) == pytest.approx(1 - by_hand, rel=1e-9)
    assert tail(15, 7.0, 5.0) < tail(15, 7.0, 7.0) < tail(15, 7.0, 21.0)


def test_unlike_chances_are_close_to_their_exact_sum() -> None:
    """40 chances of 5 % and 40 of 35 %, convolved one by one."""
    chances = [0.05] * 40 + [0.35] * 40
    exact = np.ones(1)
    for chance in chances:
        exact = np.convolve(exact, [1 - chance, chance])
    variance = sum(chance * (1 - chance) for chance in chances)
    for observed in (12, 16, 22, 28):
        assert tail(observed, sum(chances), variance) == pytest.approx(exact[observed:].sum(), rel=0.1)


def test_adjusting_counts_the_tested_alone() -> None:
    """By hand: sorted 0.01, 0.02, 0.5 of three; 0.01 × 3, 0.02 × 3/2, 0.5; the smallest takes the next one's."""
    found = adjusted(np.array([0.5, np.nan, 0.01, 0.02]))
    assert found == pytest.approx([0.5, np.nan, 0.03, 0.03], nan_ok=True)
    assert np.isnan(adjusted(np.array([np.nan]))).all()


def test_adjusting_agrees_with_scipy() -> None:
    """Peer: scipy 1.16, stats.false_discovery_control, with ties and values near 1: both multiply in one order."""
    rng = np.random.default_rng(3)
    for count in (1, 2, 7, 400):
        p_values = rng.integers(0, 50, count) / 49
        assert adjusted(p_values) == pytest.approx(stats.false_discovery_control(p_values), rel=1e-12)
