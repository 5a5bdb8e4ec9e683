"""The journeys behind a number are as many as the number says, and the right ones."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.journeys.made import Event, names_of, persons, traces_of
from tests.journeys.test_funnel import any_order_specs, ordered_specs
from tests.journeys.test_paths import SPECS, by_kernel
from tests.journeys.test_stages import ACTIVITIES, RULES, by_period
from tillit.errors import QueryError
from tillit.journeys.conditions import Dropped, InStage, Moved, OnPath, Reached
from tillit.journeys.funnel import FunnelSpec, coded, combine, funnel_part
from tillit.journeys.paths import PathSpec
from tillit.journeys.results import OTHER
from tillit.journeys.stages import coded as coded_rules
from tillit.journeys.stages import combine_moves, move_part
from tillit.vocabulary import Period, Stage, Unit

People = list[list[list[Event]]]


@settings(max_examples=100)
@given(persons(), st.one_of(ordered_specs(), any_order_specs()))
def test_behind_a_funnel_step_stand_as_many_as_it_says(people: People, spec: FunnelSpec) -> None:
    names = names_of()
    traces = traces_of(people, names)
    funnel = combine([funnel_part(traces, coded(spec, names))], spec)
    for number, step in enumerate(funnel.steps, start=1):
        assert Reached(spec, number).holds(traces, names).sum() == step.reached
        if number > 1:
            assert Dropped(spec, number).holds(traces, names).sum() == step.dropped


@settings(max_examples=100)
@given(persons(), SPECS)
def test_behind_every_node_and_arrow_stand_as_many_as_it_says(people: People, spec: PathSpec) -> None:
    names = names_of()
    traces = traces_of(people, names)
    found = by_kernel(people, spec)
    for node in found.nodes:
        if node.activity != OTHER:
            assert OnPath(spec, ((node.depth, node.activity),)).holds(traces, names).sum() == node.units
    for edge in found.edges:
        if OTHER not in (edge.source, edge.target):
            at = ((edge.depth, edge.source), (edge.depth + 1, edge.target))
            assert OnPath(spec, at).holds(traces, names).sum() == edge.units


@settings(max_examples=60)
@given(persons(ACTIVITIES, seconds=40_000))
def test_behind_a_stage_stand_as_many_persons_as_it_says(people: People) -> None:
    names = names_of(ACTIVITIES)
    traces = traces_of(people, names)
    cells = by_period(people, "Europe/Helsinki", Period.DAY)
    days = sorted({cell.period_start for cell in cells})
    ends: dict[int, int | None] = {**dict(pairwise(days)), **({days[-1]: None} if days else {})}
    for cell in cells:
        behind = InStage(RULES, cell.stage, cell.period_start, ends[cell.period_start]).holds(traces, names)
        assert behind.sum() == cell.persons


@settings(max_examples=60)
@given(persons(ACTIVITIES))
def test_behind_a_move_stand_as_many_journeys_as_it_says(people: People) -> None:
    names = names_of(ACTIVITIES)
    traces = traces_of(people, names)
    for move in combine_moves([move_part(traces, coded_rules(RULES, names))]):
        assert Moved(RULES, move.source, move.target).holds(traces, names).sum() == move.journeys


def test_a_person_is_shown_by_the_journey_in_which_it_happened() -> None:
    ana = [[("c", 0)], [("a", 10), ("b", 11)], [("c", 20)]]
    names = names_of()
    traces = traces_of([ana], names)
    second = np.array([False, True, False])
    assert (Reached(FunnelSpec(("a", "b")), 2).holds(traces, names) == second).all()
    assert (Dropped(FunnelSpec(("a", "b", "a")), 3).holds(traces, names) == second).all()
    assert (OnPath(PathSpec("a"), ((2, "c"),)).holds(traces, names) == second).all()
    assert Reached(FunnelSpec(("a", "c"), unit=Unit.JOURNEY), 2).holds(traces, names).sum() == 0


def test_a_stage_shows_the_journey_of_the_last_event() -> None:
    ana = [[("page_viewed", 0)], [("store_visited", 10)]]
    names = names_of(ACTIVITIES)
    traces = traces_of([ana], names)
    assert InStage(RULES, Stage.COMPARE).holds(traces, names).tolist() == [False, True]
    assert InStage(RULES, Stage.EXPLORE, end_at=10).holds(traces, names).tolist() == [True, False]


def test_what_no_page_shows_cannot_be_opened() -> None:
    spec = FunnelSpec(("a", "b"))
    with pytest.raises(QueryError, match="steps 1 to 2"):
        Reached(spec, 3)
    with pytest.raises(QueryError, match="before the first step"):
        Dropped(spec, 1)
    with pytest.raises(QueryError, match="depths 0 to 5"):
        OnPath(PathSpec("a"), ((6, "b"),))
    with pytest.raises(QueryError, match="Folded"):
        OnPath(PathSpec("a"), ((1, OTHER),))
