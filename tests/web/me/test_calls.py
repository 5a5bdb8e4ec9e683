"""Calls and offers stand on the customer's own page with why and what came of them, and are answered there."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from tests.web.me.test_decided_and_booked import who as who
from tests.web.me.test_own_page import ANA_ADDRESS, opened
from tillit_web.booking.models import Booking, Host, Kind
from tillit_web.calls import actions
from tillit_web.calls.actions import Noted, Told
from tillit_web.calls.models import Call, CallTask, Offer
from tillit_web.desk import actions as desk
from tillit_web.people.contacts import block_subjects
from tillit_web.people.erasure import remove
from tillit_web.people.models import Block, User

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ANAS, OTHER = "+46701234567", "+46707654321"


def offered(bo: User, *, subject: bytes | None, phone: str, text: str) -> Offer:
    """Sold on a call in a conversation; with a subject, of somebody who has shown that it is theirs."""
    begun = desk.open_conversation(
        "Call me", language="en", phone=phone, subject=subject, is_for_people=True, now=NOW - timedelta(hours=1)
    )
    call = actions.note_call(
        Noted("out", NOW, True, phone, "Ana", "Talked", offered=text, price_minor=9_000_000),
        by=bo,
        language="en",
        conversation=begun.conversation,
        now=NOW,
    )
    return call.offer


def test_calls_and_offers_stand_there_and_are_answered_in_writing(
    client: Client, who: dict[str, bytes], bo: User
) -> None:
    kind = Kind.objects.create(slug="call", name="Roof call", where="We call you")
    booking = Booking.objects.create(
        kind=kind,
        host=Host.objects.create(name="Ada"),
        starts_at=NOW + timedelta(days=400),
        changed_at=NOW,
        subject=who[ANA_ADDRESS],
        phone=ANAS,
        state=Booking.State.CONFIRMED,
    )
    hers = offered(bo, subject=who[ANA_ADDRESS], phone=ANAS, text="A roof")
    also = offered(bo, subject=who[ANA_ADDRESS], phone=ANAS, text="A gutter")
    typed = offered(bo, subject=None, phone=OTHER, text="Under a number that nobody has shown to be theirs")
    actions.hear(Told("pbx", "1", "out", NOW - timedelta(days=40), OTHER, True, 60), now=NOW)  # cold, to somebody else
    actions.plan_booked(booking, about="About the roof", now=NOW)
    browser = opened(client)
    page = browser.get("/me/page/").content.decode().replace("\u00a0", " ")
    for shown in ("About the roof", "you booked it", "an offer was made", "you asked for it", "A roof", "kr 90,000"):
        assert shown in page.replace("SEK 90,000", "kr 90,000"), shown
    for hidden in (OTHER, typed.text, "no reason for it is on record"):
        assert hidden not in page
    assert browser.post(f"/me/offers/{typed.pk}/", {"answer": "yes", "name": "Ana"}).status_code == 404
    browser.post(f"/me/offers/{hers.pk}/", {"answer": "yes", "name": " "})
    assert Offer.objects.get(pk=hers.pk).state == "offered", "a yes has a name"
    browser.post(f"/me/offers/{hers.pk}/", {"answer": "yes", "name": "Ana Andersson"})
    browser.post(f"/me/offers/{also.pk}/", {"answer": "no"})
    assert "Changed your mind?" in browser.get("/me/page/").content.decode()
    kept = Offer.objects.get(pk=hers.pk)
    assert (kept.state, kept.accepted_as, kept.answered_where) == ("accepted", "Ana Andersson", "own_page")
    taken = json.loads(browser.get("/me/about-me.json").content)
    assert [(one["text"], one["price_minor"], one["currency"], one["state"]) for one in taken["offers"]] == [
        ("A gutter", 9_000_000, "SEK", "declined"),
        ("A roof", 9_000_000, "SEK", "accepted"),
    ]
    assert [(one["at"], one["who_called"], one["outcome"]) for one in taken["calls"]] == [
        (NOW.isoformat(), "we", "offered")
    ] * 2
    [planned] = taken["planned_calls"]
    assert (planned["basis"], planned["state"], planned["you_said_no"]) == ("booking", "open", False)
    text = browser.get("/me/about-me.html").content.decode()
    assert "you accepted it in writing" in text
    assert "<form" not in text


def test_a_no_stands_beside_what_was_planned_and_erasure_takes_all_that_is_shown(
    who: dict[str, bytes], bo: User, client: Client
) -> None:
    offered(bo, subject=who[ANA_ADDRESS], phone=ANAS, text="A roof")
    offered(bo, subject=None, phone=OTHER, text="Another")
    message = Offer.objects.get(text="A roof").conversation.messages.get(author="customer")
    actions.plan_requested(message, phone=ANAS, about="The price", due_at=NOW, now=NOW)
    subject = CallTask.objects.get().caller
    assert subject is not None
    block_subjects([subject], Block.Source.CUSTOMER)
    assert "do not: you said no." in opened(client).get("/me/page/").content.decode()
    remove([who[ANA_ADDRESS]], until=0)
    assert [call.phone for call in Call.objects.all()] == [OTHER]
    assert CallTask.objects.count() == 0
