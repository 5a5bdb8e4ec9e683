"""The week of a team: counted again by hand, and nobody of it is counted."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.web.desk.conftest import KNOWN_QUESTION, UNKNOWN_QUESTION
from tillit.desk.handoff import Agreed
from tillit_web.answers.models import AskedQuestion, LibraryAnswer
from tillit_web.booking.models import Booking, Host, Kind
from tillit_web.desk import actions, report
from tillit_web.desk.models import Conversation
from tillit_web.desk.report import ByChannel, Report, report_of, week_named
from tillit_web.people.models import User

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 2)
TUESDAY = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
PAGE = "/desk/report/?week=2026-W45"


@pytest.fixture
def week(library: dict[str, LibraryAnswer], bo: User, kind: Kind) -> datetime:
    """Four conversations, one of them before the week; an agreement, a question, two bookings. Returns a later now."""
    with time_machine.travel(TUESDAY, tick=False):
        LibraryAnswer.objects.update(checked_on=TUESDAY.date())
        actions.open_conversation(UNKNOWN_QUESTION, language="sv", topic="Presenter", now=TUESDAY - timedelta(days=2))
        machine = actions.open_conversation(KNOWN_QUESTION, language="sv", topic="leverans", now=TUESDAY).conversation
        assert machine.owner == "machine"
        late = actions.open_conversation(UNKNOWN_QUESTION, language="sv", topic="Leverans ", now=TUESDAY).conversation
        solved = actions.open_conversation(
            "Hej", language="sv", channel="phone", is_for_people=True, now=TUESDAY
        ).conversation
        actions.take(solved, bo, now=TUESDAY)
        actions.answer(solved, "Hej", bo, now=TUESDAY)
        actions.hand_back(solved, bo, agreed=[Agreed("Vi ringer", date(2026, 11, 5))], now=TUESDAY)
        actions.take(solved, bo, now=TUESDAY)
        now = TUESDAY + timedelta(days=5)
        actions.escalate(now=now)
        assert Conversation.objects.get(pk=late.pk).escalated_at == now
        AskedQuestion.objects.create(language="sv", text="Varför?", asked_at=TUESDAY, outcome="nothing")
        for days, state in ((0, "confirmed"), (1, "missed"), (30, "confirmed")):
            Booking.objects.create(
                kind=kind,
                host=Host.objects.get(),
                starts_at=TUESDAY + timedelta(days=days),
                state=state,
                language="en",
                changed_at=TUESDAY,
            )
    return now


def test_the_week_counted_by_hand(week: datetime) -> None:
    found = report_of(MONDAY, now=week)
    assert found.by_channel == (ByChannel("chat", 2, 1, 0, 0, 0, 2), ByChannel("phone", 1, 0, 0, 0, 0, 1))
    assert found.topics == (("leverans", 2), ("", 1))
    assert found.begun == 3
    assert sum(count for _, count in found.reasons) == 2  # one that the machine did not know, one by phone
    assert (found.waiting, found.late, found.escalated) == (2, 2, 2)
    assert [(one.text, one.until, one.is_overdue) for one in found.agreed] == [("Vi ringer", date(2026, 11, 5), True)]
    assert [one.text for one in found.overdue] == ["Vi ringer"]
    assert dict(found.asked) == {"nothing found": 2, "answered by the machine": 1}
    assert found.met == (("booked", 1), ("nobody came", 1))
    open_questions = {group.heading: len(group.questions) for group in found.open_questions}
    assert open_questions == {UNKNOWN_QUESTION: 2, "Varför?": 1}


def test_the_page_says_it_and_leads_on(week: datetime, as_bo: Client) -> None:
    with time_machine.travel(week, tick=False):
        page = as_bo.get(PAGE).content.decode()
    assert "3 conversations began." in page
    assert "2 customers wait past the time we promised." in page
    assert "?week=2026-W44" in page
    assert "Vi ringer" in page


def test_nobody_of_the_team_is_read_or_can_be_asked_for(week: datetime, as_bo: Client, bo: User) -> None:
    """No statement reads who had a conversation or met a customer; no parameter changes the page."""
    with CaptureQueriesContext(connection) as said:
        report_of(MONDAY, now=week)
    for statement in (each["sql"] for each in said.captured_queries):
        columns = statement.partition(" FROM ")[0]
        # The author of the public answer nearest to a question is read with it; whom a customer met is not.
        assert not [word for word in ("handler_id", "host_id", "member_id") if word in columns], statement
        assert "people_user" not in statement
    with time_machine.travel(week, tick=False):
        page = as_bo.get(PAGE).content.decode()
        assert bo.email not in page.partition("<main")[2]
        for asked in ("handler", "host", "member", "colleague", "expert", "by", "q"):
            other = as_bo.get(f"{PAGE}&{asked}={bo.pk}").content.decode()
            assert other.partition("<main")[2] == page.partition("<main")[2]


def test_no_field_of_a_report_is_a_person() -> None:
    kinds = [one for one in vars(report).values() if is_dataclass(one) and one.__module__ == report.__name__]
    named = {field.name for kind in kinds for field in fields(kind)}
    assert Report in kinds
    assert not named & {"handler", "host", "member", "colleague", "expert", "employee", "email", "name"}


@pytest.mark.parametrize(
    ("text", "monday"),
    [
        ("2026-W45", date(2026, 11, 2)),
        ("2026-W53", date(2026, 11, 16)),  # later than this one: this one
        ("2025-W53", date(2026, 11, 9)),  # 2025 has none: the last whole one
        ("", date(2026, 11, 9)),
        ("x-Wy", date(2026, 11, 9)),
        ("2026-W1", date(2025, 12, 29)),
    ],
)
def test_weeks_as_they_are_named(text: str, monday: date) -> None:
    assert week_named(text, date(2026, 11, 18)) == monday


def test_an_empty_week(as_bo: Client) -> None:
    assert "Nothing happened at the desk, and nothing waits." in as_bo.get("/desk/report/").content.decode()
