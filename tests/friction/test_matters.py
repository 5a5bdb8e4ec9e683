"""Promises kept and broken: the kernel against a plain loop over one customer after the other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.journeys.made import names_of, traces_of
from tillit.friction.matters import matters_of
from tillit.friction.promise_rules import Clock, PromiseRule
from tillit.journeys.opening import NEVER, OpeningHours, open_time
from tillit.journeys.traces import Traces

HOUR = 3_600_000_000
DAY = 24 * HOUR
NAMES = replace(names_of(("ask", "answer", "phoned", "buy", "look")), channel=("web", "store"), currency=("SEK",))
Event = tuple[str, int]
Row = tuple[int, int, int, int, int]  # person, asked, answered, due, goal

WEEK = OpeningHours.parse("mon-fri 09:00-17:00")
CLOCKS = {clock: PromiseRule("ask", ("answer", "phoned"), 4, clock) for clock in Clock}


def customers(rng: np.random.Generator, count: int) -> list[list[list[Event]]]:
    persons = []
    for _ in range(count):
        at, journeys = int(rng.integers(10 * DAY)), []
        for _ in range(rng.integers(1, 4)):
            journey = []
            for _ in range(rng.integers(1, 9)):
                at += int(rng.choice([0, HOUR, 3 * HOUR, DAY, 7 * DAY, 7 * DAY + 1]))
                journey.append((str(rng.choice(NAMES.activity)), at))
            journeys.append(journey)
        persons.append(journeys)
    return persons


def traces_from(persons: list[list[list[Event]]]) -> Traces:
    made = traces_of(persons, NAMES)
    rows = np.arange(made.events)
    return replace(
        made,
        channel=(rows % 2).astype(np.int32),
        amount_minor=np.where(made.activity == NAMES.activity.index("buy"), rows + 1, 0),
        currency=np.where(made.activity == NAMES.activity.index("buy"), 0, -1).astype(np.int32),
    )


def open_due(asked_at: int, until: int) -> int:
    """Four open hours, a minute at a time (UTC; day 0 is a Thursday)."""
    at, open_minutes = asked_at, 0
    while at <= until + DAY:
        hour, day = at % DAY // HOUR, at // DAY
        open_minutes += (day + 3) % 7 < 5 and 9 <= hour < 17
        at += HOUR // 60
        if open_minutes == 240:
            return at
    return NEVER


def plain(persons: list[list[list[Event]]], clock: Clock, until: int) -> list[Row]:
    rows = []
    for number, journeys in enumerate(persons):
        events = [event for journey in journeys for event in journey]
        open_since: int | None = None
        for place, (activity, at) in enumerate(events):
            if activity in ("answer", "phoned"):
                open_since = None
            if activity != "ask":
                continue
            if open_since is None or at - open_since > 7 * DAY:
                later = events[place + 1 :]
                due = at + 4 * HOUR if clock is Clock.CALENDAR else open_due(at, until)
                answered = next((then for name, then in later if name in ("answer", "phoned")), -1)
                goal = next((then for name, then in later if name == "buy"), -1)
                rows.append((10 * (number + 1), at, answered, due, goal))
            open_since = at
    return rows


@pytest.mark.parametrize("clock", list(Clock))
def test_the_kernel_says_what_a_plain_loop_says(clock: Clock) -> None:
    # Whole minutes only, so that a clock that goes by minutes is exact.
    persons = [
        [[(name, at // (HOUR // 60) * (HOUR // 60)) for name, at in journey] for journey in journeys]
        for journeys in customers(np.random.default_rng(4), 150)
    ]
    until = max(at for journeys in persons for journey in journeys for _, at in journey)
    opened = open_time(WEEK, "UTC", 0, until)
    found = matters_of(traces_from(persons), NAMES, CLOCKS[clock], goal="buy", open_time=opened)
    rows = list(
        zip(
            *(getattr(found, column).tolist() for column in ("person", "asked_at", "answered_at")),
            *(getattr(found, column).tolist() for column in ("due_at", "goal_at")),
            strict=True,
        )
    )
    expected = plain(persons, clock, until)
    assert [row[:3] for row in rows] == [row[:3] for row in expected]
    # The loop walks a day further than the calendar that was asked for; there nothing can be judged.
    judged = [(row, by_loop) for row, by_loop in zip(rows, expected, strict=True) if row[3] != NEVER]
    assert len(judged) > 100
    assert all(row == by_loop for row, by_loop in judged)


def test_kept_late_never_and_not_yet() -> None:
    rule = CLOCKS[Clock.CALENDAR]
    persons = [
        [[("ask", 0), ("answer", 4 * HOUR)]],
        [[("ask", 0), ("answer", 4 * HOUR + 1)]],
        [[("ask", 0), ("buy", 5 * HOUR)]],
        [[("ask", 97 * HOUR), ("look", 98 * HOUR)]],
    ]
    found = matters_of(traces_from(persons), NAMES, rule, goal="buy", open_time=open_time(WEEK, "UTC", 0, 100 * HOUR))
    assert found.kept().tolist() == [True, False, False, False]
    assert found.broken(100 * HOUR).tolist() == [False, True, True, False]
    assert found.goal_at.tolist() == [-1, -1, 5 * HOUR, -1]
    assert found.amount_minor.tolist()[2] > 0


def test_nothing_asked_is_nothing_owed() -> None:
    for persons in ([], [[[("look", 0)]]]):
        found = matters_of(
            traces_from(persons), NAMES, CLOCKS[Clock.OPENING], goal="buy", open_time=open_time(WEEK, "UTC", 0, 0)
        )
        assert len(found.asked_at) == 0
