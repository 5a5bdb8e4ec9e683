"""The own page tells what was decided about the customer, what they booked and wrote; nothing of anybody else's."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from tests.meetings.making import DEFAULT
from tests.web.me.test_own_page import ANA_ADDRESS, BO_ADDRESS, ask, opened
from tillit.desk.handoff import Author
from tillit.events.key import read_or_create_key
from tillit.events.subject import subject_of
from tillit.meetings.actions import ANYONE
from tillit.meetings.decide import decide
from tillit.meetings.log import open_log
from tillit.meetings.moment import Capacity, Moment
from tillit.meetings.policy_files import default_policy_text
from tillit.vocabulary import Errand, IdentifierKind
from tillit_web.booking.models import Booking, Host, Kind
from tillit_web.desk.models import Conversation, Message
from tillit_web.people.models import Company, Contact

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def who(data_directory: Path, company: Company) -> dict[str, bytes]:
    """Ana and Bo, whose addresses we have; nothing has happened yet."""
    key = read_or_create_key(data_directory)
    found = {address: subject_of(IdentifierKind.EMAIL, address, key=key) for address in (ANA_ADDRESS, BO_ADDRESS)}
    for address, subject in found.items():
        Contact.objects.create(subject=subject, kind="email", value=address)
    return found


def test_decisions_stand_with_their_reasons(client: Client, who: dict[str, bytes], data_directory: Path) -> None:
    assert "we keep no note of whose a decision was" in opened(client).get("/me/page/").content.decode()
    desk = {ANYONE: Capacity(free=1)}
    with open_log(data_directory) as log:
        log.save_policy(default_policy_text(), at=1, name="policy", currency="SEK")
        for address, complaint in ((ANA_ADDRESS, True), (BO_ADDRESS, False)):
            moment = Moment(who[address].hex(), round(AT.timestamp()) * 1_000_000, Errand.ORDER, complaint=complaint)
            drawn = decide(moment, DEFAULT, desk, draw=0.5, decision_id=address)
            log.append([(drawn, os.urandom(16))], at=1)
    page = client.get("/me/page/").content.decode()
    assert "we keep no note of whose" not in page
    assert "10:30" in page, "to the minute, on the clock of the shop: it is of the customer themselves"
    assert "Something went wrong for you, so a person takes care of it." in page
    taken = json.loads(client.get("/me/about-me.json").content)
    assert [(each["at"], each["met_by_machine"]) for each in taken["decisions"]] == [(AT.isoformat(), False)]


def test_bookings_stand_and_open_the_page_of_whoever_has_nothing_else(
    client: Client, who: dict[str, bytes], data_directory: Path
) -> None:
    kind, host = Kind.objects.create(slug="call", name="A call", where="by phone"), Host.objects.create(name="Ada")
    dag = subject_of(IdentifierKind.EMAIL, "dag@example.org", key=read_or_create_key(data_directory))
    for subject, wishes in ((dag, "the roof"), (who[ANA_ADDRESS], "the kitchen")):
        Booking.objects.create(
            kind=kind,
            host=host,
            starts_at=AT,
            changed_at=AT - timedelta(days=1),
            subject=subject,
            wishes=wishes,
            state=Booking.State.CONFIRMED,
        )
    browser = opened(client, "dag@example.org")
    page = browser.get("/me/page/").content.decode()
    assert "A call" in page
    [booked] = json.loads(browser.get("/me/about-me.json").content)["bookings"]
    assert (booked["about"], booked["state"]) == ("the roof", "booked")
    assert ask(Client(), "eva@example.org") == "", "who has booked nothing is nobody still"


def test_what_was_written_stands_where_the_customer_showed_that_it_was_them(
    client: Client, who: dict[str, bytes], data_directory: Path
) -> None:
    for place, (text, is_verified) in enumerate((("the roof leaks", True), ("somebody typed her address", False))):
        row = Conversation.objects.create(
            token_digest=bytes([place]) * 32,
            language="en",
            subject=who[ANA_ADDRESS],
            is_verified=is_verified,
            opened_at=AT,
            changed_at=AT,
        )
        for author, said in ((Author.CUSTOMER, text), (Author.NOTE, "she is angry")):
            Message.objects.create(conversation=row, written_at=AT, author=author.value, text=said, client_id=author)
    page = opened(client).get("/me/page/").content.decode()
    assert "the roof leaks" in page
    assert "somebody typed her address" not in page
    assert "she is angry" not in page, "a note is for us alone"
    taken = json.loads(client.get("/me/about-me.json").content)["messages"]
    assert [(each["by"], each["text"]) for each in taken] == [("customer", "the roof leaks")]
