"""What was said with us stands on the customer's own page, if they have shown that it was them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.test import Client

from tests.web.me.test_decided_and_booked import who as who
from tests.web.me.test_own_page import ANA_ADDRESS, ask, opened
from tillit.meetings.actions import ANYONE
from tillit_web.calls.actions import Told, hear
from tillit_web.desk import actions
from tillit_web.desk.models import Conversation
from tillit_web.desk.ringing import talked
from tillit_web.meetings.models import Shift, Skill
from tillit_web.people.models import Block, User

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_conversation_begun_there_is_theirs_and_is_shown(client: Client, who: dict[str, bytes], bo: User) -> None:
    browser = opened(client)
    address = browser.post("/me/talk/")["Location"]
    row = Conversation.objects.get()
    assert (row.is_verified, bytes(row.subject or b""), row.email) == (True, who[ANA_ADDRESS], ANA_ADDRESS)
    assert row.owner == "desk"
    Client().post(f"{address}write/", {"text": "Mitt tak läcker"})  # the address opens it in any browser
    actions.answer(row, "Vi kommer i morgon.", bo)
    page = browser.get("/me/page/").content.decode()
    for text in ("Mitt tak läcker", "Vi kommer i morgon."):
        assert text in page
    assert "bo@example.org" not in page
    taken = json.loads(browser.get("/me/about-me.json").content)["messages"]
    assert [one["by"] for one in taken] == ["customer", "person"]


def test_what_somebody_wrote_under_their_address_is_not_shown_as_theirs(client: Client, who: dict[str, bytes]) -> None:
    actions.open_conversation("Nej, jag är Ana", language="sv", email=ANA_ADDRESS)
    assert "Nej, jag är Ana" not in opened(client).get("/me/page/").content.decode()


def test_whoever_only_talked_can_open_their_page_and_erase_it(
    client: Client, who: dict[str, bytes], data_directory: Path
) -> None:
    assert ask(Client(), "dag@example.org") == ""
    actions.open_conversation("Hej", language="sv", email="dag@example.org")
    assert opened(client, "dag@example.org").get("/me/page/").status_code == 200


def test_what_we_owe_stands_there_with_by_when_or_that_no_time_is_promised(
    client: Client, who: dict[str, bytes], bo: User
) -> None:
    """Open all week from 9 to 17 in Stockholm: who rings on Monday evening is called by ten past nine on Tuesday."""
    Shift.objects.create(skill=Skill.objects.create(name=ANYONE), people=1, hours="mon-sun 09:00-17:00")
    evening = datetime(2026, 11, 2, 18, tzinfo=UTC)
    with time_machine.travel(evening, tick=False) as clock:
        browser = opened(client)
        hear(Told("pbx", "1", "in", evening - timedelta(minutes=1), "+46701234567", False, 0), now=evening)
        row = Conversation.objects.get()
        browser.post("/me/talk/")
        actions.open_conversation("Under an address that anybody can type", language="sv", email=ANA_ADDRESS)

        def page() -> str:
            return " ".join(browser.get("/me/page/").content.decode().replace("\u202f", " ").split())

        assert "We call you back" not in page(), "a number that is nobody's yet"
        Conversation.objects.filter(pk=row.pk).update(subject=who[ANA_ADDRESS])
        assert "You rang us 2 Nov 2026 18:59, and nobody answered." in page()
        assert "We call you back by 3 Nov 2026 09:10." in page()
        assert page().count("One of us answers by 3 Nov 2026 09:10.") == 1
        owed = json.loads(browser.get("/me/about-me.json").content)["you_wait_for"]
        assert [(one["what"], one["promised_by"]) for one in owed] == [
            ("a call back", "2026-11-03T08:10:00+00:00"),
            ("an answer", "2026-11-03T08:10:00+00:00"),
        ]
        clock.shift(timedelta(minutes=20))
        Block.objects.create(subject=who[ANA_ADDRESS], source="customer")
        assert "You have said no to calls since, so we do not call." in page()
        Block.objects.all().delete()
        actions.take(row, bo)
        talked(row, None, now=evening)
        assert "One of us has it. We have promised no time." in page()
    with time_machine.travel(datetime(2026, 11, 3, 9, tzinfo=UTC)):
        assert "We said that one of us would answer by 3 Nov 2026 09:10, and nobody did." in (
            " ".join(opened(Client()).get("/me/page/").content.decode().split())
        )
