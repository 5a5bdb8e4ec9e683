"""What was said with us stands on the customer's own page, if they have shown that it was them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test import Client

from tests.web.me.test_decided_and_booked import who as who
from tests.web.me.test_own_page import ANA_ADDRESS, ask, opened
from tillit_web.desk import actions
from tillit_web.desk.models import Conversation
from tillit_web.people.models import User

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
