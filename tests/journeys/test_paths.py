from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.journeys.made import Event, names_of, persons, traces_of
from tests.journeys.test_funnel import units_of
from tillit.errors import QueryError
from tillit.journeys.funnel import FunnelSpec, funnel_part
from tillit.journeys.funnel import coded as coded_funnel
from tillit.journeys.paths import PathSpec, coded, combine, path_part, walks
from tillit.journeys.results import OTHER, STOP, Paths
from tillit.vocabulary import Unit

People = list[list[list[Event]]]
SPECS = st.builds(
    PathSpec,
    anchor=st.just("a"),
    forward=st.booleans(),
    depth=st.integers(1, 4),
    unit=st.sampled_from(Unit),
    min_units=st.integers(1, 3),
)


def by_kernel(people: People, spec: PathSpec) -> Paths:
    names = names_of()
    return combine([path_part(traces_of(people, names), coded(spec, names))], spec, names)


def by_hand(people: People, spec: PathSpec) -> list[list[str]]:
    """Each unit's walk from its anchor, `depth` steps long, filled up with STOP."""
    walked = []
    for events in units_of(people, spec.unit):
        activities = [activity for activity, _ in events]
        if spec.anchor not in activities:
            continue
        if not spec.forward:
            activities.reverse()
        after = activities[activities.index(spec.anchor) :][: spec.depth + 1]
        walked.append(after + [STOP] * (spec.depth + 1 - len(after)))
    return walked


@settings(max_examples=150, deadline=None)
@given(persons(), SPECS)
def test_nodes_and_edges_equal_a_plain_loop(people: People, spec: PathSpec) -> None:
    walked, found = by_hand(people, spec), by_kernel(people, spec)
    counts = [Counter(walk[depth] for walk in walked) for depth in range(spec.depth + 1)]
    assert found.units == len(walked)

    def shown(depth: int, activity: str) -> str:
        thin = depth > 0 and activity != STOP and counts[depth][activity] < spec.min_units
        return OTHER if thin else activity

    nodes = Counter((depth, shown(depth, walk[depth])) for walk in walked for depth in range(spec.depth + 1))
    edges = Counter(
        (depth, shown(depth, walk[depth]), shown(depth + 1, walk[depth + 1]))
        for walk in walked
        for depth in range(spec.depth)
        if walk[depth] != STOP
    )
    deepest = max((node.depth for node in found.nodes), default=0)
    assert {(n.depth, n.activity): n.units for n in found.nodes} == {k: v for k, v in nodes.items() if k[0] <= deepest}
    assert all(activity == STOP for depth, activity in nodes if depth > deepest)  # only where nothing moves any more
    assert {(e.depth, e.source, e.target): e.units for e in found.edges} == edges


@settings(max_examples=100, deadline=None)
@given(persons(), SPECS)
def test_every_depth_holds_all_units(people: People, spec: PathSpec) -> None:
    found = by_kernel(people, spec)
    for depth in {node.depth for node in found.nodes}:
        assert sum(node.units for node in found.nodes if node.depth == depth) == found.units
    for node in found.nodes:
        out = [edge.units for edge in found.edges if (edge.depth, edge.source) == (node.depth, node.activity)]
        assert not out or sum(out) == node.units


@settings(max_examples=150, deadline=None)
@given(persons(longest=5), st.booleans(), st.sampled_from(Unit), st.sampled_from(["a", "b", "c"]))
def test_path_totals_are_funnel_totals(people: People, forward: bool, unit: Unit, other: str) -> None:
    """Units whose path from A comes to B at any depth = units of the funnel A to B; backward, the funnel B to A."""
    names = names_of()
    traces = traces_of(people, names)
    found = walks(traces, coded(PathSpec("a", forward, 20, unit), names)).codes
    reached_on_paths = (found[:, 1:] == names.activity.index(other)).any(axis=1).sum()
    steps = ("a", other) if forward else (other, "a")
    part = funnel_part(traces, coded_funnel(FunnelSpec(steps, unit=unit), names))
    assert reached_on_paths == part.reached[1]
    if forward:
        assert len(found) == part.reached[0]


@settings(max_examples=40, deadline=None)
@given(persons(), persons(), SPECS)
def test_buckets_add_up(one: People, two: People, spec: PathSpec) -> None:
    names = names_of()
    parts = [path_part(traces_of(people, names), coded(spec, names)) for people in (one, two)]
    assert combine(parts, spec, names) == by_kernel(one + two, spec)


def test_thin_steps_are_folded_and_stops_are_not() -> None:
    ana, bo, cy = [[("a", 0), ("b", 1)]], [[("a", 0), ("b", 1), ("c", 2)]], [[("a", 0), ("x", 1)]]
    found = by_kernel([ana, bo, cy], PathSpec("a", depth=2, min_units=2))
    assert [(n.depth, n.activity, n.units) for n in found.nodes] == [
        (0, "a", 3),
        (1, "b", 2),
        (1, OTHER, 1),
        (2, STOP, 2),
        (2, OTHER, 1),
    ]


def test_a_depth_that_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(QueryError, match="depth 0"):
        PathSpec("a", depth=0)
