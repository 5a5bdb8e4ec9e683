"""Who meets whom: rules as a table, what must always hold as properties, turns against exact fractions."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tillit.desk.routing import (
    Case,
    Level,
    Routed,
    Skill,
    Specialist,
    Why,
    Wish,
    most_unequal,
    route_all,
    wait_seconds,
)
from tillit.errors import QueryError

NOON = 1_767_000_000_000_000
MINUTE = 60_000_000
EVENING = NOON + 300 * MINUTE
ROOFS_SV = Skill("roofs", "sv", Level.DOES)
ROOFS_SV_ANSWERS = Skill("roofs", "sv", Level.ANSWERS)
PAINT_NB = Skill("paint", "nb", Level.DOES)
ANA, BO, CY = 1, 2, 3


def colleague(number: int, *skills: Skill, capacity: int = 2, load: int = 0, here: int | None = EVENING) -> Specialist:
    return Specialist(number, frozenset(skills), capacity, load, here)


def route(case: Case, *team: Specialist, now: int = NOON) -> Routed:
    return route_all([case], team, handling_seconds=600, now=now)[0]


def roofs(wish: Wish = Wish.ANYONE, previous: int | None = None) -> Case:
    return Case(1, "roofs", "sv", NOON, wish, previous)


WORK = Case(1, "roofs", "sv", NOON, needs=Level.DOES)


@pytest.mark.parametrize(
    ("case", "team", "to", "why"),
    [
        (roofs(), [colleague(BO, ROOFS_SV), colleague(CY, PAINT_NB)], BO, Why.DOES),
        (roofs(), [colleague(ANA, ROOFS_SV_ANSWERS), colleague(BO, ROOFS_SV, load=1)], BO, Why.DOES),
        (roofs(), [colleague(ANA, ROOFS_SV_ANSWERS), colleague(BO, ROOFS_SV, load=2)], ANA, Why.ANSWERS),
        (WORK, [colleague(ANA, ROOFS_SV_ANSWERS), colleague(BO, ROOFS_SV, load=2)], None, Why.ALL_BUSY),
        (WORK, [colleague(ANA, ROOFS_SV_ANSWERS), colleague(BO, ROOFS_SV, here=None)], None, Why.NOBODY_HERE),
        (WORK, [colleague(ANA, ROOFS_SV_ANSWERS)], ANA, Why.ANSWERS),
        (roofs(), [colleague(BO, ROOFS_SV, here=NOON)], None, Why.NOBODY_HERE),
        (roofs(), [colleague(BO, ROOFS_SV, capacity=0)], None, Why.NOBODY_HERE),
        (roofs(), [colleague(CY, Skill("paint", "sv", Level.DOES)), colleague(BO, PAINT_NB)], CY, Why.SPEAKS),
        (roofs(), [colleague(BO, PAINT_NB)], BO, Why.ANYBODY),
        (roofs(), [], None, Why.NOBODY_HERE),
        (roofs(Wish.SAME_IF_FREE, CY), [colleague(BO, ROOFS_SV), colleague(CY, PAINT_NB)], CY, Why.WISHED),
        (roofs(Wish.SAME_IF_FREE, CY), [colleague(BO, ROOFS_SV), colleague(CY, load=2)], BO, Why.DOES),
        (roofs(Wish.SAME_OR_WAIT, CY), [colleague(BO, ROOFS_SV), colleague(CY, load=2)], None, Why.WAITS_FOR_SAME),
        (roofs(Wish.SAME_OR_WAIT, CY), [colleague(BO, ROOFS_SV), colleague(CY, here=None)], None, Why.NOBODY_HERE),
        (roofs(Wish.SAME_OR_WAIT, 9), [colleague(BO, ROOFS_SV)], BO, Why.DOES),
        (roofs(Wish.ANYONE, CY), [colleague(BO, ROOFS_SV), colleague(CY, PAINT_NB)], BO, Why.DOES),
    ],
)  # fmt: skip
def test_rules(case: Case, team: list[Specialist], to: int | None, why: Why) -> None:
    routed = route(case, *team)
    assert (routed.to, routed.why) == (to, why)


@st.composite
def teams(draw: st.DrawFn) -> list[Specialist]:
    skills = st.builds(
        Skill, st.sampled_from(["roofs", "paint"]), st.sampled_from(["sv", "nb"]), st.sampled_from(Level)
    )
    return [
        Specialist(
            number,
            frozenset(draw(st.sets(skills, max_size=3))),
            draw(st.integers(0, 4)),
            draw(st.integers(0, 4)),
            draw(st.sampled_from([None, NOON - MINUTE, NOON, EVENING])),
        )
        for number in range(draw(st.integers(0, 5)))
    ]


@st.composite
def lines(draw: st.DrawFn) -> list[Case]:
    return [
        Case(
            number,
            draw(st.sampled_from(["roofs", "paint", "locks", ""])),
            draw(st.sampled_from(["sv", "nb", "en"])),
            NOON - draw(st.integers(0, 9)) * MINUTE,
            draw(st.sampled_from(Wish)),
            draw(st.none() | st.integers(0, 6)),
            draw(st.sampled_from(Level)),
        )
        for number in range(draw(st.integers(0, 12)))
    ]


@given(lines(), teams(), st.randoms(use_true_random=False))
def test_nobody_is_met_by_who_is_away_or_full_and_nobody_is_lost(
    waiting: list[Case], team: list[Specialist], random: object
) -> None:
    found = route_all(waiting, team, handling_seconds=600, now=NOON)
    assert sorted(one.case.id for one in found) == [case.id for case in waiting]
    known = {one.id: one for one in team}
    for number, one in known.items():
        new = sum(routed.to == number for routed in found)
        assert new == 0 or (one.here_until is not None and one.here_until > NOON and one.load + new <= one.capacity)
    for routed in found:
        assert (routed.to is None) == (routed.wait_seconds != 0.0)
    random.shuffle(waiting)  # type: ignore[attr-defined]
    random.shuffle(team)  # type: ignore[attr-defined]
    assert route_all(waiting, team, handling_seconds=600, now=NOON) == found


@given(lines(), teams())
def test_nobody_waits_for_somebody_who_is_free(waiting: list[Case], team: list[Specialist]) -> None:
    """Whoever waits without a wish could be taken by no colleague with room left, and was not overtaken."""
    found = route_all(waiting, team, handling_seconds=600, now=NOON)
    taken = {one.id: one.load + sum(routed.to == one.id for routed in found) for one in team}
    for routed in found:
        case = routed.case
        if routed.to is not None or case.wish is not Wish.ANYONE:
            continue
        able = [
            one
            for one in team
            if any((s.topic, s.language) == (case.topic, case.language) and s.level >= case.needs for s in one.skills)
        ]
        for one in able:
            assert one.here_until is None or one.here_until <= NOON or taken[one.id] >= one.capacity
            later = [r for r in found if r.to == one.id and (r.case.asked_at, r.case.id) > (case.asked_at, case.id)]
            assert not later


@settings(max_examples=60)
@given(
    st.lists(st.integers(1, 5), min_size=2, max_size=6).flatmap(
        lambda sizes: st.tuples(
            st.just(sizes),
            st.lists(st.sets(st.integers(0, len(sizes) - 1), min_size=1), min_size=1, max_size=150),
        )
    )
)
def test_turns_stay_within_the_bound_whoever_is_there(drawn: tuple[list[int], list[set[int]]]) -> None:
    """Each colleague's cases against their share of every case that they could have taken, in exact fractions."""
    sizes, days = drawn
    owed = dict.fromkeys(range(len(sizes)), 0.0)
    share = dict.fromkeys(owed, Fraction(0))
    had = dict.fromkeys(owed, 0)
    for there in days:
        team = [
            Specialist(one, frozenset({ROOFS_SV}), sizes[one], 0, EVENING if one in there else None, owed[one])
            for one in owed
        ]
        routed = route(roofs(), *team)
        assert routed.to is not None
        owed |= routed.owed
        had[routed.to] += 1
        for one in there:
            share[one] += Fraction(sizes[one], sum(sizes[other] for other in there))
        bound = most_unequal(team)
        for one in owed:
            assert owed[one] == pytest.approx(float(share[one] - had[one]), abs=1e-9)
            assert abs(share[one] - had[one]) <= bound


@pytest.mark.parametrize(("ahead", "capacity"), [(0, 1), (0, 4), (3, 2), (10, 6)])
def test_four_of_five_wait_no_longer_than_stated(ahead: int, capacity: int) -> None:
    """Against drawn conversations: all slots full, each that ends takes the next of the line."""
    rng = np.random.default_rng(capacity)
    team = [colleague(BO, ROOFS_SV, capacity=capacity, load=capacity, here=NOON + 10_000 * MINUTE)]
    stated = wait_seconds(team, ahead=ahead, handling_seconds=600, now=NOON)
    assert stated is not None
    waits = rng.exponential(600 / capacity, (20_000, ahead + 1)).sum(axis=1)
    assert (waits <= stated).mean() == pytest.approx(0.8, abs=0.012)  # 4 standard errors


def test_a_colleague_who_leaves_is_waited_for_no_longer_than_that() -> None:
    one = colleague(BO, ROOFS_SV, load=2, here=NOON + 10 * MINUTE)
    assert wait_seconds([one], ahead=0, handling_seconds=3600, now=NOON) is None
    # Two slots for ten minutes let 20 of the 0.8-quantile's 96.6 slot-minutes pass; one slot alone the other 76.6.
    leaves = colleague(BO, ROOFS_SV, capacity=1, here=NOON + 10 * MINUTE)
    stays = colleague(CY, ROOFS_SV, capacity=1, load=1, here=NOON + 1000 * MINUTE)
    waits = wait_seconds([leaves, stays], ahead=0, handling_seconds=3600, now=NOON)
    assert waits == pytest.approx(600 + (-math.log(0.2) * 3600 - 1200))


def test_a_colleague_with_a_thousand_at_once_is_refused() -> None:
    with pytest.raises(QueryError, match="from 0 to 50"):
        colleague(BO, capacity=1000)
