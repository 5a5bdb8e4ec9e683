"""The curve of Kaplan and Meier: by hand, against scipy's, and how often its range holds the truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import CensoredData, ecdf  # type: ignore[attr-defined]  # scipy re-exports without saying so

from tillit.survival import survival


def test_a_curve_worked_out_by_hand() -> None:
    """Of 5 one ends at 1 (4/5 left), one is lost at 2, two of three end at 3 (a third of 4/5), one is lost at 3."""
    curve = survival(np.array([3.0, 1.0, 2.0, 3.0, 3.0]), np.array([True, True, False, True, False]))
    assert curve.times.tolist() == [1.0, 3.0]
    assert curve.at(np.array([0.0, 0.9, 1.0, 2.9, 3.0, 99.0])) == pytest.approx([1, 1, 4 / 5, 4 / 5, 4 / 15, 4 / 15])
    assert curve.log_variance == pytest.approx([1 / (5 * 4), 1 / (5 * 4) + 2 / (3 * 1)])


def test_the_curve_and_its_range_agree_with_scipy() -> None:
    """Peer: scipy 1.17, stats.ecdf(...).sf and its range "log-log". The same sums in another order: rel 1e-9."""
    rng = np.random.default_rng(3)
    length, happened = np.round(rng.exponential(10, 300), 1), rng.random(300) < 0.6
    theirs = ecdf(CensoredData.right_censored(length, ~happened)).sf  # type: ignore[no-untyped-call]
    with pytest.warns(RuntimeWarning, match="undefined"):  # where all is over; see below for ours
        ends = theirs.confidence_interval(method="log-log")
    at = np.array([1.0, 4.0, 9.0, 20.0])
    curve = survival(length, happened)
    assert curve.at(at) == pytest.approx(theirs.evaluate(at), rel=1e-9)
    low, high = curve.range_at(at)
    assert low == pytest.approx(ends.low.evaluate(at), rel=1e-9)
    assert high == pytest.approx(ends.high.evaluate(at), rel=1e-9)


def test_the_range_holds_the_truth_as_often_as_it_says() -> None:
    """1,000 times 60 exponential waits of 20 days, followed 0 to 60 days; two errors of a count of 1,000 are 1.4 %."""
    rng = np.random.default_rng(11)
    days = np.array([3.0, 7.0, 14.0, 30.0])
    truth = np.exp(-days / 20)
    held = np.zeros(4)
    for _ in range(1_000):
        wait, followed = rng.exponential(20, 60), rng.uniform(0, 60, 60)
        low, high = survival(np.minimum(wait, followed), wait <= followed).range_at(days)
        held += (low <= truth) & (truth <= high)
    assert np.all(np.abs(held / 1_000 - 0.95) <= 0.03), held


def test_to_ignore_who_is_still_waiting_would_be_wrong() -> None:
    """The same waits, of those only to whom it has happened: half as long."""
    rng = np.random.default_rng(11)
    wait, followed = rng.exponential(20, 2_000), rng.uniform(0, 60, 2_000)
    low, high = survival(np.minimum(wait, followed), wait <= followed).range_at(np.array([14.0]))
    assert low[0] < np.exp(-14 / 20) < high[0]
    assert (wait[wait <= followed] > 14).mean() < low[0]


@pytest.mark.parametrize(
    ("happens", "low", "high"), [(False, 0.025 ** (1 / 40), 1.0), (True, 0.0, 1 - 0.025 ** (1 / 40))]
)
def test_none_and_all_are_not_certain(happens: bool, low: float, high: float) -> None:
    """The exact range of 0, or 40, of 40 (Clopper and Pearson)."""
    found = survival(np.full(40, 5.0), np.full(40, happens)).range_at(np.array([5.0]))
    assert [end[0] for end in found] == pytest.approx([low, high])


def test_nobody_is_no_error() -> None:
    curve = survival(np.zeros(0), np.zeros(0, np.bool_))
    assert curve.at(np.array([1.0])).tolist() == [1.0]
