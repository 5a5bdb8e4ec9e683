"""Journeys and sessions against their SQL definition and against a plain loop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.journeys.logs import ACTIVITY_NAMES, DAY, MINUTE, Event, histories, logs
from tillit.journeys.cases import Cases, cases, is_after_purchase, sessions
from tillit.vocabulary import ACTIVITY_BY_NAME

SQL = (Path(__file__).parent / "cases_by_sql.sql").read_text(encoding="utf-8")
goals = st.sampled_from((None, "order_completed", "ticket_opened", "page_viewed"))
lapses = st.sampled_from((None, 0.0, 30 / (24 * 60), 1.0))

# (person, journey number, events, reached the goal)
Journey = tuple[int, int, int, bool]


def columns_of(events: list[Event]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Person offsets, activity codes and times, in order."""
    people = histories(events)
    rows = [event for history in people for event in history]
    offsets = np.cumsum([0, *(len(history) for history in people)])
    codes = [ACTIVITY_NAMES.index(event.activity) for event in rows]
    return offsets, np.array(codes, np.int32), np.array([event.at for event in rows], np.int64)


def spelled(found: Cases) -> list[Journey]:
    sizes = np.diff(found.offsets)
    return list(zip(found.owner, found.number, sizes, found.reached_goal, strict=True))


def by_kernel(events: list[Event], goal: str | None, lapse_days: float | None) -> list[Journey]:
    offsets, activity, occurred_at = columns_of(events)
    code = None if goal is None else ACTIVITY_NAMES.index(goal)
    after = is_after_purchase(ACTIVITY_NAMES)
    return spelled(cases(offsets, activity, occurred_at, goal=code, lapse_days=lapse_days, after_purchase=after))


def by_loop(events: list[Event], goal: str | None, lapse_days: float | None) -> list[Journey]:
    journeys: list[Journey] = []
    for person, history in enumerate(histories(events)):
        current: list[Event] = []
        number = 1
        for event in history:
            reached = any(earlier.activity == goal for earlier in current)
            late = current and lapse_days is not None and event.at - current[-1].at > lapse_days * DAY
            stage = ACTIVITY_BY_NAME[event.activity].stage
            if late or (reached and stage not in ("receive", "use", "stay")):
                journeys.append((person, number, len(current), reached))
                current, number = [], number + 1
            current.append(event)
        journeys.append((person, number, len(current), any(event.activity == goal for event in current)))
    return journeys


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def ordered_events(events: list[Event]) -> pa.Table:
    rows = [
        {
            "person": person,
            "place": place,
            "activity": event.activity,
            "occurred_at": event.at,
            "after_purchase": event.activity in ("order_delivered", "ticket_opened"),
        }
        for person, history in enumerate(histories(events))
        for place, event in enumerate(history, start=1)
    ]
    kinds = [pa.int64(), pa.int64(), pa.string(), pa.int64(), pa.bool_()]
    names = ["person", "place", "activity", "occurred_at", "after_purchase"]
    return pa.Table.from_pylist(rows, schema=pa.schema(zip(names, kinds, strict=True)))


@given(logs(), goals, lapses)
def test_journeys_equal_a_plain_loop(events: list[Event], goal: str | None, lapse_days: float | None) -> None:
    assert by_kernel(events, goal, lapse_days) == by_loop(events, goal, lapse_days)


@given(logs(), goals, lapses)
def test_journeys_equal_their_sql_definition(
    connection: duckdb.DuckDBPyConnection, events: list[Event], goal: str | None, lapse_days: float | None
) -> None:
    connection.register("ordered_events", ordered_events(events))
    lapse = None if lapse_days is None else round(lapse_days * DAY)
    by_sql = connection.execute(SQL, {"goal": goal, "lapse": lapse}).fetchall()
    assert by_kernel(events, goal, lapse_days) == by_sql


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        ("page order delivered ticket", [4]),  # what comes after the purchase belongs to it
        ("page order delivered page order", [3, 2]),  # looking again opens the next journey
        ("page order order", [2, 1]),
        ("delivered page order", [3]),  # an after-purchase event before any goal ends nothing
        ("page page", [2]),
    ],
)
def test_a_goal_ends_a_journey_at_the_next_step_of_a_new_one(story: str, expected: list[int]) -> None:
    names = {
        "page": "page_viewed",
        "order": "order_completed",
        "delivered": "order_delivered",
        "ticket": "ticket_opened",
    }
    events = [Event("Ana", place, names[word], f"e{place}") for place, word in enumerate(story.split())]
    assert [size for _, _, size, _ in by_kernel(events, "order_completed", None)] == expected


def test_a_pause_of_exactly_the_lapse_belongs_to_the_journey() -> None:
    at = [0, DAY, 2 * DAY + 1]
    events = [Event("Ana", moment, "page_viewed", f"e{moment}") for moment in at]
    assert [size for _, _, size, _ in by_kernel(events, None, 1.0)] == [2, 1]


@given(logs())
def test_sessions_equal_their_sql_definition(connection: duckdb.DuckDBPyConnection, events: list[Event]) -> None:
    offsets, _, occurred_at = columns_of(events)
    found = [(person, number, size) for person, number, size, _ in spelled(sessions(offsets, occurred_at))]
    connection.register("ordered_events", ordered_events(events))
    expected = connection.execute(
        f"""
        with pauses as (
            select *, coalesce(occurred_at - lag(occurred_at) over w > {30 * MINUTE}, false) as is_new
            from ordered_events window w as (partition by person order by place)
        ), numbered as (
            select person, 1 + sum(cast(is_new as int)) over (partition by person order by place) as session
            from pauses
        )
        select person, session, count(*) from numbered group by all order by all
        """
    ).fetchall()
    assert found == expected


@given(logs())
def test_sessions_equal_a_plain_loop(events: list[Event]) -> None:
    offsets, _, occurred_at = columns_of(events)
    expected: list[tuple[int, int]] = []
    for person, history in enumerate(histories(events)):
        last: int | None = None
        for event in history:
            if last is not None and event.at - last <= 30 * MINUTE:
                expected[-1] = (person, expected[-1][1] + 1)
            else:
                expected.append((person, 1))
            last = event.at
    assert [(person, size) for person, _, size, _ in spelled(sessions(offsets, occurred_at))] == expected
