"""Mails about bookings wait beside what they tell of, go once, and are tried again until a server takes them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from icalendar import Calendar
from pytest_django import Settings

from tests.web.booking.test_booking import CUSTOMER, NINE_TOMORROW, NOW, booked, hold
from tillit_web.booking import actions, outbox, sending
from tillit_web.booking.links import token_of
from tillit_web.booking.models import Booking, Host, Kind, OutgoingMail
from tillit_web.people import queries as people
from tillit_web.people.consents import request_erasure

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
ROOT = "https://shop.example"


class Refusing(EmailBackend):
    """A server that knows nobody of a name, and forgets to say goodbye."""

    def send_messages(self, messages: Any) -> int:
        from smtplib import SMTPRecipientsRefused

        for message in messages:
            if "cy@example.org" in message.to:
                raise SMTPRecipientsRefused({"cy@example.org": (550, b"no such mailbox")})
        return super().send_messages(messages)

    def close(self) -> None:
        raise ConnectionResetError


@pytest.fixture(autouse=True)
def letterbox(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def row(kind: Kind) -> Booking:
    """Cy with Ada, who reads mail."""
    kind.hosts.set(kind.hosts.filter(name="Ada"))
    made = booked(kind)
    sending.tell(made, root=ROOT, now=NOW)
    return made


def states() -> list[tuple[str, int]]:
    return list(OutgoingMail.objects.order_by("pk").values_list("state", "tries"))


def to_whom() -> list[str]:
    return [message.to[0] for message in mail.outbox]


def test_both_hear_of_it_once_with_a_link_and_an_invitation(row: Booking) -> None:
    assert outbox.send_waiting(now=NOW) == 2
    assert outbox.send_waiting(now=NOW + timedelta(days=1)) == 0
    assert to_whom() == ["cy@example.org", "ada@example.org"]
    told: Any = mail.outbox[0]
    assert f"{ROOT}/book/booking/{token_of(row)}/" in told.body
    event: Any = Calendar.from_ical(told.attachments[0].content).walk("VEVENT")[0]
    assert event["dtstart"].dt == NINE_TOMORROW


def test_a_server_that_is_down_keeps_no_customer_and_loses_no_mail(row: Booking, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert outbox.send_waiting(now=NOW) == 0
    assert outbox.send_waiting(now=NOW + MINUTE / 2) == 0  # not due
    assert outbox.send_waiting(now=NOW + MINUTE) == 0
    assert states() == [("waiting", 2)] * 2
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert outbox.send_waiting(now=NOW + 2 * MINUTE) == 0  # two minutes after the second try
    assert outbox.send_waiting(now=NOW + 3 * MINUTE) == 2
    assert states() == [("sent", 2)] * 2


def test_what_the_server_took_goes_once_though_its_goodbye_fails_and_what_it_refuses_is_shown(
    row: Booking, settings: Settings, as_bo: Client
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    assert outbox.send_waiting(now=NOW) == 1
    assert (states(), to_whom()) == ([("failed", 1), ("sent", 0)], ["ada@example.org"])
    with time_machine.travel(NOW):
        assert "550 no such mailbox" in as_bo.get("/bookings/").content.decode()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert outbox.send_waiting(now=NOW + timedelta(days=1)) == 0
    for one in OutgoingMail.objects.all():
        as_bo.post(f"/bookings/mails/{one.pk}/again/")
    assert outbox.send_waiting(now=NOW) == 1
    assert to_whom() == ["ada@example.org", "cy@example.org"]


def test_a_mail_that_cannot_be_written_is_put_aside_and_holds_up_none_behind_it(
    row: Booking, settings: Settings, as_bo: Client
) -> None:
    other = Kind.objects.create(slug="visit", language="en", name="A visit", where="The shop")
    other.hosts.set(row.kind.hosts.all())
    sending.tell(booked(other, NINE_TOMORROW + timedelta(hours=1)), root=ROOT, now=NOW)
    Kind.objects.filter(pk=row.kind_id).update(minutes=10**10)  # ends in a year that no calendar has
    assert outbox.send_waiting(now=NOW) == 2
    assert states() == [("failed", 1), ("failed", 1), ("sent", 0), ("sent", 0)]
    assert to_whom() == ["cy@example.org", "ada@example.org"]
    with time_machine.travel(NOW):
        page = as_bo.get("/bookings/").content.decode()
    assert page.count("It could not be written: OverflowError") == 2
    assert "Send it again" in page
    in_the_rail = '<span class="hidden-text">waiting for you: </span>2'
    assert in_the_rail in as_bo.get("/calls/").content.decode()
    Kind.objects.update(minutes=30)
    for one in OutgoingMail.objects.filter(state="failed"):
        as_bo.post(f"/bookings/mails/{one.pk}/again/")
    assert outbox.send_waiting(now=NOW) == 2
    assert to_whom()[2:] == ["cy@example.org", "ada@example.org"]
    assert in_the_rail not in as_bo.get("/calls/").content.decode()


def test_a_mail_tells_how_it_stands_now_or_does_not_go(row: Booking) -> None:
    bo = Host.objects.get(name="Bo")
    Host.objects.filter(pk=bo.pk).update(email="bo@example.org")
    ada = row.host
    row.kind.hosts.set([bo])
    moved = actions.move(row, NINE_TOMORROW + timedelta(hours=2), now=NOW)
    sending.tell(moved, root=ROOT, host_before=ada, now=NOW)
    assert outbox.send_waiting(now=NOW) == 3
    subjects = dict(zip(to_whom(), [message.subject.split(":")[0] for message in mail.outbox], strict=True))
    assert subjects == {
        "cy@example.org": "Moved",
        "ada@example.org": "Avbokat",  # colleagues read the company's language
        "bo@example.org": "Flyttat",
    }
    assert len({message.extra_headers["Message-ID"] for message in mail.outbox}) == 3


def test_what_was_not_booked_is_told_to_nobody(kind: Kind) -> None:
    with time_machine.travel(NOW) as clock:
        given_back = hold(kind)
        Client().post(f"/book/booking/{token_of(given_back)}/cancel/")
        too_late = hold(kind)
        clock.shift(timedelta(minutes=11))
        address = f"/book/booking/{token_of(too_late)}/details/"
        assert Client().post(address, CUSTOMER).status_code == 409
    assert not OutgoingMail.objects.exists()
    assert not Booking.objects.filter(state=Booking.State.CANCELLED).exists()


def test_whoever_asks_to_be_erased_is_written_to_no_more(row: Booking) -> None:
    assert row.subject is not None
    request_erasure([bytes(row.subject)])
    assert bytes(row.subject) in people.being_erased()
    assert outbox.send_waiting(now=NOW) == 0
    row.delete()
    assert not OutgoingMail.objects.exists()
