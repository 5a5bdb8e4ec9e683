"""The graph and the variants against their slow definition in SQL, over journeys that lapse."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings

from tests.journeys.logs import DAY, Event, logs, view_of
from tillit.journeys.graph import overview
from tillit.journeys.variants import variants
from tillit.journeys.view import CaseRule

SQL = (Path(__file__).parent / "graph_by_sql.sql").read_text(encoding="utf-8")


def rows_of(table: str, events: list[Event]) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        connection.execute("create table events (who text, moment bigint, sequence bigint, id text, activity text)")
        connection.executemany(
            "insert into events values (?, ?, ?, ?, ?)",
            [(event.who, event.at, event.sequence, event.id, event.activity) for event in events],
        )
        return connection.execute(f"{SQL} select * from {table}", {"lapse": DAY}).fetchall()


@settings(max_examples=25)
@given(logs().filter(len))
def test_follows_equal_their_sql(events: list[Event]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        answer = overview(view_of(Path(folder), events, rule=CaseRule(lapse_days=1)))
    expected = {(source, target): rest for source, target, *rest in rows_of("follows", events)}
    assert {(f.source, f.target): [f.count, f.persons, f.journeys] for f in answer.follows} == {
        arrow: rest[:3] for arrow, rest in expected.items()
    }
    for follow in answer.follows:
        # Both interpolate linearly between whole microseconds; DuckDB in doubles.
        waits = (follow.p50_seconds, follow.p90_seconds)
        assert waits == pytest.approx(tuple(expected[follow.source, follow.target][3:]), rel=1e-9, abs=1e-6)


@settings(max_examples=25)
@given(logs().filter(len))
def test_variants_equal_their_sql(events: list[Event]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        answer = variants(view_of(Path(folder), events, rule=CaseRule(lapse_days=1)), limit=100)
    expected = {tuple(activities): (journeys, persons) for activities, journeys, persons in rows_of("variants", events)}
    assert {v.activities: (v.journeys, v.persons) for v in answer.variants} == expected
    assert answer.total_variants == len(expected)
    assert answer.total_journeys == sum(journeys for journeys, _ in expected.values())
