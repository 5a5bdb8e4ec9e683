"""A feature that knows the future is found, and the one that learns from it learns nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.readiness.lives import ACTIVITIES, CODED, RECIPE, day, lives
from tests.readiness.test_features import PERSONS
from tillit.errors import FutureKnown
from tillit.journeys.traces import Traces
from tillit.readiness.features import Known, known_at
from tillit.readiness.leaks import check_no_leak, leaking, until


def honest(traces: Traces, as_of: int) -> Known:
    return known_at(traces, CODED, as_of, 14)


def planted(traces: Traces, as_of: int) -> Known:
    """The count of pages peeps three days ahead."""
    known, ahead = honest(traces, as_of), honest(traces, as_of + day(3))
    features = known.features.copy()
    place = RECIPE.names.index("page_viewed, half-life 7 days")
    features[:, place] = ahead.features[np.isin(ahead.person, known.person), place]
    return replace(known, features=features)


@given(PERSONS, st.floats(0, 60))
def test_nothing_that_comes_later_changes_what_was_known(persons: list[list[tuple[float, str]]], moment: float) -> None:
    assert leaking(honest, lives(*persons), day(moment), RECIPE) == ()


def test_a_planted_column_from_the_future_is_found_and_named() -> None:
    life = lives([(3, "page_viewed"), (11, "page_viewed"), (12, "order_completed")], [(4, "price_viewed")])
    assert leaking(planted, life, day(10), RECIPE) == ("page_viewed, half-life 7 days",)
    with pytest.raises(FutureKnown, match=r"page_viewed, half-life 7 days changed .* Nothing was learnt"):
        check_no_leak(planted, life, day(10), RECIPE)


@given(PERSONS)
def test_lives_cut_at_a_moment_are_those_that_were_there(persons: list[list[tuple[float, str]]]) -> None:
    cut = until(lives(*persons), day(30))
    kept = [sorted((e for e in person if day(e[0]) <= day(30)), key=lambda e: e[0]) for person in persons]
    assert cut.person.tolist() == [place for place, person in enumerate(kept) if person]
    assert [ACTIVITIES[code] for code in cut.activity] == [name for person in kept for _, name in person]
