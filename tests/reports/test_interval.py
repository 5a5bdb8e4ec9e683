"""The range around a share is Wilson's, and never leaves what is possible."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest  # type: ignore[attr-defined]  # scipy re-exports without saying so

from tillit.reports.interval import share_range


@pytest.mark.parametrize(
    ("count", "of"), [(0, 5), (5, 5), (1, 30), (90, 200), (34, 170), (299, 300), (12_345, 400_000)]
)
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_the_range_agrees_with_scipy(count: int, of: int, confidence: float) -> None:
    """Peer: scipy.stats.binomtest(...).proportion_ci(method="wilson"). Both are one formula in floats: rel 1e-9."""
    peer = binomtest(count, of).proportion_ci(confidence_level=confidence, method="wilson")
    ours = share_range(count, of, confidence=confidence)
    assert (ours.low, ours.high) == pytest.approx((peer.low, peer.high), rel=1e-9, abs=1e-12)


def test_ninety_of_two_hundred_reads_38_to_52_of_100() -> None:
    ours = share_range(90, 200)
    assert (round(ours.low * 100), round(ours.high * 100)) == (38, 52)


def test_nobody_counted_leaves_everything_possible() -> None:
    assert (share_range(0, 0).low, share_range(0, 0).high, share_range(0, 0).share) == (0.0, 1.0, 0.0)


@given(st.integers(1, 10**6).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_range_holds_the_share_and_stays_possible(case: tuple[int, int]) -> None:
    count, of = case
    ours = share_range(count, of)
    assert 0 <= ours.low <= count / of <= ours.high <= 1


@pytest.mark.parametrize(("count", "of"), [(-1, 4), (5, 4)])
def test_more_than_could_have_is_refused(count: int, of: int) -> None:
    with pytest.raises(ValueError, match=f"{count} of {of}"):
        share_range(count, of)
