"""Which journeys are old enough to be counted, and which came to a stage."""

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
    Event("Bo", 0, "page_viewed", "e3"),
    Event("Cy", 60 * DAY, "page_viewed", "e4"),  # began exactly the lapse ago
    Event("Di", 89 * DAY, "order_completed", "e5"),  # young: it reached the goal, others of its age may still
    Event("Ed", 61 * DAY, "page_viewed", "e6"),  # young
]
AS_OF = 90 * DAY


def test_young_journeys_are_in_no_share_whatever_they_reached(tmp_path: Path) -> None:
    view = view_of(tmp_path, EVENTS, rule=RULE)
    known = outcomes(view, as_of=AS_OF)
    assert (known.reached.count, known.counted, known.young) == (1, 3, 2)
    assert journeys_behind(view, ReachedGoal(known.begun_before)).total == known.reached.count


def test_a_constant_chance_of_buying_is_found_however_short_the_record(tmp_path: Path) -> None:
    """Known truth: one journey begins each hour, every third buys after two days. The record stops after 40 days."""
    stops = 40 * DAY
    events = []
    for hour in range(40 * 24):
        began = hour * DAY // 24
        events.append(Event(f"c{hour}", began, "page_viewed", f"v{hour}"))
        if hour % 3 == 0 and began + 2 * DAY <= stops:
            events.append(Event(f"c{hour}", began + 2 * DAY, "order_completed", f"o{hour}"))
    known = outcomes(view_of(tmp_path, events, rule=RULE), as_of=stops)
    assert (known.reached.count, known.counted) == (81, 241)  # those begun in the first ten days, the last included


def test_where_journeys_never_lapse_all_are_counted(tmp_path: Path) -> None:
    known = outcomes(view_of(tmp_path, EVENTS, rule=CaseRule(goal="order_completed")), as_of=AS_OF)
    assert (known.reached.count, known.counted, known.young) == (2, 5, 0)


def test_a_journey_comes_to_the_stages_its_events_speak_of(tmp_path: Path) -> None:
    view = view_of(tmp_path, EVENTS, rule=RULE)
    rules = default_stage_rules()
    came = stage_reach(view, rules)
    assert {stage: count for stage, count in came.items() if count} == {Stage.EXPLORE: 4, Stage.DECIDE: 2}
    assert all(journeys_behind(view, CameTo(rules, stage)).total == count for stage, count in came.items())
