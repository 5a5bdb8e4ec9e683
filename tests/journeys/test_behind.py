"""The journeys behind a number: as many as the number says, newest first, on pages that never overlap."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings

from tests.journeys.logs import DAY, MINUTE, Event, log, logs, store_of, view_of
from tillit.errors import QueryError
from tillit.journeys.behind import Activity, Arrow, End, Everything, Start, VariantOf, journeys_behind
from tillit.journeys.graph import overview
from tillit.journeys.variants import variants
from tillit.journeys.view import CaseRule, Selection, View
from tillit.vocabulary import Purpose

RULE = CaseRule(goal="order_completed", lapse_days=1)


@settings(max_examples=15)
@given(logs())
def test_every_total_equals_the_number_it_stands_behind(events: list[Event]) -> None:
    goal = "order_completed" if any(event.activity == "order_completed" for event in events) else None
    with tempfile.TemporaryDirectory() as folder:
        view = view_of(Path(folder), events, rule=CaseRule(goal=goal, lapse_days=1))
        shown = overview(view)
        assert journeys_behind(view, Everything()).total == shown.journeys
        for activity in shown.activities:
            assert journeys_behind(view, Activity(activity.name)).total == activity.journeys
        for follow in shown.follows:
            behind = journeys_behind(view, Arrow(follow.source, follow.target))
            assert behind.total == follow.journeys
            assert len({row.person for row in behind.rows}) == follow.persons
        for start in shown.starts:
            assert journeys_behind(view, Start(start.activity)).total == start.journeys
        for end in shown.ends:
            assert journeys_behind(view, End(end.activity)).total == end.journeys
        for variant in variants(view).variants:
            behind = journeys_behind(view, VariantOf(variant.activities))
            assert behind.total == variant.journeys
            assert {row.activities for row in behind.rows} == {variant.activities[:20]}


@settings(max_examples=10)
@given(logs())
def test_pages_together_are_the_list(events: list[Event]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        view = view_of(Path(folder), events, rule=CaseRule(lapse_days=0))
        whole = journeys_behind(view, Everything(), limit=1000)
        pages = [journeys_behind(view, Everything(), offset=at, limit=2) for at in range(0, whole.total, 2)]
    assert tuple(row for page in pages for row in page.rows) == whole.rows
    assert list(whole.rows) == sorted(whole.rows, key=lambda row: (-row.first_at, row.person, row.number))
    assert len({(row.person, row.number) for row in whole.rows}) == whole.total


def test_a_row_tells_anas_journey(tmp_path: Path) -> None:
    events = [
        Event("Ana", 0, "page_viewed", "a", channel="email"),
        Event("Ana", MINUTE, "order_completed", "b", amount_minor=10_000),
        Event("Ana", DAY, "order_delivered", "c", amount_minor=-500),
        Event("Bo", 0, "page_viewed", "d"),
    ]
    (row,) = journeys_behind(view_of(tmp_path, events, rule=RULE), Activity("order_completed")).rows
    assert (row.first_at, row.last_at, row.events, row.number, row.reached_goal) == (0, DAY, 3, 1, True)
    assert (row.first_channel, row.amount_minor, row.currency) == ("email", 9_500, "SEK")
    assert row.activities == ("page_viewed", "order_completed", "order_delivered")


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(), [1, 2, 1]),
        (Selection(start_at=DAY), [2]),
        (Selection(end_at=DAY), [1, 1]),
        (Selection(channels=frozenset({"store"})), [2]),
        (Selection(channels=frozenset({"store", "web"})), [1, 2, 1]),
        (Selection(activities=frozenset({"order_completed"})), [1]),
        (Selection(places=frozenset({"Malmö"})), [2]),
        (Selection(known=True), [2]),
        (Selection(known=False), [1, 1]),
        (Selection(known=True, channels=frozenset({"phone"})), []),
    ],
)
def test_a_selection_chooses_whole_journeys(tmp_path: Path, selection: Selection, expected: list[int]) -> None:
    """Ana orders and later visits the shop; Bo only looks. The numbers are Ana's first, Ana's second, Bo's first."""
    events = [
        Event("Ana", 0, "page_viewed", "a"),
        Event("Ana", MINUTE, "order_completed", "b"),
        Event("Ana", 2 * DAY, "page_viewed", "c"),
        Event("Ana", 2 * DAY + 1, "store_visited", "d", channel="store", place="Malmö"),
        Event("Bo", 0, "page_viewed", "e"),
    ]
    view = View(store_of(tmp_path, events), RULE, selection, purpose=Purpose.MEASUREMENT)
    rows = journeys_behind(view, Everything()).rows
    assert sorted(row.number for row in rows) == sorted(expected)
    assert overview(view).journeys == len(expected)


def test_an_unknown_activity_is_answered_with_the_nearest(tmp_path: Path) -> None:
    view = view_of(tmp_path, log(("Ana", 0, "order_completed")))
    with pytest.raises(QueryError, match="did you mean order_completed"):
        journeys_behind(view, Activity("order_complete"))
    with pytest.raises(QueryError, match="did you mean order_completed"):
        View(view.store, CaseRule(goal="ordercompleted"), purpose=Purpose.MEASUREMENT)
