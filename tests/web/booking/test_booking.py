"""A time is held, booked, moved and given back; nobody has it twice, whatever happens at once."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar
from pytest_django import Settings

from tillit_web.booking import actions, jobs, outbox
from tillit_web.booking.links import address_of, token_of
from tillit_web.booking.models import Booking, BusyCalendar, BusySpan, Host, Kind, TakenStep
from tillit_web.booking.queries import micros, slots_of
from tillit_web.jobs.worker import do_waiting_jobs

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 7, 0, tzinfo=UTC)  # a Monday, 8 in Stockholm
NINE_TOMORROW = datetime(2026, 11, 3, 8, 0, tzinfo=UTC)
CUSTOMER = {"name": "Cy", "email": "cy@example.org", "phone": "", "wishes": "My roof"}


def hold(kind: Kind, at: datetime = NINE_TOMORROW, *, network: str = "", now: datetime = NOW) -> Booking:
    return actions.hold(kind, at, network=network, language="en", now=now)


def booked(kind: Kind, at: datetime = NINE_TOMORROW, *, now: datetime = NOW) -> Booking:
    made = hold(kind, at, now=now)
    actions.confirm(made, **CUSTOMER, now=now)
    return Booking.objects.get(pk=made.pk)


def free_at(kind: Kind, at: datetime = NINE_TOMORROW) -> int:
    micros = round(at.timestamp()) * 1_000_000
    slots = slots_of(kind, first=micros, last=micros + 1, now=NOW)
    return sum(len(slot.hosts) for slot in slots)


def test_each_host_is_taken_once_and_the_third_customer_is_told(kind: Kind) -> None:
    assert {hold(kind).host.name, hold(kind).host.name} == {"Ada", "Bo"}
    with pytest.raises(actions.NotFree):
        hold(kind)
    assert free_at(kind) == 0
    assert free_at(kind, NINE_TOMORROW + timedelta(minutes=30)) == 0  # the pause after is taken too
    assert free_at(kind, NINE_TOMORROW + timedelta(minutes=60)) == 2


def test_a_hold_ends_by_itself_and_cannot_be_confirmed_then(kind: Kind) -> None:
    made = hold(kind)
    assert free_at(kind) == 1
    late = NOW + actions.HELD_FOR
    with pytest.raises(actions.NotFree):
        actions.confirm(made, **CUSTOMER, now=late)
    with time_machine.travel(late):
        jobs.tidy_bookings.func()
    assert free_at(kind) == 2
    assert Booking.objects.get().state == Booking.State.EXPIRED


def test_two_confirmations_are_one(kind: Kind) -> None:
    made = hold(kind)
    actions.confirm(made, **CUSTOMER, now=NOW)
    actions.confirm(made, **CUSTOMER | {"name": "Other"}, now=NOW)
    assert Booking.objects.get().name == "Cy"


def test_a_move_keeps_the_booking_its_host_and_its_name_in_calendars(kind: Kind) -> None:
    made = booked(kind)
    later = NINE_TOMORROW + timedelta(days=1)
    moved = actions.move(made, later, now=NOW)
    assert (moved.uid, moved.host_id, moved.sequence) == (made.uid, made.host_id, 1)
    assert (free_at(kind), free_at(kind, later)) == (2, 1)


def test_a_move_to_what_is_taken_leaves_it_where_it_was(kind: Kind) -> None:
    later = NINE_TOMORROW + timedelta(hours=2)
    made = booked(kind)
    hold(kind, later)
    hold(kind, later)
    with pytest.raises(actions.NotFree):
        actions.move(made, later, now=NOW)
    made.refresh_from_db()
    assert (made.starts_at, made.sequence) == (NINE_TOMORROW, 0)
    assert free_at(kind) == 1


def test_a_cancelled_time_is_free_again_and_stays_cancelled(kind: Kind) -> None:
    made = booked(kind)
    for _ in range(2):
        actions.cancel(made, now=NOW)
    made.refresh_from_db()
    assert (made.state, made.sequence) == (Booking.State.CANCELLED, 1)
    assert free_at(kind) == 2
    with pytest.raises(actions.NotFree):
        actions.move(made, NINE_TOMORROW, now=NOW)


@pytest.mark.parametrize(
    "at",
    [
        NINE_TOMORROW - timedelta(hours=1),  # before nine
        NINE_TOMORROW + timedelta(minutes=7),  # on no step
        NINE_TOMORROW + timedelta(days=4),  # a Saturday
        NOW + timedelta(hours=1),  # too little notice
        NOW + timedelta(days=200),  # further ahead than is offered
        datetime(2026, 12, 25, 9, tzinfo=UTC),  # a holiday
        datetime(1970, 1, 1, tzinfo=UTC),
    ],
)
def test_what_is_not_offered_cannot_be_held(kind: Kind, at: datetime) -> None:
    with pytest.raises(actions.NotFree):
        hold(kind, at)
    assert not TakenStep.objects.exists()


def test_one_visitor_holds_no_more_than_three_times(kind: Kind) -> None:
    held = 0
    for number in range(500):
        try:
            hold(kind, NINE_TOMORROW + timedelta(minutes=60 * (number % 7)), network="192.0.2")
            held += 1
        except actions.TooManyHeld:
            continue
    assert held == actions.MOST_HELD
    hold(kind, NINE_TOMORROW + timedelta(hours=6), network="198.51.100")


@time_machine.travel(NOW)
def test_a_customer_books_moves_and_cancels_without_an_account(kind: Kind, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    customer = Client(enforce_csrf_checks=True)
    page = customer.get("/book/call/").content.decode()
    starts = re.findall(r'name="starts" value="([^"]+)"', page)
    assert datetime.fromisoformat(starts[0]) == datetime(2026, 11, 2, 10, tzinfo=ZoneInfo("Europe/Stockholm"))
    held = customer.post("/book/call/", {"starts": starts[3]})
    assert held.status_code == 302
    form = customer.get(held["Location"]).content.decode()
    assert "My roof" not in form
    assert customer.post(held["Location"], {"name": "Cy"}).status_code == 200  # an e-mail is missing
    done = customer.post(held["Location"], CUSTOMER)
    address = done["Location"]
    assert "It is booked." in customer.get(address).content.decode()
    made = Booking.objects.get()
    assert made.state == Booking.State.CONFIRMED
    assert made.subject is not None
    event: Any = Calendar.from_ical(customer.get(address + "booking.ics").content).walk("VEVENT")[0]
    assert event["dtstart"].dt == made.starts_at

    assert customer.post(address + "move/", {"starts": starts[-1]}).status_code == 302
    assert customer.post(address + "cancel/").status_code == 302
    assert "cancelled" in customer.get(address).content.decode()
    assert not customer.cookies
    assert not mail.outbox  # no customer waits for a mail server
    do_waiting_jobs()
    told = [message.attachments[0].content for message in mail.outbox if message.to == ["cy@example.org"]]
    events: list[Any] = [Calendar.from_ical(text).walk("VEVENT")[0] for text in told]
    # Booked and moved are overtaken: nobody is told how it stood before they heard of it.
    assert [(int(one["sequence"]), str(one["status"])) for one in events] == [(2, "CANCELLED")]


@time_machine.travel(NOW)
def test_another_customers_booking_does_not_open(kind: Kind) -> None:
    token = token_of(booked(kind))
    other = hold(kind, NINE_TOMORROW + timedelta(hours=3))
    for wrong in (
        other.uid.hex,
        token[:-1] + ("x" if token[-1] != "x" else "y"),
        token.replace(token[:4], "0000"),
        "x",
        ":",
    ):
        assert Client().get(f"/book/booking/{wrong}/").status_code == 404
        assert Client().post(f"/book/booking/{wrong}/cancel/").status_code == 404
    assert Booking.objects.filter(state=Booking.State.CONFIRMED).count() == 1


@time_machine.travel(NOW)
@pytest.mark.parametrize(
    "starts",
    [
        "",
        "now",
        "2026-11-03",
        "2026-11-03T09:00:00",
        "9999-12-31T23:59:59+00:00",
        "2026-02-30T09:00:00+00:00",
        "\x00" * 50,
    ],
)
def test_times_that_are_none_are_answered(kind: Kind, starts: str) -> None:
    assert Client().post("/book/call/", {"starts": starts}).status_code == 409
    assert not Booking.objects.exists()


@time_machine.travel(NOW)
def test_weeks_that_are_none_are_answered(kind: Kind) -> None:
    for week in ("0", "3", "99999", "-1", "x"):
        assert Client().get("/book/call/", {"week": week}).status_code == 200


@time_machine.travel(NOW)
def test_the_first_free_week_is_found_with_hardly_more_questions_than_any_other(kind: Kind) -> None:
    kind.ahead_days = 180
    kind.save()
    for host in kind.hosts.all():  # who are away for four weeks
        calendar = BusyCalendar.objects.create(host=host, locked_address=b"", heard_at=NOW)
        away = micros(NOW), micros(NOW + timedelta(days=28))
        BusySpan.objects.create(calendar=calendar, starts=away[0], ends=away[1])
    with CaptureQueriesContext(connection) as asked:
        Client().get("/book/call/?week=4")
    with CaptureQueriesContext(connection) as searched:
        page = Client().get("/book/call/").content.decode()
    assert len(searched) <= len(asked) + 2  # the company, for its clock; not three a week
    assert 'value="2026-11-30T09:00:00+01:00"' in page
    assert "?week=3" in page
    assert "?week=5" in page


@time_machine.travel(NOW)
def test_words_of_a_customer_cannot_act(kind: Kind, as_bo: Client) -> None:
    made = hold(kind)
    hostile = "<script>alert(1)</script>\r\nEND:VEVENT"
    actions.confirm(made, name=hostile, email="cy@example.org", phone=hostile[:40], wishes=hostile, now=NOW)
    assert "<script>alert" not in as_bo.get("/bookings/").content.decode()
    feed = Client().get(f"/book/calendar/{made.host.feed}.ics").content
    assert len(Calendar.from_ical(feed).walk("VEVENT")) == 1


def test_the_team_sees_who_comes_and_records_who_did_not(kind: Kind, as_bo: Client) -> None:
    with time_machine.travel(NOW):
        made = booked(kind)
        assert "1 customer has booked" in as_bo.get("/bookings/").content.decode()
        as_bo.post(f"/bookings/{made.pk}/missed/", {"missed": "yes"})
        made.refresh_from_db()
        assert made.state == Booking.State.CONFIRMED  # it has not begun
    with time_machine.travel(NINE_TOMORROW + timedelta(hours=2)):
        as_bo.post(f"/bookings/{made.pk}/missed/", {"missed": "yes"})
        assert "nobody came" in as_bo.get("/bookings/").content.decode()
        as_bo.post(f"/bookings/{made.pk}/missed/", {"missed": "no"})
        made.refresh_from_db()
        assert made.state == Booking.State.CONFIRMED


def test_who_comes_tomorrow_is_reminded_once(kind: Kind, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    booked(kind, NINE_TOMORROW + timedelta(days=2))
    for at in (NOW + timedelta(hours=20), NOW + timedelta(days=2, hours=3), NOW + timedelta(days=2, hours=4)):
        with time_machine.travel(at):
            jobs.tidy_bookings.func()
            outbox.send_waiting(now=at)
    assert len(mail.outbox) == 1
    assert "09:00" in mail.outbox[0].subject  # on the company's clock, where a job has no page to set it


def test_erasing_a_customer_takes_their_booking(kind: Kind) -> None:
    made = booked(kind)
    assert made.subject is not None
    from tillit_web.people import erasure

    rows = erasure._rows_about["app.sqlite: bookings"]([bytes(made.subject)])
    assert list(rows) == [made]
    rows.delete()
    jobs.tidy_bookings.func()
    assert free_at(kind) == 2


def test_a_shop_says_what_can_be_booked(as_ana: Client) -> None:
    assert as_ana.get("/bookings/kinds/new/").status_code == 302
    as_ana.post("/bookings/hosts/new/", {"name": "Ada", "hours": "mon-fri 9-17", "is_active": "on"})
    assert not Host.objects.exists()  # hours that cannot be read
    as_ana.post("/bookings/hosts/new/", {"name": "Ada", "hours": "mon-fri 09:00-17:00", "is_active": "on"})
    said = {
        "language": "sv",
        "name": "Provkörning",
        "where": "Butiken",
        "minutes": "45",
        "hosts": [Host.objects.get().pk],
    }
    rest = {
        "places": "1",
        "before": "0",
        "after": "0",
        "every": "30",
        "notice_hours": "2",
        "ahead_days": "14",
        "is_open": "on",
    }
    as_ana.post("/bookings/kinds/new/", {**said, **rest, "minutes": "7"})
    assert not Kind.objects.exists()
    as_ana.post("/bookings/kinds/new/", {**said, **rest})
    assert Kind.objects.get().slug == "provkorning"
    assert "Provkörning" in Client().get("/book/").content.decode()
    assert address_of(Booking(kind=Kind.objects.get())).startswith("/book/booking/")
