"""A lot that fell is on record and no step: every number is what it would be had no lot been written."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.journeys.logs import DAY, Event, logs, view_of
from tillit.journeys.behind import Arrow, Everything, journeys_behind
from tillit.journeys.graph import overview
from tillit.journeys.lots import ASSIGNED
from tillit.journeys.paths import PathSpec, paths
from tillit.journeys.stage_rules import default_stage_rules
from tillit.journeys.stages import stage_moves
from tillit.journeys.timeline import timeline
from tillit.journeys.touchpoints import TouchpointSpec, touchpoint_paths
from tillit.journeys.variants import variants
from tillit.journeys.view import CaseRule, View

RULE = CaseRule(None, lapse_days=1)


def answers(view: View) -> list[Any]:
    paid = view.rule.goal is not None
    return [
        overview(view),
        variants(view),
        stage_moves(view, default_stage_rules()),
        journeys_behind(view, Everything()).rows,
        [paths(view, PathSpec("page_viewed"))] if "page_viewed" in view.names.activity else [],
        [repr(touchpoint_paths(view, TouchpointSpec("order_completed")))] if paid else [],
    ]


@settings(max_examples=15)
@given(logs(max_events=12), st.sets(st.integers(0, 11)))
def test_every_answer_is_that_of_the_same_log_without_lots(events: list[Event], lots: set[int]) -> None:
    drawn = [replace(e, activity=ASSIGNED, amount_minor=None) if i in lots else e for i, e in enumerate(events)]
    met = [event for event in drawn if event.activity != ASSIGNED]
    goal = "order_completed" if any(event.activity == "order_completed" for event in met) else None
    with tempfile.TemporaryDirectory() as here, tempfile.TemporaryDirectory() as there:
        rule = replace(RULE, goal=goal)
        with_lots, without = view_of(Path(here), drawn, rule=rule), view_of(Path(there), met, rule=rule)
        assert with_lots.steps == without.steps
        for found, expected in zip(answers(with_lots), answers(without), strict=True):
            assert found == expected


def test_a_timeline_tells_of_the_lot_in_the_journey_that_was_under_way(tmp_path: Path) -> None:
    """The lot falls after Ana's journey has lapsed; it neither begins one nor stands alone, and Bo did nothing."""
    events = [
        Event("Ana", 0, "page_viewed", "a"),
        Event("Ana", DAY, "product_viewed", "b"),
        Event("Ana", 3 * DAY, ASSIGNED, "c"),
        Event("Ana", 5 * DAY, "page_viewed", "d"),
        Event("Bo", DAY, ASSIGNED, "e"),
    ]
    view = view_of(tmp_path, events, rule=RULE)
    found = journeys_behind(view, Everything())
    assert (found.total, [row.events for row in found.rows]) == (2, [1, 2])
    told = timeline(view, found.rows[0].person)
    assert [(row.activity, row.journey) for row in told] == [
        ("page_viewed", 1),
        ("product_viewed", 1),
        (ASSIGNED, 1),
        ("page_viewed", 2),
    ]
    assert journeys_behind(view, Arrow("product_viewed", ASSIGNED)).total == 0
