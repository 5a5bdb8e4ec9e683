"""Team goals: a quarter or longer, for all or a team, shown to everybody, brought up at most once a month."""

from __future__ import annotations

import html
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.journeys.logs import Event
from tillit_web.insight.credit.goals import least_end
from tillit_web.insight.models import TeamGoal

WORDS = "If nine of ten promises are kept this autumn, we close for a day and go to the sea."
FIRST = date(2027, 1, 1)


def sent(**changed: str) -> dict[str, str]:
    return {"words": WORDS, "whose": "company", "from_on": "2027-01-01", "to_on": "2027-03-31"} | changed


@pytest.mark.parametrize(
    ("from_on", "to_on"),
    [
        (date(2027, 1, 1), date(2027, 3, 31)),
        (date(2026, 11, 30), date(2027, 2, 27)),
        (date(2026, 10, 15), date(2027, 1, 14)),
        (date(2027, 11, 30), date(2028, 2, 28)),
    ],
)
def test_a_quarter_ends_on_the_day_before(from_on: date, to_on: date) -> None:
    assert least_end(from_on) == to_on


def test_ana_writes_a_goal_and_everybody_sees_it(as_ana: Client, as_bo: Client, small_shop: list[Event]) -> None:
    answer = as_ana.post("/credit/goal/", sent())
    assert answer.status_code == 302
    text = html.unescape(as_bo.get("/credit/").content.decode())
    assert WORDS in text
    assert "The whole company, 1 Jan 2027 – 31 Mar 2027" in text
    assert "Take the goal down" not in text, "a specialist reads"
    assert as_bo.post("/credit/goal/", sent()).status_code == 403


def test_a_goal_of_a_month_is_refused_with_the_day_that_would_do(as_ana: Client, small_shop: list[Event]) -> None:
    text = as_ana.post("/credit/goal/", sent(to_on="2027-01-31")).content.decode()
    assert "A goal runs for at least a quarter. From 1 Jan 2027, choose 31 Mar 2027 or later." in text
    assert not TeamGoal.objects.exists()


def test_a_goal_is_for_no_small_place(as_ana: Client, small_shop: list[Event]) -> None:
    text = as_ana.get("/credit/goal/").content.decode()
    assert 'value="function:sales"' in text
    assert "place:" not in text, "nobody has said how many work in Malmö"
    assert as_ana.post("/credit/goal/", sent(whose="place:Malmö")).status_code == 200
    assert not TeamGoal.objects.exists()


def test_it_comes_up_once_a_month_until_it_was_talked_about(as_ana: Client, small_shop: list[Event]) -> None:
    now = timezone.now()
    goal = TeamGoal.objects.create(
        words=WORDS, whose="company", from_on=now.date() - timedelta(days=40), to_on=now.date() + timedelta(days=80),
        written_at=now - timedelta(days=29),
    )  # fmt: skip
    assert "It is a month since" not in as_ana.get("/credit/").content.decode()
    TeamGoal.objects.update(written_at=now - timedelta(days=31))
    assert "It is a month since" in as_ana.get("/credit/").content.decode()
    as_ana.post(f"/credit/goal/{goal.pk}/talked/")
    assert "It is a month since" not in as_ana.get("/credit/").content.decode()


def test_a_goal_is_taken_down_and_put_back(as_ana: Client, small_shop: list[Event]) -> None:
    goal = TeamGoal.objects.create(
        words=WORDS,
        whose="company",
        from_on=FIRST,
        to_on=date(2027, 6, 30),
        written_at=datetime(2026, 12, 1, tzinfo=UTC),
    )
    as_ana.post(f"/credit/goal/{goal.pk}/end/")
    assert "Put it back" in as_ana.get("/credit/").content.decode()
    as_ana.post(f"/credit/goal/{goal.pk}/end/", {"back": ""})
    text = as_ana.get("/credit/").content.decode()
    assert "Put it back" not in text
    assert html.escape(WORDS) in text
