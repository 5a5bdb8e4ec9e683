"""One person's timeline: every event in full and in order."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings

from tests.journeys.logs import DAY, Event, Link, histories, logs, store_of, view_of
from tillit.errors import QueryError
from tillit.journeys.behind import Everything, journeys_behind
from tillit.journeys.timeline import timeline
from tillit.journeys.view import CaseRule, View
from tillit.vocabulary import Purpose


@settings(max_examples=10)
@given(logs(max_events=12))
def test_timelines_together_are_the_log(events: list[Event]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        view = view_of(Path(folder), events)
        people = {row.person for row in journeys_behind(view, Everything()).rows}
        found = [timeline(view, person) for person in people]
    assert sorted([row.event_id for row in rows] for rows in found) == sorted(
        [event.id for event in history] for history in histories(events)
    )
    written = {event.id: (number, event) for number, event in enumerate(events, start=1)}
    for row in (row for rows in found for row in rows):
        number, event = written[row.event_id]
        assert (row.occurred_at, row.sequence, row.activity) == (event.at, event.sequence, event.activity)
        assert (row.channel, row.place, row.amount_minor) == (event.channel, event.place, event.amount_minor)
        assert (row.source, row.origin_row, row.properties) == ("file", number, f'{{"n":"{event.id}"}}')
        assert row.currency == (None if event.amount_minor is None else event.currency)


def test_linked_lives_are_one_timeline_cut_into_journeys(tmp_path: Path) -> None:
    events = [Event("Ana", 0, "order_completed", "a"), Event("order 7", 3 * DAY, "page_viewed", "b")]
    store = store_of(tmp_path, events, [Link("Ana", "order 7")])
    view = View(store, CaseRule(lapse_days=1), purpose=Purpose.MEASUREMENT)
    first, second = journeys_behind(view, Everything()).rows
    assert first.person == second.person
    assert [(row.event_id, row.journey) for row in timeline(view, first.person)] == [("a", 1), ("b", 2)]


@pytest.mark.parametrize("person", ["", "aaaaaaaaaa", "not-base32!", "åäö", "a" * 40])
def test_an_unknown_person_is_a_clear_answer(tmp_path: Path, person: str) -> None:
    view = view_of(tmp_path, [Event("Ana", 0, "page_viewed", "a")])
    with pytest.raises(QueryError, match="no person"):
        timeline(view, person)
