"""Questions to a real store: across buckets, journeys cut by its rule, and the journeys behind each answer."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings

from tests.journeys.logs import DAY, Event, histories, log, logs, view_of
from tillit.journeys.behind import journeys_behind
from tillit.journeys.conditions import Dropped, InStage, OnPath, Reached
from tillit.journeys.funnel import FunnelSpec, funnel
from tillit.journeys.paths import PathSpec, paths
from tillit.journeys.stage_rules import default_stage_rules
from tillit.journeys.stages import stage_moves, stages_over_time
from tillit.journeys.touchpoints import TouchpointSpec, touchpoint_paths
from tillit.journeys.view import CaseRule, Selection
from tillit.vocabulary import Period, Stage, Unit

RULES = default_stage_rules()
SHOPPING = log(
    *(("Ana", 0, "page_viewed"), ("Ana", 5, "order_completed"), ("Ana", 90_000, "page_viewed")),
    *(("Bo", 1, "page_viewed"), ("Bo", 2, "product_viewed")),
    *(("Cy", 3, "order_completed"), ("Di", 4, "page_viewed"), ("Di", 6, "order_completed")),
)


@settings(max_examples=15)
@given(logs())
def test_persons_reach_a_later_step_as_a_plain_loop_says(events: list[Event]) -> None:
    names = {event.activity for event in events}
    if not {"page_viewed", "order_completed"} <= names:
        return
    reached = 0
    for history in histories(events):
        activities = [event.activity for event in history]
        if "page_viewed" in activities:
            reached += "order_completed" in activities[activities.index("page_viewed") :]
    with TemporaryDirectory() as folder:
        view = view_of(Path(folder), events)
        spec = FunnelSpec(("page_viewed", "order_completed"))
        answer = funnel(view, spec)
        assert answer.total == len(histories(events))
        assert answer.steps[1].reached == reached
        assert journeys_behind(view, Reached(spec, 2)).total == reached


def test_a_funnel_counts_persons_or_their_journeys(tmp_path: Path) -> None:
    steps = ("page_viewed", "order_completed")
    view = view_of(tmp_path, SHOPPING, rule=CaseRule(lapse_days=30))
    of_persons = funnel(view, FunnelSpec(steps))
    of_journeys = funnel(view, FunnelSpec(steps, unit=Unit.JOURNEY))
    assert (of_persons.total, [step.reached for step in of_persons.steps]) == (4, [3, 2])
    assert (of_journeys.total, [step.reached for step in of_journeys.steps]) == (5, [4, 2])
    assert of_persons.steps[1].p50_seconds_from_previous == 210.0  # Ana 5 minutes, Di 2
    dropped = journeys_behind(view, Dropped(FunnelSpec(steps), 2))
    assert [row.activities for row in dropped.rows] == [("page_viewed", "product_viewed")]  # Bo


def test_a_selection_narrows_every_answer(tmp_path: Path) -> None:
    selection = Selection(activities=frozenset({"order_completed"}))
    view = view_of(tmp_path, SHOPPING, rule=CaseRule(lapse_days=30), selection=selection)
    assert funnel(view, FunnelSpec(("page_viewed", "order_completed"))).total == 3
    assert paths(view, PathSpec("page_viewed")).units == 2
    assert touchpoint_paths(view, TouchpointSpec("order_completed")).conversions == 3
    assert sum(move.moves for move in stage_moves(view, RULES) if move.source is None) == 3


def test_paths_open_their_journeys(tmp_path: Path) -> None:
    view = view_of(tmp_path, SHOPPING)
    spec = PathSpec("page_viewed", depth=2)
    answer = paths(view, spec)
    units = {(node.depth, node.activity): node.units for node in answer.nodes}
    assert units == {
        (0, "page_viewed"): 3,
        (1, "order_completed"): 2,
        (1, "product_viewed"): 1,
        (2, "page_viewed"): 1,
        (2, "∎"): 2,
    }
    for (depth, activity), count in units.items():
        assert journeys_behind(view, OnPath(spec, ((depth, activity),))).total == count


@settings(max_examples=15)
@given(logs())
def test_stages_of_a_store_add_up_to_its_events_and_open(events: list[Event]) -> None:
    with TemporaryDirectory() as folder:
        view = view_of(Path(folder), events, rule=CaseRule(lapse_days=2))
        counts = stages_over_time(view, RULES, "Europe/Stockholm", Period.MONTH)
        stage_of = RULES.stage_of({event.activity for event in events})
        spoken = Counter(stage_of[event.activity] for event in events)
        assert {stage: sum(c.events for c in counts if c.stage is stage) for stage in Stage} == {
            stage: spoken[stage] for stage in Stage
        }
        for count in counts:  # one month holds all of it
            assert journeys_behind(view, InStage(RULES, count.stage)).total == count.persons


def test_touchpoints_carry_money_and_channels_of_the_store(tmp_path: Path) -> None:
    events = [
        Event("Ana", 0, "page_viewed", "e1", channel="mail"),
        Event("Ana", DAY, "page_viewed", "e2", channel="web"),
        Event("Ana", 2 * DAY, "order_completed", "e3", channel="store", amount_minor=25_000),
        Event("Bo", 0, "page_viewed", "e4", channel="mail"),
    ]
    answer = touchpoint_paths(view_of(tmp_path, events), TouchpointSpec("order_completed"))
    assert [(path.touches, path.conversions, path.nulls) for path in answer.paths] == [
        (("mail", "web"), 1, 0),
        (("mail",), 0, 1),
    ]
    assert [(money.currency, money.amount_minor) for money in answer.paths[0].value] == [("SEK", 25_000)]
