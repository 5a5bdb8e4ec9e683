"""What was known, and nothing that was not."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillit.journeys.traces import Traces
from tillit.readiness.features import HALF_LIVES_DAYS, MICROS_PER_DAY, Recipe, known_at

RECIPE = Recipe(counted=(2, 0), labels=("compared", "viewed"), outcome=1)


def lives(*persons: list[tuple[float, int]]) -> Traces:
    """Each person's events as (day, activity)."""
    events = [sorted(person) for person in persons]
    return Traces(
        offsets=np.cumsum([0, *map(len, events)]),
        person=np.arange(len(events)),
        number=np.ones(len(events), np.int32),
        reached_goal=np.zeros(len(events), np.bool_),
        activity=np.array([activity for person in events for _, activity in person], np.int32),
        occurred_at=np.array([round(day * MICROS_PER_DAY) for person in events for day, _ in person], np.int64),
    )


def test_features_by_hand() -> None:
    """On day 10: Ana compared on day 3 and viewed on day 10, bought on day 9; Bo comes on day 11."""
    known = known_at(lives([(3, 2), (9, 1), (10, 0)], [(11, 0)]), RECIPE, 10 * MICROS_PER_DAY, 5)
    assert known.person.tolist() == [0]
    found = dict(zip(RECIPE.names, known.features[0], strict=True))
    assert found["compared, half-life 7 days"] == pytest.approx(math.log1p(0.5))
    assert found["viewed, half-life 7 days"] == pytest.approx(math.log1p(1))
    assert found["other, half-life 7 days"] == pytest.approx(math.log1p(2 ** (-1 / 7)))
    assert found["last_day"] == pytest.approx(math.log1p(1 + 0.5 + 2**-7))
    assert found["days_since_last_event"] == 0
    assert found["days_known"] == pytest.approx(math.log1p(7))
    assert found["times_before"] == pytest.approx(math.log1p(1))
    assert found["days_since_before"] == pytest.approx(math.log1p(1))
    assert not known.outcome[0]
    assert known.days_since_before[0] == 1


DAYS = st.floats(0, 60, allow_nan=False)
PERSONS = st.lists(st.lists(st.tuples(DAYS, st.integers(0, 3)), min_size=1, max_size=8), min_size=1, max_size=5)


@given(PERSONS, st.lists(st.tuples(DAYS, st.integers(0, 3)), max_size=6))
def test_what_comes_later_changes_nothing_but_the_outcome(
    persons: list[list[tuple[float, int]]], later: list[tuple[float, int]]
) -> None:
    as_of = 30 * MICROS_PER_DAY
    past = [[event for event in person if event[0] <= 30] for person in persons]
    past = [person for person in past if person]
    if not past:
        return
    future = [(31 + day, activity) for day, activity in later]
    without = known_at(lives(*past), RECIPE, as_of, 14)
    with_future = known_at(lives(*[[*person, *future] for person in past]), RECIPE, as_of, 14)
    assert np.array_equal(without.features, with_future.features)
    assert np.array_equal(without.times_before, with_future.times_before)
    assert not without.outcome.any()


@given(PERSONS)
def test_counts_equal_a_plain_loop(persons: list[list[tuple[float, int]]]) -> None:
    traces = lives(*persons)
    as_of = 30 * MICROS_PER_DAY
    known = known_at(traces, RECIPE, as_of, 14)
    row = 0
    for person in range(traces.journeys):
        events = range(int(traces.offsets[person]), int(traces.offsets[person + 1]))
        past = [place for place in events if traces.occurred_at[place] <= as_of]
        if not past:
            continue
        for column, (half_life, group) in enumerate((h, g) for h in HALF_LIVES_DAYS for g in range(3)):
            mine = [place for place in past if {2: 0, 0: 1}.get(int(traces.activity[place]), 2) == group]
            ages = [(as_of - traces.occurred_at[place]) / MICROS_PER_DAY for place in mine]
            assert known.features[row, column] == pytest.approx(
                math.log1p(sum(2 ** (-age / half_life) for age in ages))
            )
        came = any(
            as_of < traces.occurred_at[p] <= as_of + 14 * MICROS_PER_DAY and traces.activity[p] == 1 for p in events
        )
        assert known.outcome[row] == came
        row += 1
    assert row == len(known.person)


def test_no_person_is_known_before_the_first_event() -> None:
    traces = lives([(3, 0)], [(5, 0)])
    assert known_at(traces, RECIPE, 2 * MICROS_PER_DAY, 5).person.tolist() == []
    assert known_at(replace(traces), RECIPE, 4 * MICROS_PER_DAY, 5).person.tolist() == [0]
