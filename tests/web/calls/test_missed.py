"""Whoever rang in vain waits at the desk once, with a promise, until we have talked; their number proves nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from tests.web.calls.test_calls import ANAS, NOW, OTHER, blocked, noted
from tests.web.calls.test_calls import shop as shop
from tillit.meetings.actions import ANYONE
from tillit_web.calls import actions
from tillit_web.calls.actions import Told
from tillit_web.calls.missed import follow_open
from tillit_web.calls.models import Call
from tillit_web.desk import actions as desk
from tillit_web.desk.models import Conversation
from tillit_web.meetings.models import Shift, Skill
from tillit_web.people.models import Block, User

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def told(call_id: str, direction: str = "in", *, at: datetime = NOW, now: datetime | None = None, **word: Any) -> Call:
    """A word of the telephone system; nobody answered, and it is over, unless it says otherwise."""
    said: dict[str, Any] = {"phone": ANAS, "is_answered": False, "seconds": 0, **word}
    return actions.hear(Told(source="pbx", call_id=call_id, direction=direction, started_at=at, **said), now=now or at)[
        0
    ]


def test_five_calls_are_one_callback_with_its_count_and_a_promise(as_bo: Client) -> None:
    for number in range(5):
        told(f"c{number}", at=NOW + number * MINUTE)
        told(f"c{number}", at=NOW + number * MINUTE)  # the telephone system says so twice
    told("other", phone=OTHER)
    row = Conversation.objects.get(phone=ANAS)
    assert (row.rang_count, row.rang_at, row.reason, row.owner) == (5, NOW + 4 * MINUTE, "missed_call", "desk")
    assert (row.channel, row.is_verified, row.waits_since) == ("phone", False, NOW)
    assert row.promised_at is not None
    assert row.promised_at > NOW
    page = as_bo.get("/desk/").content.decode()
    assert "Rang 5 times, last" in page
    assert "They rang, and nobody answered." in page
    assert Conversation.objects.count() == 2


def test_a_promise_to_call_back_keeps_to_open_hours() -> None:
    """Open on Mondays from 9 to 17 in Stockholm; it rings on a Friday evening, and ten open minutes later is Monday."""
    Shift.objects.create(skill=Skill.objects.create(name=ANYONE), people=1, hours="mon 09:00-17:00")
    told("late", at=datetime(2026, 11, 6, 18, tzinfo=UTC))
    assert Conversation.objects.get().promised_at == datetime(2026, 11, 9, 8, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("word", "later"),
    [
        ({"phone": ""}, timedelta()),  # withheld
        ({"phone": "204"}, timedelta()),  # a desk of our own
        ({"seconds": None}, timedelta()),  # it still rings
        ({"is_answered": True, "seconds": 60}, timedelta()),
        ({}, timedelta(days=3)),  # history
    ],
)
def test_what_is_no_missed_call_opens_nothing(word: dict[str, Any], later: timedelta) -> None:
    told("c", now=NOW + later, **word)
    follow_open(now=NOW + later + MINUTE)
    assert not Conversation.objects.exists()


def test_one_call_that_rings_at_several_desks_is_missed_at_none_when_one_answers() -> None:
    told("desk 1", is_answered=True, seconds=None)
    told("desk 2", at=NOW - timedelta(seconds=2))
    assert not Conversation.objects.exists()
    told("desk 3", phone=OTHER)
    told("desk 4", phone=OTHER, is_answered=True, seconds=90)  # told of the other way round
    assert Conversation.objects.get().outcome == "solved"


def test_a_call_whose_end_nobody_tells_is_missed_after_five_minutes_and_found_again_when_answered() -> None:
    told("c", seconds=None)
    for minutes in (5, 6, 7):
        follow_open(now=NOW + minutes * MINUTE + timedelta(seconds=1))
    assert Conversation.objects.get().rang_count == 1
    told("c", now=NOW + 9 * MINUTE, is_answered=True, seconds=400)
    assert Conversation.objects.get().outcome == "solved"


@pytest.mark.parametrize(
    ("call", "outcome"),
    [
        ({"direction": "out", "is_answered": True, "seconds": None}, "solved"),
        ({"direction": "out"}, "unsolved"),  # we tried, and they see that
        ({"direction": "out", "seconds": None}, None),  # it rings
        ({"direction": "in", "is_answered": True, "seconds": 60}, "solved"),
        ({"direction": "out", "is_answered": True, "phone": OTHER}, None),
        ({"direction": "out", "is_answered": True, "at": NOW - timedelta(hours=1)}, None),  # before they rang
    ],
)
def test_what_ends_the_wait(call: dict[str, Any], outcome: str | None) -> None:
    told("rang")
    spoke = told("spoke", **{"at": NOW + timedelta(hours=1), **call})
    row = Conversation.objects.get()
    assert (row.outcome, row.owner) == (outcome, "desk" if outcome is None else "closed")
    if call["direction"] == "out" and "phone" not in call and "at" not in call:
        assert (spoke.basis, spoke.conversation) == ("request", row)


def test_whoever_rings_after_we_talked_waits_anew_and_what_we_said_before_is_no_request() -> None:
    told("rang")
    told("back", "out", at=NOW + MINUTE, is_answered=True, seconds=60)
    assert told("again", "out", at=NOW + 30 * MINUTE, is_answered=True, seconds=60).basis == ""
    told("rang again", at=NOW + 40 * MINUTE)
    assert [row.rang_count for row in Conversation.objects.order_by("pk")] == [1, 1]
    assert told("back again", "out", at=NOW + 50 * MINUTE, is_answered=True, seconds=60).basis == "request"


@pytest.mark.parametrize(
    ("source", "at", "words", "basis"),
    [
        (Block.Source.CUSTOMER, NOW - MINUTE, "They rang you themselves", "request"),
        (Block.Source.CUSTOMER, NOW + MINUTE, "they have said no since they rang", ""),
        (Block.Source.OWN, NOW + MINUTE, "they have said no since they rang", ""),
    ],
)
def test_a_no_stands_beside_the_callback(
    source: Block.Source, at: datetime, words: str, basis: str, as_bo: Client
) -> None:
    told("rang")
    blocked(ANAS, source, at=at)
    page = as_bo.get(f"/desk/{Conversation.objects.get().public_id}/").content.decode()
    assert words in page
    assert (f"tel:{ANAS}" in page, ANAS in page) == (bool(basis), bool(basis))
    assert "this is the number that was shown" in page
    assert told("back", "out", at=NOW + 5 * MINUTE, is_answered=True, seconds=60).basis == basis


def test_a_callback_that_is_written_down_stands_in_it_and_ends_the_wait(bo: User) -> None:
    told("rang")
    for settled, owner in ((False, "person"), (True, "closed")):
        call = actions.note_call(
            noted(direction="out", is_settled=settled), by=bo, language="en", conversation=None, now=NOW + MINUTE
        )
        row = Conversation.objects.get()
        assert (call.conversation, call.basis) == (row, "request" if owner == "person" else "")
        assert (row.owner, row.promised_at, row.messages.count()) == (owner, None, 1 if owner == "person" else 2)


def test_a_call_noted_in_another_conversation_ends_the_wait_too(bo: User) -> None:
    told("rang")
    asked = desk.open_conversation("A roof?", language="en", is_for_people=True, now=NOW).conversation
    actions.note_call(noted(direction="out"), by=bo, language="en", conversation=asked, now=NOW + MINUTE)
    assert Conversation.objects.get(rang_count=1).outcome == "solved"
    assert Conversation.objects.get(pk=asked.pk).owner == "person"


def test_a_call_back_written_down_to_the_minute_in_which_it_rang_is_asked_for(bo: User, as_bo: Client) -> None:
    told("rang", at=NOW + timedelta(seconds=20))
    row, back = Conversation.objects.get(), noted(direction="out", is_settled=True)
    assert actions.note_call(back, by=bo, language="en", now=NOW + timedelta(seconds=50)).basis == "request"
    row.refresh_from_db()
    assert row.owner == "closed"
    assert f"tel:{ANAS}" not in as_bo.get(f"/desk/{row.public_id}/").content.decode(), "nobody is to be called any more"
