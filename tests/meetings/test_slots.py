"""Times for calls against trying every way to share them out."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from tillit.meetings.slots import MOST_OFFERED, Caller, offered

MINUTE = 60_000_000
CALLERS = st.lists(
    st.builds(
        lambda asked, within, weight: Caller(asked * MINUTE, (asked + within) * MINUTE, float(weight)),
        st.integers(0, 5),
        st.integers(0, 60),
        st.integers(1, 4),
    ),
    min_size=1,
    max_size=4,
)
SLOTS = st.lists(st.integers(5, 90), max_size=5, unique=True).map(lambda found: [each * MINUTE for each in found])


def total(callers: list[Caller], times: tuple[int, ...]) -> float:
    """What everyone's waiting costs, minute by minute; a broken promise a thousand times."""
    cost = 0.0
    for caller, time in zip(callers, times, strict=True):
        cost += caller.weight * (time - caller.asked_at) / MINUTE
        cost += caller.weight * 1000 * max(0, time - caller.promised_by) / MINUTE
    return cost


@given(CALLERS, SLOTS)
def test_nobody_could_share_the_times_better(callers: list[Caller], slots: list[int]) -> None:
    found = offered(callers, slots)
    assert len(found) == len(callers)
    firsts = [times[0] for times in found if times]
    assert len(firsts) == len(set(firsts)) == min(len(callers), len(slots)), "a time holds one call"
    for own in found:
        assert len(own) <= MOST_OFFERED
        assert not set(own[1:]) & set(firsts), "a time that another needs is not offered"
    if len(slots) >= len(callers):
        best = min(total(callers, times) for times in itertools.permutations(slots, len(callers)))
        assert abs(total(callers, tuple(firsts)) - best) < 1e-6


def test_the_first_time_goes_to_whom_waiting_costs_most_not_to_who_came_first() -> None:
    first, owed = Caller(0, 100 * MINUTE), Caller(1 * MINUTE, 100 * MINUTE, weight=3.0)
    assert offered([first, owed], [30 * MINUTE, 60 * MINUTE]) == ((60 * MINUTE,), (30 * MINUTE,))
    hurried = Caller(1 * MINUTE, 40 * MINUTE)
    assert offered([first, hurried], [30 * MINUTE, 60 * MINUTE])[1] == (30 * MINUTE,), "the nearer promise"


def test_a_time_that_has_passed_is_offered_to_nobody() -> None:
    assert offered([Caller(50 * MINUTE, 90 * MINUTE)], [10 * MINUTE]) == ((),)
    assert offered([Caller(0, MINUTE)], []) == ((),)
