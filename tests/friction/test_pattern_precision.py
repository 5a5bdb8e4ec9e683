"""How often each named pattern is right where the truth is known; the larger run is tests/golden/."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.golden.friction_patterns_evaluation import LEAST_PRECISION, LEAST_PRECISION_OF, LEAST_RECALL, Mark, marks
from tillit.friction import patterns
from tillit.friction.patterns import PATTERNS, Mask, Pattern
from tillit.journeys.traces import Names, Traces
from tillit.simulate.troubles import EPISODES, TroubledJourney, troubled_journeys


@pytest.fixture(scope="module")
def journeys() -> tuple[TroubledJourney, ...]:
    return troubled_journeys(np.random.default_rng(7), customers=6_000)


@pytest.fixture(scope="module")
def found(journeys: tuple[TroubledJourney, ...]) -> dict[str, Mark]:
    return marks(journeys)


def test_every_pattern_has_planted_troubles_and_look_alikes() -> None:
    for trouble in (True, False):
        assert {episode.pattern for episode in EPISODES if episode.trouble == trouble} == {one.name for one in PATTERNS}


@pytest.mark.parametrize("name", [pattern.name for pattern in PATTERNS])
def test_a_pattern_is_right_and_finds_what_is_there(found: dict[str, Mark], name: str) -> None:
    """About 100 to 200 journeys each: 5 points below the bound of the larger run is two standard errors."""
    assert found[name].true > 60
    assert found[name].precision >= LEAST_PRECISION_OF.get(name, LEAST_PRECISION) - 0.05
    assert found[name].recall >= LEAST_RECALL


def happens(*activities: str) -> Pattern:
    """The rule without what makes it one: the activity alone."""

    def shows(traces: Traces, names: Names, newest_at: int) -> Mask:
        codes = [names.activity.index(activity) for activity in activities]
        hits = np.isin(traces.activity, codes)
        return np.asarray(np.logical_or.reduceat(hits, traces.offsets[:-1]), np.bool_)

    return Pattern("", "", shows)


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("price_shock", happens(*patterns.PRICES)),
        ("out_of_stock_visit", happens("out_of_stock_seen")),
        ("login_wall", happens("login_asked")),
        ("missed_call", happens("call_missed")),
        ("dead_end", happens(*patterns.LOOKED_FOR_A_PERSON)),
        ("silent_leaver", happens(*patterns.MET_A_PERSON)),
        ("form_loop", happens("checkout_started")),
    ],
)
def test_a_rule_that_only_looks_for_the_activity_would_be_wrong(
    journeys: tuple[TroubledJourney, ...], name: str, broken: Pattern
) -> None:
    """The look-alikes are worth testing with."""
    assert marks(journeys, (replace(broken, name=name),))[name].precision < LEAST_PRECISION - 0.1
