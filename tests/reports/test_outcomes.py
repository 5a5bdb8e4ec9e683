"""Which journeys are finished, and which came to a stage."""

from __future__ import annotations

from pathlib import Path

from tests.journeys.logs import DAY, Event, view_of
from tillit.journeys.behind import journeys_behind
from tillit.journeys.stage_rules import default_stage_rules
from tillit.journeys.view import CaseRule
from tillit.reports.outcomes import ReachedGoal, outcomes
from tillit.reports.stage_reach import CameTo, stage_reach
from tillit.vocabulary import Stage

RULE = CaseRule(goal="order_completed", lapse_days=30)
EVENTS = [
    Event("Ana", 0, "page_viewed", "e1"),
    Event("Ana", DAY, "order_completed", "e2"),  # reached
    Event("Bo", 0, "page_viewed", "e3"),  # lapsed
    Event("Cy", 60 * DAY, "page_viewed", "e4"),  # open: 30 days are not yet over
    Event("Di", 89 * DAY, "order_completed", "e5"),  # reached, however young
]
AS_OF = 90 * DAY


def test_open_journeys_are_in_no_share(tmp_path: Path) -> None:
    view = view_of(tmp_path, EVENTS, rule=RULE)
    known = outcomes(view, as_of=AS_OF)
    assert (known.reached.count, known.finished, known.open) == (2, 3, 1)
    assert journeys_behind(view, ReachedGoal()).total == known.reached.count


def test_where_journeys_never_lapse_all_are_finished(tmp_path: Path) -> None:
    known = outcomes(view_of(tmp_path, EVENTS, rule=CaseRule(goal="order_completed")), as_of=AS_OF)
    assert (known.reached.count, known.finished, known.open) == (2, 4, 0)


def test_a_journey_comes_to_the_stages_its_events_speak_of(tmp_path: Path) -> None:
    view = view_of(tmp_path, EVENTS, rule=RULE)
    rules = default_stage_rules()
    came = stage_reach(view, rules)
    assert {stage: count for stage, count in came.items() if count} == {Stage.EXPLORE: 3, Stage.DECIDE: 2}
    assert all(journeys_behind(view, CameTo(rules, stage)).total == count for stage, count in came.items())
