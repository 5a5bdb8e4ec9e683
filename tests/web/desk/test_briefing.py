"""The page about a customer: no history of a stranger, reading with a yes and once they saw it, struck lines gone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests.journeys.logs import log, write_events
from tests.web.insight.small_shop import fill_from
from tests.web.me.test_own_page import opened
from tillit.desk.handoff import Agreed
from tillit.events.contract import EVENT_SCHEMA
from tillit.events.key import read_or_create_key
from tillit.events.subject import subject_of
from tillit.vocabulary import IdentifierKind, Purpose
from tillit_web.booking.models import Booking, Host, Kind
from tillit_web.desk import actions
from tillit_web.desk.briefing_links import address_of
from tillit_web.desk.models import Conversation, StruckMark
from tillit_web.jobs.worker import do_waiting_jobs
from tillit_web.people import queries
from tillit_web.people.consents import How, record_consent
from tillit_web.people.models import AccessRecord, Company, Contact, User
from tillit_web.people.wordings import OURS
from tillit_web.warehouse.actions import forget

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "ana@example.org"
EVENTS = (
    ("ana", 1, "product_viewed", "tin", '{"properties.name": "Tin roof", "properties.price": "1290"}'),
    ("ana", 2, "order_completed", "o-7", None),
    ("ana", 3, "product_viewed", "tin", '{"properties.name": "Tin roof", "properties.price": "1490"}'),
    ("ana", 4, "ticket_opened", "t-1", None),
)
READ, PRICE, CHALLENGE = "Read: Tin roof (1)", "Saw Tin roof at 1490", "Worth challenging"
BOUGHT, PROBLEM = "Has bought from us: 1", "Told us of a problem."


@pytest.fixture
def customer(data_directory: Path, company: Company) -> bytes:
    """Ana has looked at a roof, bought something, looked again, and told of a problem."""
    subject = subject_of(IdentifierKind.EMAIL, ADDRESS, key=read_or_create_key(data_directory))
    made = log(*[(who, day, activity) for who, day, activity, _, _ in EVENTS])
    path = write_events(data_directory / "one.parquet", made)
    rows = [
        {**row, "subject": subject, "object": about, "properties": brought}
        for row, (_, _, _, about, brought) in zip(pq.read_table(path).to_pylist(), EVENTS, strict=True)
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=EVENT_SCHEMA), path)
    fill_from(data_directory, path)
    Contact.objects.create(subject=subject, kind="email", value=ADDRESS)
    return subject


@pytest.fixture
def asked(customer: bytes) -> Conversation:
    """A conversation under Ana's address, by somebody who has not shown who they are."""
    return actions.open_conversation("Does it rust?", language="en", email=ADDRESS, asks_for_person=True).conversation


def _staff(browser: Client, meeting: Conversation) -> str:
    return browser.get(f"/desk/briefing/conversation/{meeting.public_id}/").content.decode()


def _own(meeting: Conversation | Booking) -> str:
    return Client().get(address_of(meeting)).content.decode()


def _mine(meeting: Conversation | Booking) -> None:
    """The customer opens their page by a code and says that the meeting is theirs."""
    browser = opened(Client(), ADDRESS)
    found = re.search(r'name="meeting" value="([^"]+)"', browser.get("/me/meetings/").content.decode())
    assert found
    assert browser.post("/me/meetings/", {"meeting": found[1]})["Location"] == address_of(meeting)
    meeting.refresh_from_db()


def _strike(meeting: Conversation, text: str) -> None:
    line = re.search(re.escape(text) + r'.*?name="line" value="(\w+)"', _own(meeting), re.DOTALL)
    assert line, text
    Client().post(f"{address_of(meeting)}strike/", {"line": line[1]})


def test_an_address_that_was_only_typed_opens_no_history(asked: Conversation, as_bo: Client) -> None:
    for page in (_staff(as_bo, asked), _own(asked)):
        assert "Asked, and has no answer yet: “Does it rust?”" in page
        assert not [text for text in (READ, PRICE, BOUGHT, PROBLEM) if text in page]
    assert AccessRecord.objects.get(what="briefing").subject is None  # nothing of that address was opened


def test_reading_needs_a_yes_and_the_customer_sees_it_first(
    asked: Conversation, customer: bytes, as_bo: Client, bo: User
) -> None:
    _mine(asked)
    page = _staff(as_bo, asked)
    assert BOUGHT in page
    assert PROBLEM in page
    assert READ not in page
    assert "they have not said yes to it" in page
    Client().post(f"{address_of(asked)}reading/", {"granted": "yes"})
    page = _staff(as_bo, asked)
    assert READ not in page
    assert "they see this page first" in page
    own = _own(asked)
    for page in (own, _staff(as_bo, asked)):
        assert READ in page
        assert PRICE in page
    given = queries.standing_of([customer])[Purpose.STAFF_READING, None]
    assert (given.granted, given.language) == (True, "en")
    Client().post(f"{address_of(asked)}reading/", {"granted": "no"})
    assert READ not in _staff(as_bo, asked)
    opening = AccessRecord.objects.filter(what="briefing").first()
    assert opening is not None
    assert (bytes(opening.subject or b""), opening.member, opening.purpose) == (customer, bo, "service")


def test_its_core_stands_beside_the_conversation_and_is_on_record_once(
    asked: Conversation, customer: bytes, as_bo: Client, as_cy: Client
) -> None:
    def openings() -> list[bytes | None]:
        rows = AccessRecord.objects.filter(what="briefing").order_by("id")
        return [None if one.subject is None else bytes(one.subject) for one in rows]

    address = f"/desk/{asked.public_id}/"
    page = as_bo.get(address).content.decode()
    assert "Asked, and has no answer yet: “Does it rust?”" in page
    assert PRICE not in page
    assert as_bo.get(address, headers={"X-After": "0"}).status_code == 200  # what is new is no opening
    as_bo.post(f"{address}note/", {"text": "Tin"}, follow=True)
    assert openings() == [None]
    _mine(asked)
    Client().post(f"{address_of(asked)}reading/", {"granted": "yes"})
    assert PRICE in _own(asked)
    for _ in range(2):
        page = as_bo.get(address).content.decode()
        assert [text in page for text in (PRICE, PROBLEM, BOUGHT)] == [True, True, False]
    assert openings() == [None, customer]
    _strike(asked, READ)
    page = as_cy.get(address).content.decode()
    assert (PRICE in page, PROBLEM in page) == (False, True)
    assert openings() == [None, customer, customer]


def test_a_struck_line_is_gone_for_everybody_and_for_ever(asked: Conversation, as_bo: Client) -> None:
    _mine(asked)
    Client().post(f"{address_of(asked)}reading/", {"granted": "yes"})
    assert READ in _own(asked)
    _strike(asked, READ)
    _strike(asked, BOUGHT)
    again = actions.open_conversation("And snow?", language="en", email=ADDRESS, asks_for_person=True).conversation
    Conversation.objects.filter(pk=again.pk).update(is_verified=True)
    again.refresh_from_db()
    for page in (_own(asked), _staff(as_bo, asked), _own(again)):
        assert not [text for text in (READ, PRICE, BOUGHT) if text in page]
        assert PROBLEM in page
    assert not [one for one in StruckMark.objects.all() if "tin" in one.mark]


def test_what_was_agreed_and_booked_is_on_the_page(asked: Conversation, bo: User, as_bo: Client, kind: Kind) -> None:
    actions.take(asked, bo)
    actions.answer(asked, "No.", bo)
    actions.hand_back(asked, bo, agreed=[Agreed("A sample by mail")])
    now = timezone.now()
    Booking.objects.create(
        kind=kind,
        host=Host.objects.get(),
        starts_at=now + timedelta(days=2),
        state="confirmed",
        language="en",
        changed_at=now,
        subject=asked.subject,
        email=ADDRESS,
    )
    page = _staff(as_bo, asked)
    assert "We promised: A sample by mail" in page
    assert "Asked: “Does it rust?”" in page
    assert "Booked for" not in page  # somebody else's, for all we know
    asked.is_verified = True
    asked.save()
    assert "Booked for" in _staff(as_bo, asked)


def test_a_booking_has_its_page_and_its_wishes(customer: bytes, as_bo: Client, kind: Kind) -> None:
    now = timezone.now()
    booking = Booking.objects.create(
        kind=kind,
        host=Host.objects.get(),
        starts_at=now + timedelta(days=2),
        state="confirmed",
        language="en",
        changed_at=now,
        subject=customer,
        email=ADDRESS,
        wishes="My roof leaks",
    )
    page = as_bo.get(f"/desk/briefing/booking/{booking.uid}/").content.decode()
    assert "Wants: My roof leaks" in page
    assert BOUGHT not in page
    _mine(booking)
    assert BOUGHT in as_bo.get(f"/desk/briefing/booking/{booking.uid}/").content.decode()


def test_nobody_else_says_that_it_is_theirs(asked: Conversation, company: Company) -> None:
    Contact.objects.create(subject=b"b" * 16, kind="email", value="bo@example.org")
    browser = opened(Client(), ADDRESS)
    other = actions.open_conversation("Hej", language="en", email="x@example.org", asks_for_person=True).conversation
    token = address_of(other).split("/")[2]
    assert browser.post("/me/meetings/", {"meeting": token})["Location"] == "/me/meetings/"
    other.refresh_from_db()
    assert not other.is_verified
    assert Client().get(f"/briefing/{token}x/").status_code == 404
    assert Client().post(f"/briefing/{token}/strike/", {"line": "no such line"}).status_code == 302
    assert not StruckMark.objects.exists()


def test_erasure_reaches_what_was_struck(asked: Conversation, customer: bytes) -> None:
    _mine(asked)
    _strike(asked, PROBLEM)
    assert StruckMark.objects.filter(subject=customer).exists()
    forget((customer,), by="customer")
    do_waiting_jobs()
    assert not StruckMark.objects.exists()
    assert not Conversation.objects.exists()


@time_machine.travel(datetime(2026, 11, 2, 7, 0, tzinfo=UTC), tick=True)
def test_a_yes_said_when_booking_counts_once_the_address_is_theirs(customer: bytes, as_bo: Client, kind: Kind) -> None:
    """Not before: whoever types Ana's address must not let us read what she has read."""
    stranger = Client()
    held = stranger.post(f"/book/{kind.slug}/", {"starts": "2026-11-03T09:00:00+01:00"})["Location"]
    form = stranger.get(held).content.decode()
    assert 'name="reading" ' in form
    assert "checked" not in form  # off, until they tick it
    stranger.post(held, {"name": "Ana", "email": ADDRESS, "reading": "on"})
    do_waiting_jobs()  # the booking's own mail goes
    booking = Booking.objects.get()
    assert (booking.reading_wording, booking.subject) == (OURS, customer)
    said_at = booking.reading_said_at
    assert not queries.agreed((customer,), Purpose.STAFF_READING)
    page = _own(booking)
    assert "Your yes counts once you have shown that the address is yours" in page
    assert READ not in page

    _mine(booking)
    given = queries.standing_of([customer])[Purpose.STAFF_READING, None]
    assert (given.granted, given.wording, given.where, given.at) == (True, OURS, "/book/", said_at)
    assert not booking.reading_wording
    staff = f"/desk/briefing/booking/{booking.uid}/"
    assert READ not in as_bo.get(staff).content.decode()  # they see it first
    assert READ in _own(booking)
    assert READ in as_bo.get(staff).content.decode()


def test_a_yes_in_a_conversation_waits_and_a_later_no_outlives_it(customer: bytes) -> None:
    opened_now = actions.open_conversation("Does it rust?", language="en", email=ADDRESS, asks_for_person=True)
    asked, thread = opened_now.conversation, f"/talk/{opened_now.token}/"
    page = Client().get(thread).content.decode()
    assert "need not start from the beginning" in page
    [reading] = re.findall(r'action="(/briefing/[^"]+/reading/)"', page)
    Client().post(reading, {"granted": "yes"})
    asked.refresh_from_db()
    assert asked.reading_wording == OURS
    assert "/reading/" not in Client().get(thread).content.decode()  # it is not asked again
    record_consent([customer], Purpose.STAFF_READING, granted=False, how=How.OWN_PAGE, where="/me/")
    _mine(asked)
    assert not queries.agreed((customer,), Purpose.STAFF_READING)
    assert not asked.reading_wording
    Client().post(reading, {"granted": "yes"})
    assert queries.agreed((customer,), Purpose.STAFF_READING)


def test_a_yes_that_was_taken_back_before_it_counted_never_does(asked: Conversation, customer: bytes) -> None:
    for granted in ("yes", "no"):
        Client().post(f"{address_of(asked)}reading/", {"granted": granted})
    asked.refresh_from_db()
    _mine(asked)
    assert queries.standing_of([customer]) == {}
