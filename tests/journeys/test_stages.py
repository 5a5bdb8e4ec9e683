from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.journeys.made import Event, names_of, persons, traces_of
from tests.journeys.test_calendar import HOUR, NORDIC, micros
from tillit.journeys.results import StageCount, StageMove
from tillit.journeys.stage_rules import StageRules, default_stage_rules
from tillit.journeys.stages import coded, combine_moves, combine_periods, move_part, period_part
from tillit.vocabulary import Period, Stage

People = list[list[list[Event]]]
ACTIVITIES = ("page_viewed", "store_visited", "order_completed", "something_else")
RULES = default_stage_rules()


def by_period(people: People, zone: str, period: Period, rules: StageRules = RULES) -> tuple[StageCount, ...]:
    names = names_of(ACTIVITIES)
    part = period_part(traces_of(people, names), coded(rules, names), zone, period, 0)
    return combine_periods([part], timezone=zone, period=period, week_start=0)


def walk(journey: list[Event]) -> list[tuple[Stage, int]]:
    """The plain reading of the rules: every stage the journey comes to, and when."""
    came: list[tuple[Stage, int]] = []
    for activity, at in journey:
        speaks = RULES.stage_of([activity]).get(activity)
        for stage in (speaks, dict(RULES.after).get(activity)):
            if stage and (not came or came[-1][0] != stage):
                came.append((stage, at))
    return came


@settings(max_examples=100)
@given(persons(ACTIVITIES, seconds=40_000), st.sampled_from(NORDIC))
def test_persons_stand_where_their_last_event_of_the_day_left_them(people: People, zone: str) -> None:
    expected, spoken = Counter[tuple[str, Stage]](), Counter[tuple[str, Stage]]()
    for person in people:
        last: dict[str, Stage | None] = {}
        for journey in person:
            for seen in range(1, len(journey) + 1):
                activity, at = journey[seen - 1]
                day = datetime.fromtimestamp(at / 1e6, ZoneInfo(zone)).date().isoformat()
                came = walk(journey[:seen])
                last[day] = came[-1][0] if came else None
                if speaks := RULES.stage_of([activity]).get(activity):
                    spoken[day, speaks] += 1
        expected.update((day, stage) for day, stage in last.items() if stage)
    found = by_period(people, zone, Period.DAY)
    day_of = {c.period_start: datetime.fromtimestamp(c.period_start / 1e6, ZoneInfo(zone)) for c in found}
    assert all(day.hour == day.minute == 0 for day in day_of.values())
    assert {(day_of[c.period_start].date().isoformat(), c.stage): c.persons for c in found if c.persons} == expected
    assert {(day_of[c.period_start].date().isoformat(), c.stage): c.events for c in found if c.events} == spoken


@settings(max_examples=100)
@given(persons(ACTIVITIES))
def test_moves_equal_a_plain_loop(people: People) -> None:
    count, journeys = Counter[tuple[Stage | None, Stage | None]](), Counter[tuple[Stage | None, Stage | None]]()
    waits = defaultdict(list)
    for person in people:
        for journey in person:
            came = walk(journey)
            if not came:
                continue
            stages = [None, *(stage for stage, _ in came), None]
            count.update(pairwise(stages))
            journeys.update(set(pairwise(stages)))
            for (source, began), (target, at) in pairwise(came):
                waits[source, target].append((at - began) / 1e6)
    names = names_of(ACTIVITIES)
    found = combine_moves([move_part(traces_of(people, names), coded(RULES, names))])
    assert {(m.source, m.target): (m.moves, m.journeys) for m in found} == {
        move: (moves, journeys[move]) for move, moves in count.items()
    }
    assert {(m.source, m.target): m.p50_seconds for m in found if m.p50_seconds is not None} == {
        move: pytest.approx(median(seconds)) for move, seconds in waits.items()
    }
    assert [m.moves for m in found] == sorted((m.moves for m in found), reverse=True)


def test_a_customer_can_go_backwards_and_an_order_leaves_them_waiting() -> None:
    ana = [[("store_visited", 0), ("page_viewed", HOUR), ("order_completed", 2 * HOUR), ("something_else", 3 * HOUR)]]
    names = names_of(ACTIVITIES)
    found = combine_moves([move_part(traces_of([ana], names), coded(RULES, names))])
    assert set(found) == {
        StageMove(None, Stage.COMPARE, 1, 1, None),
        StageMove(Stage.COMPARE, Stage.EXPLORE, 1, 1, 3600.0),
        StageMove(Stage.EXPLORE, Stage.DECIDE, 1, 1, 3600.0),
        StageMove(Stage.DECIDE, Stage.RECEIVE, 1, 1, 0.0),
        StageMove(Stage.RECEIVE, None, 1, 1, None),
    }


@pytest.mark.parametrize("zone", NORDIC)
def test_the_hour_that_comes_twice_stays_in_its_day(zone: str) -> None:
    """On 25 October 2026 clocks go back: 24½ hours after midnight is still that day, 25 hours after it is not."""
    midnight = micros("2026-10-25T00:00", zone)
    ana = [[("page_viewed", midnight + 24 * HOUR + HOUR // 2), ("store_visited", midnight + 25 * HOUR)]]
    found = [c for c in by_period([ana], zone, Period.DAY) if c.persons]
    assert [(c.period_start, c.stage) for c in found] == [
        (midnight, Stage.EXPLORE),
        (midnight + 25 * HOUR, Stage.COMPARE),
    ]


@settings(max_examples=60)
@given(persons(ACTIVITIES, seconds=40_000), persons(ACTIVITIES, seconds=40_000))
def test_buckets_add_up_also_with_days_between_them(one: People, two: People) -> None:
    later = [[[(a, at + 9 * 24 * HOUR) for a, at in journey] for journey in person] for person in two]
    names = names_of(ACTIVITIES)
    rules = coded(RULES, names)
    parts = [period_part(traces_of(people, names), rules, "Europe/Oslo", Period.DAY, 0) for people in (one, later)]
    together = combine_periods(parts, timezone="Europe/Oslo", period=Period.DAY, week_start=0)
    assert together == by_period(one + later, "Europe/Oslo", Period.DAY)
    assert [c.stage for c in together] == list(Stage) * (len(together) // len(Stage))
