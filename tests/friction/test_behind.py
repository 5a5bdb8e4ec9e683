"""The list behind a number of friction is as long as the number says."""

from __future__ import annotations

import numpy as np
import pytest

from tests.journeys.logs import DAY, MINUTE, Event, store_of
from tillit.friction.behind import At, AtStep, Shows
from tillit.friction.find import friction
from tillit.friction.pattern_counts import pattern_counts
from tillit.friction.split import Split
from tillit.journeys.behind import journeys_behind
from tillit.journeys.view import CaseRule, View
from tillit.vocabulary import Purpose

GOAL = "order_completed"
ACTIVITIES = ("page_viewed", "product_viewed", "checkout_started", "question_asked", GOAL)


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    """700 customers at random; pauses longer than the lapse make several journeys of some."""
    rng = np.random.default_rng(8)
    events: list[Event] = []
    for person in range(700):
        at = person * 3 * 60 * MINUTE
        for _ in range(rng.integers(1, 8)):
            at += int(rng.choice([0, 5 * MINUTE, DAY, 11 * DAY]))
            events.append(
                Event(
                    f"who{person}",
                    at,
                    str(rng.choice(ACTIVITIES)),
                    f"e{len(events):05}",
                    channel=str(rng.choice(["web", "store"])),
                )
            )
    store = store_of(tmp_path_factory.mktemp("view"), events, events_a_bucket=500)
    return View(store, CaseRule(GOAL, 10), purpose=Purpose.MEASUREMENT)


@pytest.mark.parametrize("by", ["activity", "channel", "place"])
def test_the_lists_behind_a_step(view: View, by: str) -> None:
    found = friction(view, rng=np.random.default_rng(1), split=Split.parse(by))
    assert found.enough
    assert found.split_at is not None
    for step in found.steps:
        for did, number in ((At.CAME, step.n), (At.LEFT, step.exits), (At.SLOW, step.waiting.slow)):
            condition = AtStep(
                activity=step.activity,
                goal=GOAL,
                did=did,
                began_from=found.split_at,
                over_by=found.over_by,
                by=None if by == "activity" else by,
                part=step.part,
                limit_seconds=step.waiting.limit_seconds,
            )
            assert journeys_behind(view, condition).total == number, (step.step, did)


def test_the_lists_behind_patterns(view: View) -> None:
    newest_at = max(view.map(lambda traces: int(traces.occurred_at.max(initial=0))))
    counted = pattern_counts(view)
    assert sum(one.journeys > 0 for one in counted) >= 2
    for one in counted:
        assert journeys_behind(view, Shows(one.name, newest_at)).total == one.journeys
