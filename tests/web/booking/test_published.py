"""A published calendar says when its host is busy; silent for too long, nobody can book them, and they are told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from pytest_django import Settings

from tests.web.booking.test_booking import NINE_TOMORROW, NOW, booked, hold
from tests.web.test_outgoing import Server, Speak, answer, endless
from tillit.errors import FileError
from tillit_web.booking import actions, jobs, listening, outbox, sending
from tillit_web.booking.listening import Typed
from tillit_web.booking.models import BusyCalendar, BusySpan, Host, Kind, OutgoingMail
from tillit_web.booking.queries import instant, micros, slots_of
from tillit_web.jobs.worker import do_waiting_jobs
from tillit_web.outgoing import NoAnswer, Reason

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
EMPTY = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n"
BUSY_AT_NINE = EMPTY.replace(
    b"END:VCALENDAR",
    b"BEGIN:VEVENT\r\nUID:secret-plan\r\nDTSTAMP:20261101T080000Z\r\nSUMMARY:Dentist\r\n"
    b'DTSTART;TZID="W. Europe Standard Time":20261103T090000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY\r\n'
    b"END:VEVENT\r\nEND:VCALENDAR",
)


@pytest.fixture
def far(settings: Settings) -> Iterator[Server]:
    """A server that publishes a calendar."""
    made = Server(settings)
    yield made
    made.close()


@pytest.fixture
def ada(kind: Kind) -> Host:
    """The only host."""
    kind.hosts.set(kind.hosts.filter(name="Ada"))
    return kind.hosts.get()


def connect(host: Host, far: Server, *speeches: bytes | Speak, fresh_hours: int = 4) -> BusyCalendar:
    address = far.says(*(one if callable(one) or one.startswith(b"HTTP") else answer(one) for one in speeches))
    return listening.connect(host, Typed("published", f"{address}/ada.ics"), fresh_hours=fresh_hours, now=NOW)


def offered(kind: Kind, *, now: datetime = NOW) -> list[datetime]:
    first = micros(NINE_TOMORROW)
    return [instant(slot.starts) for slot in slots_of(kind, first=first, last=first + 8 * 3600 * 10**6, now=now)]


def test_times_at_which_the_host_is_busy_are_not_offered(kind: Kind, ada: Host, far: Server) -> None:
    row = connect(ada, far, BUSY_AT_NINE)
    assert offered(kind)[0] == NINE_TOMORROW + HOUR
    with pytest.raises(actions.NotFree):
        hold(kind)
    with pytest.raises(actions.NotFree):
        hold(kind, NINE_TOMORROW + timedelta(days=14))
    assert row.spans.count() == 27  # a week each, as far ahead as anything can be booked
    kept = repr(list(BusySpan.objects.values())) + repr(BusyCalendar.objects.values().get())
    assert "Dentist" not in kept
    assert "secret-plan" not in kept


def test_what_changed_is_seen_at_the_next_reading(kind: Kind, ada: Host, far: Server) -> None:
    row = connect(ada, far, BUSY_AT_NINE, EMPTY)
    assert listening.listen(row, now=NOW + HOUR)
    assert offered(kind)[0] == NINE_TOMORROW


def test_a_silent_calendar_counts_for_as_long_as_its_owner_said(kind: Kind, ada: Host, far: Server) -> None:
    row = connect(ada, far, BUSY_AT_NINE, answer(b"", status="503 Busy"))
    assert not listening.listen(row, now=NOW + HOUR)
    row.refresh_from_db()
    assert (row.reason, row.heard_at) == (Reason.REFUSED, NOW)
    assert NINE_TOMORROW + HOUR in offered(kind, now=NOW + 4 * HOUR)
    late = NOW + 4 * HOUR + timedelta(seconds=1)
    assert offered(kind, now=late) == []
    with pytest.raises(actions.NotFree):
        hold(kind, NINE_TOMORROW + HOUR, now=late)
    kind.hosts.add(Host.objects.get(name="Bo"))  # who has no calendar, and is met in the hours that were said
    assert hold(kind, now=late).host.name == "Bo"


def test_a_booking_that_was_made_stays_when_the_calendar_goes_silent(kind: Kind, ada: Host, far: Server) -> None:
    connect(ada, far, EMPTY)
    made = hold(kind)
    late = NOW + timedelta(minutes=5)
    BusyCalendar.objects.update(heard_at=NOW - timedelta(days=9))
    actions.confirm(made, name="Cy", email="cy@example.org", phone="", wishes="", now=late)
    made.refresh_from_db()
    assert made.state == "confirmed"


@pytest.mark.parametrize(
    ("speech", "reason"),
    [
        (answer(b"<html>Sign in</html>"), "unreadable"),
        (answer(BUSY_AT_NINE[:-30]), "unreadable"),
        (answer(BUSY_AT_NINE.replace(b"WEEKLY", b"SECONDLY")), "unreadable"),
        (answer(BUSY_AT_NINE.replace(b"W. Europe Standard Time", b"Atlantis")), "unreadable"),
        (answer(BUSY_AT_NINE, length=9_000), Reason.CUT_SHORT),
        (answer(b"", status="404 Not Found"), Reason.REFUSED),
        (answer(b"", "Location: http://169.254.169.254/", status="302 Found"), Reason.NOT_ENCRYPTED),
        (endless, Reason.TOO_LARGE),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", Reason.TOO_LARGE),
    ],
)
def test_a_server_that_breaks_or_lies_leaves_the_last_good_answer(
    kind: Kind, ada: Host, far: Server, as_bo: Client, speech: bytes | Speak, reason: str
) -> None:
    row = connect(ada, far, BUSY_AT_NINE, speech)
    before = list(row.spans.values_list("starts", "ends"))
    assert not listening.listen(row, now=NOW + HOUR)
    row.refresh_from_db()
    assert (row.reason, row.heard_at, row.tried_at) == (reason, NOW, NOW + HOUR)
    assert list(row.spans.values_list("starts", "ends")) == before
    with time_machine.travel(NOW + HOUR):
        page = as_bo.get("/bookings/calendars/").content.decode()
    assert "heard 1 hour ago" in page
    assert page.count('<span class="small">') == 1  # why


def test_a_calendar_that_cannot_be_read_is_not_kept(ada: Host, far: Server) -> None:
    with pytest.raises(FileError, match="no calendar"):
        connect(ada, far, b"<html>Sign in</html>")
    with pytest.raises(NoAnswer):
        listening.connect(ada, Typed("published", "https://localhost/x.ics"), fresh_hours=4, now=NOW)
    assert not BusyCalendar.objects.exists()


def test_the_host_is_told_before_times_vanish_and_when_they_have(
    kind: Kind, ada: Host, far: Server, settings: Settings, as_bo: Client
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    connect(ada, far, EMPTY)
    far.close()
    said = []
    for hours in (1, 2, 3, 4.5, 6):
        with time_machine.travel(NOW + hours * HOUR):
            jobs.hear_calendars.func()
            do_waiting_jobs()
            said.append(len(mail.outbox))
            page = as_bo.get("/bookings/").content.decode()
            assert ("is silent" in page) == (hours >= 2)
    assert said == [0, 1, 1, 2, 2]
    assert mail.outbox[0].to == ["ada@example.org"]
    assert "inga tider hos dig från 2 nov. 2026 12:00" in mail.outbox[0].body  # on the company's clock
    assert "Kunder hittar inga tider hos dig" in mail.outbox[1].subject


def test_a_warning_that_the_mail_server_does_not_take_waits_until_it_does_or_nothing_is_left_to_tell(
    ada: Host, far: Server, settings: Settings, as_bo: Client
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    row = connect(ada, far, EMPTY, b"", b"", EMPTY)
    for hours, page_says in ((2, True), (2.5, True), (3, False)):
        with time_machine.travel(NOW + hours * HOUR):
            jobs.hear_calendar.func(row.pk)
            do_waiting_jobs()
            page = as_bo.get("/bookings/").content.decode()
            assert ("Connection refused" in page) == page_says
            assert page.count("Silent calendar") == page_says
    assert not OutgoingMail.objects.exists(), "it was heard again"


def test_a_calendar_that_answers_nonsense_is_as_silent_as_one_that_is_down(
    ada: Host, far: Server, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    row = connect(ada, far, EMPTY, b"<html>Sign in</html>")
    with time_machine.travel(NOW + 3 * HOUR):
        jobs.hear_calendar.func(row.pk)
        do_waiting_jobs()
    assert "inga tider hos dig" in mail.outbox[0].body
    assert "ingen kalender (iCalendar)" in mail.outbox[0].body


def test_heard_again_it_is_told_anew_the_next_time(ada: Host, far: Server) -> None:
    row = connect(ada, far, EMPTY, EMPTY)
    row.told = BusyCalendar.Told.THAT_IT_HAS_ENDED
    row.save()
    assert listening.listen(row, now=NOW + 9 * HOUR)
    row.refresh_from_db()
    assert (row.told, row.is_fresh(NOW + 10 * HOUR)) == (BusyCalendar.Told.NOTHING, True)


def test_an_unchanged_calendar_reaches_further_each_day(ada: Host, far: Server) -> None:
    row = connect(ada, far, BUSY_AT_NINE, BUSY_AT_NINE, BUSY_AT_NINE)
    listening.listen(row, now=NOW + HOUR)
    assert row.known_until == NOW + listening.AHEAD
    later = NOW + timedelta(days=7)
    listening.listen(row, now=later)
    assert row.known_until == later + listening.AHEAD
    last = row.spans.order_by("-ends").first()
    assert last is not None
    assert instant(last.ends) > later + listening.AHEAD - timedelta(days=8)


@time_machine.travel(NOW)
def test_the_owner_has_a_calendar_read_and_says_how_long_it_may_be_silent(
    kind: Kind, ada: Host, far: Server, as_ana: Client
) -> None:
    address = far.says(answer(BUSY_AT_NINE), answer(BUSY_AT_NINE))
    form = {"host": ada.pk, "source": "published", "fresh_hours": "4", "user": "", "password": ""}
    refused = as_ana.post("/bookings/calendars/new/", form | {"address": "http://10.0.0.1/x.ics"}).content.decode()
    assert "must begin with https" in refused
    done = as_ana.post("/bookings/calendars/new/", form | {"address": f"{address}/ada.ics"}, follow=True)
    assert "27 times are taken in it" in done.content.decode()
    row = BusyCalendar.objects.get()
    as_ana.post(f"/bookings/calendars/{row.pk}/", {"fresh_hours": "0"})
    as_ana.post(f"/bookings/calendars/{row.pk}/", {"fresh_hours": "12"})
    row.refresh_from_db()
    assert row.fresh_hours == 12
    assert "The calendar was read." in as_ana.post(f"/bookings/calendars/{row.pk}/read/", follow=True).content.decode()
    as_ana.post(f"/bookings/calendars/{row.pk}/forget/")
    assert not BusyCalendar.objects.exists()


def test_bookings_go_out_to_the_host_who_has_no_calendar_that_takes_them(kind: Kind, settings: Settings) -> None:
    from icalendar import Calendar

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = "Exempelbutiken <desk@example.org>"
    made = booked(kind)
    sending.tell(made, root="https://shop.example", now=NOW)
    outbox.send_waiting(now=NOW)
    ada, bo = Host.objects.order_by("name")
    bo.email = "bo@example.org"
    bo.save()
    kind.hosts.set([bo])
    moved = actions.move(made, NINE_TOMORROW + HOUR, now=NOW)
    sending.tell(moved, root="https://shop.example", host_before=ada, now=NOW)
    outbox.send_waiting(now=NOW)
    sent = []
    for message in mail.outbox:
        calendar = Calendar.from_ical(message.attachments[0].content)
        event = calendar.walk("VEVENT")[0]
        assert str(event["organizer"]) == "mailto:desk@example.org"  # where replies come back to
        assert str(event["attendee"]) == f"mailto:{message.to[0]}"
        assert len(calendar.walk("VTIMEZONE")) == 1
        assert f"method={calendar['method']}" in message.attachments[0].mimetype
        sent.append((message.to[0], str(calendar["method"]), int(str(event["sequence"]))))
    assert sent == [
        ("cy@example.org", "REQUEST", 0),
        ("ada@example.org", "REQUEST", 0),
        ("cy@example.org", "REQUEST", 1),
        ("ada@example.org", "CANCEL", 1),
        ("bo@example.org", "REQUEST", 1),
    ]
