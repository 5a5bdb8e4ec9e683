"""The kernel against plain Python that tries every choice of events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.journeys.made import ALPHABET, Event, Person, names_of, persons, traces_of
from tillit.errors import QueryError
from tillit.journeys.funnel import FunnelSpec, best_attempts, coded, combine, funnel_part
from tillit.vocabulary import Unit

STEP = st.frozensets(st.sampled_from(ALPHABET[:3]), min_size=1, max_size=2)
WINDOW = st.none() | st.integers(0, 6).map(float)


@st.composite
def ordered_specs(draw: st.DrawFn) -> FunnelSpec:
    steps = draw(st.lists(STEP, min_size=2, max_size=4))
    return FunnelSpec(
        steps=tuple(steps),
        within_seconds=draw(WINDOW),
        per_step_seconds=tuple(draw(st.lists(WINDOW, min_size=len(steps) - 1, max_size=len(steps) - 1))),
        exclude=draw(st.sampled_from([frozenset(), frozenset("x")])),
        unit=draw(st.sampled_from(Unit)),
    )


@st.composite
def any_order_specs(draw: st.DrawFn) -> FunnelSpec:
    return FunnelSpec(
        steps=draw(st.sampled_from([("a", "b"), ("a", "b", "c"), (frozenset("ab"), "c")])),
        within_seconds=draw(WINDOW),
        ordered=False,
        exclude=draw(st.sampled_from([frozenset(), frozenset("x")])),
        unit=draw(st.sampled_from(Unit)),
    )


def units_of(people: Sequence[Person], unit: Unit) -> list[list[Event]]:
    if unit is Unit.JOURNEY:
        return [list(journey) for person in people for journey in person]
    return [[event for journey in person for event in journey] for person in people]


def fits(events: Sequence[Event], chosen: Sequence[int], spec: FunnelSpec) -> bool:
    """Whether these events keep the windows and no excluded one stands between them."""
    limit = float("inf")
    times = [events[i][1] / 1e6 for i in chosen]
    within = limit if spec.within_seconds is None else spec.within_seconds
    gaps = [limit if gap is None else gap for gap in spec.per_step_seconds] or [limit] * (len(spec.steps) - 1)
    return (
        times[-1] - times[0] <= within
        and all(later - earlier <= gap for (earlier, later), gap in zip(pairwise(times), gaps, strict=False))
        and not any(events[i][0] in spec.exclude for i in range(chosen[0], chosen[-1] + 1))
    )


def attempts(events: Sequence[Event], spec: FunnelSpec) -> Iterator[tuple[int, ...]]:
    """Every choice of events that is an attempt, whole or in part."""
    steps = spec.step_sets()
    for size in range(1, len(steps) + 1):
        for chosen in combinations(range(len(events)), size):
            activities = [events[i][0] for i in chosen]
            if spec.ordered:
                matches = all(activity in step for activity, step in zip(activities, steps, strict=False))
            else:
                taken = [[index for index, step in enumerate(steps) if a in step] for a in activities]
                matches = all(taken) and len({index for indices in taken for index in indices}) == size
            if matches and fits(events, chosen, spec):
                yield chosen


def best_by_trying(events: Sequence[Event], spec: FunnelSpec) -> tuple[int, ...]:
    """The furthest attempt; of those the earliest entry, then the earliest next event, and so on."""
    return max(attempts(events, spec), key=lambda chosen: (len(chosen), [-i for i in chosen]), default=())


def by_trying(people: Sequence[Person], spec: FunnelSpec) -> list[tuple[int, int, list[int]]]:
    """Steps reached, row of the entry and waits in microseconds of each unit."""
    found, row = [], 0
    for events in units_of(people, spec.unit):
        best = best_by_trying(events, spec)
        waits = [events[later][1] - events[earlier][1] for earlier, later in pairwise(best)]
        found.append((len(best), row + best[0] if best else -1, waits))
        row += len(events)
    return found


def by_kernel(people: Sequence[Person], spec: FunnelSpec) -> list[tuple[int, int, list[int]]]:
    names = names_of()
    best = best_attempts(traces_of(people, names), coded(spec, names))
    return [
        (int(steps), int(entry), [int(wait) for wait in waits[: max(0, steps - 1)]])
        for steps, entry, waits in zip(best.furthest, best.entry, best.waits, strict=True)
    ]


@settings(max_examples=400, deadline=None)
@given(persons(), ordered_specs())
def test_ordered_steps_equal_trying_every_choice(people: list[list[list[Event]]], spec: FunnelSpec) -> None:
    assert by_kernel(people, spec) == by_trying(people, spec)


@settings(max_examples=200, deadline=None)
@given(persons(), any_order_specs())
def test_any_order_equals_trying_every_choice(people: list[list[list[Event]]], spec: FunnelSpec) -> None:
    assert by_kernel(people, spec) == by_trying(people, spec)


@settings(max_examples=50, deadline=None)
@given(persons(), persons(), ordered_specs())
def test_buckets_add_up(one: list[list[list[Event]]], other: list[list[list[Event]]], spec: FunnelSpec) -> None:
    names = names_of()
    funnel = coded(spec, names)
    parts = [funnel_part(traces_of(people, names), funnel) for people in (one, other)]
    assert combine(parts, spec) == combine([funnel_part(traces_of(one + other, names), funnel)], spec)


@pytest.mark.parametrize(("window", "reached"), [(60.0, 1), (59.999999, 0)])
def test_a_window_includes_its_last_microsecond_and_no_more(window: float, reached: int) -> None:
    ana = [[("a", 0), ("b", 60_000_000)]]
    names = names_of()
    for spec in (FunnelSpec(("a", "b"), window), FunnelSpec(("a", "b"), None, (window,))):
        part = funnel_part(traces_of([ana], names), coded(spec, names))
        assert combine([part], spec).steps[1].reached == reached


def test_shares_drops_and_waits_of_three_people() -> None:
    minute = 60_000_000
    ana, bo, cy = [[("a", 0), ("b", 2 * minute), ("c", 3 * minute)]], [[("a", 0), ("b", 4 * minute)]], [[("b", 0)]]
    names, spec = names_of(), FunnelSpec(("a", "b", "c"))
    funnel = combine([funnel_part(traces_of([ana, bo, cy], names), coded(spec, names))], spec)
    assert funnel.total == 3
    assert [(s.name, s.reached, s.dropped) for s in funnel.steps] == [("a", 2, 0), ("b", 2, 0), ("c", 1, 1)]
    assert [(s.of_previous, s.of_first) for s in funnel.steps] == [(1.0, 1.0), (1.0, 1.0), (0.5, 0.5)]
    assert [s.p50_seconds_from_previous for s in funnel.steps] == [None, 180.0, 60.0]
    assert funnel.steps[1].p90_seconds_from_previous == pytest.approx(228.0)  # 0.9 of the way from 120 to 240


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ({"steps": ("a",)}, "at least two"),
        ({"steps": ("a", frozenset())}, "at least one activity"),
        ({"steps": ("a", "b"), "within_seconds": -1.0}, "negative"),
        ({"steps": ("a", "b"), "per_step_seconds": (1.0, 2.0)}, "1 gaps"),
        ({"steps": ("a", "b"), "exclude": frozenset("b")}, "excluded from it"),
        ({"steps": ("a", "a"), "ordered": False}, "in two steps"),
        ({"steps": ("a", "b"), "ordered": False, "per_step_seconds": (1.0,)}, "no next step"),
    ],
)
def test_a_funnel_that_makes_no_sense_is_refused(spec: dict[str, object], says: str) -> None:
    with pytest.raises(QueryError, match=says):
        FunnelSpec(**spec)  # type: ignore[arg-type]


def test_an_unknown_step_names_its_neighbours() -> None:
    with pytest.raises(QueryError, match="did you mean product_viewed"):
        coded(FunnelSpec(("a", "product_view")), names_of(("a", "product_viewed")))
