from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.journeys.made import names_of, traces_of
from tillit.errors import QueryError
from tillit.journeys.results import Money, TouchpointPath
from tillit.journeys.touchpoint_parts import TouchpointPaths, combine
from tillit.journeys.touchpoints import DAY, TouchpointSpec, coded, shown_kinds, touchpoint_part
from tillit.journeys.traces import Traces

CHANNELS, CURRENCIES = ("web", "store", "mail"), ("SEK", "NOK")
NAMES = replace(names_of(("look", "buy")), channel=CHANNELS, function=("sales",), currency=CURRENCIES)


@dataclass(frozen=True)
class Touch:
    activity: str
    day: float
    channel: str = "web"
    amount_minor: int = 0
    currency: str | None = None


Person = list[list[Touch]]


def traces(people: list[Person]) -> Traces:
    bare = [[[(t.activity, round(t.day * DAY)) for t in journey] for journey in person] for person in people]
    touches = [touch for person in people for journey in person for touch in journey]
    return replace(
        traces_of(bare, NAMES),
        channel=np.array([CHANNELS.index(t.channel) for t in touches], dtype=np.int32),
        amount_minor=np.array([t.amount_minor for t in touches], dtype=np.int64),
        currency=np.array([-1 if t.currency is None else CURRENCIES.index(t.currency) for t in touches], np.int32),
    )


def by_kernel(people: list[Person], spec: TouchpointSpec) -> TouchpointPaths:
    return combine(
        [touchpoint_part(traces(people), coded(spec, NAMES))], spec.goal, shown_kinds(spec, NAMES), CURRENCIES
    )


def plain(value: Any) -> Any:
    """The same without arrays, which do not compare as values do."""
    if is_dataclass(value):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    return value.tolist() if isinstance(value, np.ndarray) else value


@st.composite
def people(draw: st.DrawFn) -> list[Person]:
    made: list[Person] = []
    for _ in range(draw(st.integers(0, 4))):
        day, person = 0.0, []
        for _ in range(draw(st.integers(1, 2))):
            journey = []
            for _ in range(draw(st.integers(1, 6))):
                day += draw(st.integers(0, 2))
                currency = draw(st.sampled_from([None, *CURRENCIES]))
                journey.append(
                    Touch(
                        draw(st.sampled_from(["look", "look", "buy"])),
                        day,
                        draw(st.sampled_from(CHANNELS)),
                        draw(st.integers(-50, 500)) if currency else 0,
                        currency,
                    )
                )
            person.append(journey)
        made.append(person)
    return made


@dataclass
class Led:
    conversions: int = 0
    nulls: int = 0
    value: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def by_loop(crowd: list[Person], spec: TouchpointSpec) -> dict[tuple[str, ...], Led]:
    led: dict[tuple[str, ...], Led] = defaultdict(Led)

    def path(way: list[Touch], end: Touch) -> Led:
        channels = [t.channel for t in way if t.day >= end.day - spec.lookback_days]
        if spec.collapse:
            channels = [c for i, c in enumerate(channels) if i == 0 or c != channels[i - 1]]
        return led[tuple(channels)]

    for person in crowd:
        way: list[Touch] = []
        for touch in (touch for journey in person for touch in journey):
            if touch.activity != spec.goal:
                way.append(touch)
                continue
            found = path(way, touch)
            found.conversions += 1
            if touch.currency:
                found.value[touch.currency] += touch.amount_minor
            way = []
        if way:
            path(way, way[-1]).nulls += 1
    return led


@settings(max_examples=200)
@given(people(), st.integers(1, 5), st.booleans())
def test_paths_equal_a_plain_loop(crowd: list[Person], lookback: int, collapse: bool) -> None:
    spec = TouchpointSpec("buy", lookback_days=lookback, collapse=collapse)
    found, led = by_kernel(crowd, spec), by_loop(crowd, spec)
    assert {
        p.touches: (p.conversions, p.nulls, {m.currency: m.amount_minor for m in p.value}) for p in found.paths
    } == {touches: (way.conversions, way.nulls, dict(way.value)) for touches, way in led.items()}
    assert found.conversions == sum(t.activity == "buy" for person in crowd for journey in person for t in journey)
    assert found.nulls == sum(p.nulls for p in found.paths)


@settings(max_examples=50)
@given(people(), people())
def test_buckets_add_up(one: list[Person], other: list[Person]) -> None:
    spec = TouchpointSpec("buy", lookback_days=3)
    parts = [touchpoint_part(traces(crowd), coded(spec, NAMES)) for crowd in (one, other)]
    found = combine(parts, spec.goal, shown_kinds(spec, NAMES), CURRENCIES)
    assert plain(found) == plain(by_kernel(one + other, spec))


def test_ana_buys_twice_and_bo_never() -> None:
    ana = [[Touch("look", 0, "mail"), Touch("look", 1), Touch("buy", 2, amount_minor=500, currency="SEK")]]
    ana += [[Touch("look", 40, "store"), Touch("look", 41, "store"), Touch("buy", 41, amount_minor=70, currency="NOK")]]
    bo = [[Touch("look", 0, "mail"), Touch("look", 3)]]
    assert by_kernel([ana, bo], TouchpointSpec("buy")).paths == (
        TouchpointPath(("mail", "web"), 1, 1, (Money("SEK", 500, 1),)),
        TouchpointPath(("store",), 1, 0, (Money("NOK", 70, 1),)),
    )


def test_the_lookback_holds_its_last_microsecond_and_no_more() -> None:
    ana = [[Touch("look", 0, "mail"), Touch("buy", 10)]]
    assert by_kernel([ana], TouchpointSpec("buy", lookback_days=10)).paths[0].touches == ("mail",)
    assert by_kernel([ana], TouchpointSpec("buy", lookback_days=10 - 1e-10)).paths[0].touches == ()


def test_what_cannot_be_asked_is_refused() -> None:
    with pytest.raises(QueryError, match="channel, function"):
        TouchpointSpec("buy", by="employee")
    with pytest.raises(QueryError, match="0 days"):
        TouchpointSpec("buy", lookback_days=0)
    with pytest.raises(QueryError, match="sell"):
        coded(TouchpointSpec("sell"), NAMES)
