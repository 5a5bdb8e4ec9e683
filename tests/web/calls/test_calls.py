"""A call has a reason or is told as cold; a no wins over it; what was sold by phone is offered until it is accepted."""

from __future__ import annotations

import hmac
import json
from datetime import UTC, date, datetime, timedelta
from math import sqrt
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from tillit.desk.handoff import Author
from tillit_web.booking.models import Booking, Host, Kind
from tillit_web.calls import actions, offers, queries
from tillit_web.calls.actions import DoNotCall, NoBasis, Noted, Told
from tillit_web.calls.basis import number_of
from tillit_web.calls.links import address_of
from tillit_web.calls.models import Call, CallTask, Offer
from tillit_web.calls.offers import NotWritten
from tillit_web.calls.publishing import publish
from tillit_web.collect import actions as collect
from tillit_web.collect.queries import storage
from tillit_web.desk import actions as desk
from tillit_web.desk.models import Conversation, Message
from tillit_web.people.contacts import block_subjects
from tillit_web.people.erasure import remove
from tillit_web.people.models import Block, Company, User

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ANAS, OTHER = "+46701234567", "+46707654321"


@pytest.fixture(autouse=True)
def shop(company: Company) -> None:
    Company.objects.update(language="en")


def noted(**changed: Any) -> Noted:
    told: dict[str, Any] = {
        "direction": "in", "started_at": NOW, "is_answered": True, "phone": "070-123 45 67", "name": "Ana",
        "said": "Asked for a roof. Told the price.",
    }  # fmt: skip
    return Noted(**{**told, **changed})


def note(bo: User, conversation: Conversation | None = None, **changed: Any) -> Call:
    return actions.note_call(noted(**changed), by=bo, language="en", conversation=conversation, now=NOW)


def called(phone: str = ANAS, *, at: datetime = NOW, call_id: str = "c1", **changed: Any) -> Call:
    told: dict[str, Any] = {"direction": "out", "is_answered": True, "seconds": 60}
    heard = Told(source="pbx", call_id=call_id, started_at=at, phone=phone, **{**told, **changed})
    return actions.hear(heard, now=max(at, NOW))[0]


def wrote(*, at: datetime = NOW - timedelta(days=1), phone: str = ANAS) -> Message:
    opened = desk.open_conversation("Please call me", language="en", phone=phone, is_for_people=True, now=at)
    return opened.conversation.messages.get()


def booked(*, starts_at: datetime = NOW, state: str = "confirmed") -> Booking:
    kind = Kind.objects.create(slug="call", language="en", name="A call", where="We call you")
    return Booking.objects.create(
        kind=kind,
        host=Host.objects.create(name="Bo"),
        starts_at=starts_at,
        state=state,
        phone="0701234567",
        language="en",
        changed_at=NOW - timedelta(days=3),
    )


def blocked(phone: str, source: Block.Source, *, at: datetime) -> None:
    subject = number_of(phone)[1]
    assert subject is not None
    block_subjects([subject], source)
    Block.objects.update(blocked_at=at)


RELATED: dict[str, Any] = {"phone": ANAS, "name": "", "about": "Delivery", "due_at": NOW, "now": NOW}


def test_the_database_refuses_a_call_task_without_a_basis_or_with_two() -> None:
    message, booking = wrote(), booked()
    given: dict[str, Any] = {"phone": ANAS, "about": "x", "due_at": NOW, "noted_at": NOW}
    no: tuple[dict[str, Any], ...] = (
        {},
        {"relation": "contract"},
        {"relation_on": date(2026, 1, 1)},
        {"booking": booking, "request": message},
        {"request": message, "relation": "contract", "relation_on": date(2026, 1, 1)},
    )
    for bases in no:
        with pytest.raises(IntegrityError), transaction.atomic():
            CallTask.objects.create(**given, **bases)
    related = {"relation": "contract", "relation_on": date(2026, 1, 1)}
    yes: tuple[dict[str, Any], ...] = ({"booking": booking}, {"request": message}, related)
    for bases in yes:
        CallTask.objects.create(**given, **bases)
    assert CallTask.objects.count() == 3


@pytest.mark.parametrize(
    ("relation", "on"),
    [("", date(2026, 1, 1)), ("  ", date(2026, 1, 1)), ("contract", None), ("contract", date(2027, 1, 1))],
)
def test_a_relation_needs_words_and_a_day_that_has_been(relation: str, on: date | None) -> None:
    with pytest.raises(NoBasis):
        actions.plan_related(**RELATED, relation=relation, relation_on=on)


def test_a_request_is_the_customers_own_words() -> None:
    message = wrote()
    answered = Message.objects.create(
        conversation=message.conversation,
        author=Author.MACHINE.value,
        text="Shall we call?",
        written_at=NOW,
        client_id="m",
    )
    with pytest.raises(NoBasis):
        actions.plan_requested(answered, phone=ANAS, about="x", due_at=NOW, now=NOW)
    assert actions.plan_requested(message, phone="070-123 45 67", about="x", due_at=NOW, now=NOW).phone == ANAS


def test_a_booking_that_ended_is_no_reason() -> None:
    with pytest.raises(NoBasis):
        actions.plan_booked(booked(state="cancelled"), about="x", now=NOW)


@pytest.mark.parametrize("source", Block.Source.values)
def test_a_list_refuses_what_rests_on_a_relation(source: str) -> None:
    blocked(ANAS, Block.Source(source), at=NOW - timedelta(days=400))
    with pytest.raises(DoNotCall):
        actions.plan_related(**RELATED, relation="contract", relation_on=date(2026, 1, 1))


def test_a_no_that_came_after_the_request_wins_and_one_from_before_does_not() -> None:
    message = wrote()
    blocked(ANAS, Block.Source.CUSTOMER, at=NOW - timedelta(days=2))
    task = actions.plan_requested(message, phone=ANAS, about="x", due_at=NOW, now=NOW)
    assert not queries.to_make()[0].is_blocked
    blocked(ANAS, Block.Source.CUSTOMER, at=NOW + timedelta(minutes=1))
    assert queries.to_make()[0].is_blocked
    call = called(at=NOW + timedelta(minutes=5))
    assert (call.basis, call.was_blocked) == ("", True)
    with pytest.raises(DoNotCall):
        actions.plan_requested(message, phone=ANAS, about="x", due_at=NOW, now=NOW)
    task.refresh_from_db()
    assert task.state == CallTask.State.OPEN


@pytest.mark.parametrize(
    ("prepare", "basis"),
    [
        (lambda: None, ""),
        (lambda: wrote(), "request"),
        (lambda: wrote(at=NOW - timedelta(days=20)), ""),
        (lambda: wrote(at=NOW + timedelta(hours=1)), ""),
        (lambda: wrote(phone=OTHER), ""),
        (lambda: booked(), "booking"),
        (lambda: booked(starts_at=NOW + timedelta(hours=11)), "booking"),
        (lambda: booked(starts_at=NOW + timedelta(hours=13)), ""),
        (lambda: booked(state="cancelled"), ""),
        (lambda: actions.plan_related(**RELATED, relation="contract", relation_on=date(2026, 1, 1)), "relation"),
    ],
)  # fmt: skip
def test_what_justifies_a_call_out(prepare: Any, basis: str) -> None:
    prepare()
    assert called().basis == basis
    assert called(call_id="c2", direction="in").basis == ""


def test_cold_calls_are_a_share_with_its_range() -> None:
    wrote()
    for number in range(40):
        called(ANAS if number < 37 else OTHER, call_id=f"c{number}")
    called(OTHER, call_id="old", at=NOW - timedelta(days=31))
    called(OTHER, call_id="in", direction="in")
    found = queries.cold_share(now=NOW)
    assert (found.count, found.of) == (3, 40)
    share, n, z = 3 / 40, 40, 1.959964  # Wilson (1927), by hand
    middle, reach = share + z * z / (2 * n), z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    assert found.low == pytest.approx((middle - reach) / (1 + z * z / n), abs=1e-6)
    assert found.high == pytest.approx((middle + reach) / (1 + z * z / n), abs=1e-6)


def test_the_page_tells_cold_calls_as_a_defect(as_bo: Client) -> None:
    assert "No call is to be made." in as_bo.get("/calls/").content.decode()
    with time_machine.travel(NOW):
        called(OTHER)
        page = as_bo.get("/calls/").content.decode()
    assert "1 of 1 calls out in the last 30 days was cold (20 to 100 of 100)." in page
    assert "is a defect; the goal is 0." in page


def test_a_call_that_is_told_three_times_is_one_and_keeps_what_was_known() -> None:
    called(is_answered=False, seconds=None)
    called(is_answered=True, seconds=None)
    called(is_answered=True, seconds=75)
    assert (called(is_answered=False, seconds=None).seconds, Call.objects.get().is_answered) == (75, True)


def test_a_call_written_down_is_a_conversation_with_its_promise_as_a_task(bo: User) -> None:
    call = note(bo, promised="Call back with the price", promised_at=NOW + timedelta(days=1))
    conversation = Conversation.objects.get()
    assert (call.conversation, conversation.channel, conversation.owner) == (conversation, "phone", "person")
    assert [one.text for one in conversation.messages.all()] == [
        "Asked for a roof. Told the price.",
        "Call back with the price",
    ]
    task = CallTask.objects.get()
    assert (task.basis, task.phone, task.due_at) == ("request", ANAS, NOW + timedelta(days=1))
    assert called(at=NOW + timedelta(days=1)).basis == "request"
    task.refresh_from_db()
    assert task.state == CallTask.State.DONE


def test_a_note_that_leaves_nothing_to_do_is_closed(bo: User) -> None:
    note(bo, is_settled=True)
    assert (Conversation.objects.get().owner, Conversation.objects.get().outcome) == ("closed", "solved")


def test_a_call_out_that_is_written_down_is_cold_unless_a_relation_is_on_record(bo: User) -> None:
    assert note(bo, direction="out").basis == ""
    call = note(bo, direction="out", phone=OTHER, relation="contract 17", relation_on=date(2026, 1, 1))
    assert call.basis == "relation"
    assert call.task is not None
    assert (call.task.relation, CallTask.objects.get().state) == ("contract 17", "done")


def test_sold_stays_offered_until_the_customer_has_written(bo: User) -> None:
    message = wrote()
    conversation = message.conversation
    call = note(bo, conversation, offered="A roof for 90 000 kr")
    assert call.outcome == Call.Outcome.OFFERED
    offer = Offer.objects.get()
    assert offer.accepted_at is None
    ours = desk.answer(conversation, "Do you accept?", bo, now=NOW + timedelta(hours=1))
    for wrong in (message, ours):
        with pytest.raises(NotWritten):
            offers.accept_by_message(offer, wrong, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.update(accepted_at=NOW)
    yes = desk.customer_writes(conversation, "I accept", now=NOW + timedelta(hours=2))
    later = NOW + timedelta(hours=3)
    assert offers.accept_by_message(offer, yes, now=later).accepted_at == later
    assert offers.accept_by_message(offer, yes, now=later + timedelta(days=1)).accepted_at == later


def test_a_customer_accepts_behind_their_link_and_a_forged_one_opens_nothing(bo: User, as_bo: Client) -> None:
    note(bo, offered="A roof for <b>90 000</b> kr", price_minor=9_000_000)
    offer = Offer.objects.get()
    address, stranger = address_of(offer), Client()
    page = stranger.get(address)
    assert "A roof for &lt;b&gt;90 000" in page.content.decode()
    assert "SEK 90,000" in page.content.decode().replace("\u00a0", " ")
    assert not page.cookies
    assert "<nav" not in page.content.decode()
    assert stranger.post(address, {"name": "  "}).status_code == 422
    assert Offer.objects.get().accepted_at is None
    assert stranger.get(address.replace(f"{offer.pk}:", f"{offer.pk + 1}:")).status_code == 404
    assert "has not accepted" in as_bo.get(f"/calls/offers/{offer.pk}/").content.decode()
    stranger.post(address, {"answer": "no"})
    first = Offer.objects.get()
    assert (first.state, first.answered_where) == ("declined", "link")
    assert "Declined: the customer said no in writing." in as_bo.get(f"/calls/offers/{offer.pk}/").content.decode()
    stranger.post(address, {"name": "Ana Andersson"})
    stranger.post(address, {"answer": "no"})  # what is accepted stays so
    stranger.post(address, {"name": "Somebody else"})
    assert Offer.objects.get().accepted_as == "Ana Andersson"
    assert "accepted in writing" in as_bo.get(f"/calls/offers/{offer.pk}/").content.decode()


def test_calls_become_events_once_each_with_its_basis(bo: User) -> None:
    wrote()
    called(seconds=None)
    assert publish(now=NOW) == 0  # it still lasts
    called(seconds=125)
    called(OTHER, call_id="c2", is_answered=False, seconds=0)
    note(bo)
    with storage() as opened:
        before = len(opened.unsealed(after=0, limit=100))
    assert publish(now=NOW) == 3
    assert publish(now=NOW) == 0
    with storage() as opened:
        rows = [row.event for row in opened.unsealed(after=0, limit=100)][before:]
    assert len(rows) == 3
    Call.objects.update(published_at=None)  # killed between the log and the mark
    publish(now=NOW)
    with storage() as opened:
        assert len(opened.unsealed(after=0, limit=100)) == before + 3


def test_a_telephone_system_tells_and_is_told(as_bo: Client) -> None:
    key = collect.create_key("pbx")
    at = int(NOW.timestamp())
    blocked(OTHER, Block.Source.CUSTOMER, at=NOW - timedelta(days=1))

    def told(**call: Any) -> tuple[int, dict[str, Any]]:
        nonlocal at
        at += 1
        body = json.dumps(call).encode()
        sign = hmac.new(key.signing_secret.encode(), f"{at}.".encode() + body, "sha256").hexdigest()
        headers = {"Authorization": f"Bearer {key.text}", "Tillit-Signature": f"t={at},v1={sign}"}
        with time_machine.travel(NOW):
            found = Client().post("/v1/calls", body, content_type="application/json", headers=headers)
        return found.status_code, found.json()

    ring = {"id": "1", "direction": "out", "started_at": NOW.isoformat(), "number": OTHER}
    assert told(**ring) == (202, {"outcome": "new", "basis": "cold", "do_not_call": True})
    assert told(**ring, answered=True, seconds=30)[1]["outcome"] == "known"
    for wrong in ({"id": ""}, {"direction": "up"}, {"started_at": "2026-11-02T09:00:00"}, {"seconds": -1}, {"id": 7}):
        assert told(**(ring | wrong))[0] == 400
    assert Call.objects.count() == 1
    assert Client().post("/v1/calls", b"{}", content_type="application/json").status_code == 401


def test_erasure_reaches_calls_tasks_offers_and_leaves_others(bo: User) -> None:
    note(bo, offered="A roof", promised="Call", promised_at=NOW)
    yes = desk.customer_writes(Conversation.objects.get(), "Yes", now=NOW + timedelta(hours=1))
    offers.accept_by_message(Offer.objects.get(), yes, now=NOW)
    called(OTHER, call_id="other")
    subject = number_of(ANAS)[1]
    assert subject is not None
    remove([subject], until=0)
    assert [row.phone for row in Call.objects.all()] == [OTHER]
    assert (CallTask.objects.count(), Offer.objects.count(), Conversation.objects.count()) == (0, 0, 0)


def test_pages_of_calls_work_without_scripts(as_bo: Client, bo: User) -> None:
    told = {
        "direction": "in",
        "started_at": "2026-11-02T09:00",
        "is_answered": "on",
        "said": "A roof?",
        "phone": "0701234567",
        "offered": "A roof",
        "price": "90000.50",
    }
    opened = as_bo.post("/calls/new/", told)
    conversation = Conversation.objects.get()
    assert opened["Location"] == f"/desk/{conversation.public_id}/"
    assert (Offer.objects.get().price_minor, Offer.objects.get().currency) == (9_000_050, "SEK")
    assert as_bo.post("/calls/new/", {**told, "offered": ""}).status_code == 422
    refused = as_bo.post("/calls/new/", {**told, "direction": "out", "phone": "", "started_at": "2999-01-01T00:00"})
    assert refused.status_code == 422
    planned = {
        "message": str(conversation.messages.get().pk),
        "phone": "0701234567",
        "about": "Price",
        "due_at": "2026-11-03T10:00",
    }
    as_bo.post(f"/calls/plan/{conversation.public_id}/", planned)
    without = {"phone": "0701234567", "about": "Sell more", "due_at": "2026-11-03T10:00"}
    assert "Without a basis nobody is called." in as_bo.post("/calls/plan/", without).content.decode()
    task = CallTask.objects.get()
    assert "Price" in as_bo.get("/calls/").content.decode()
    as_bo.post(f"/calls/tasks/{task.pk}/settle/", {"state": "dropped"})
    assert CallTask.objects.get().state == "dropped"
    booking = booked()
    for _ in range(2):  # pressed twice, planned once
        as_bo.post(f"/calls/plan/booking/{booking.pk}/")
    assert CallTask.objects.filter(booking__isnull=False).count() == 1
