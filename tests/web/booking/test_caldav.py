"""Bookings in a host's calendar on a real Radicale, and the host's own events as times that are taken."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection

from tests.web.booking.calendar_server import PASSWORD, USER, CalendarServer
from tests.web.booking.test_booking import NINE_TOMORROW, NOW, booked, free_at
from tillit.errors import InputError
from tillit_web.booking import actions, copying, listening
from tillit_web.booking.listening import Typed
from tillit_web.booking.models import Booking, BusyCalendar, BusySpan, CalendarCopy, Host, Kind
from tillit_web.outgoing import NoAnswer, Reason

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def typed(address: str, *, password: str = PASSWORD) -> Typed:
    return Typed("caldav", address, USER, password)


def event(starts: str, *lines: str, uid: str = "own-1") -> bytes:
    """An event of an hour in Stockholm, as a calendar program writes it."""
    said = [
        *(
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//test//",
            "BEGIN:VEVENT",
            f"UID:{uid}",
            "DTSTAMP:20261101T080000Z",
        ),
        *(f"DTSTART;TZID=Europe/Stockholm:{starts}", "DURATION:PT1H", *lines, "END:VEVENT", "END:VCALENDAR", ""),
    ]
    return "\r\n".join(said).encode()


@pytest.fixture
def ada(kind: Kind, server: CalendarServer) -> Host:
    """Alone with her calendar, which is read and told."""
    kind.hosts.set(kind.hosts.filter(name="Ada"))
    found = kind.hosts.get()
    listening.connect(found, typed(server.make_calendar()), fresh_hours=24, now=NOW)
    return found


def heard(now: datetime = NOW) -> bool:
    return listening.listen(BusyCalendar.objects.get(), now=now)


def test_a_calendar_is_found_from_the_servers_address_alone(kind: Kind, server: CalendarServer) -> None:
    host = kind.hosts.first()
    assert host is not None
    with pytest.raises(InputError, match="no calendar at that address"):
        listening.connect(host, typed(server.address), fresh_hours=24, now=NOW)
    address = server.make_calendar()
    made = listening.connect(host, typed(server.address), fresh_hours=24, now=NOW)
    assert listening.server_of(made).address == address
    server.make_calendar("private")
    with pytest.raises(InputError, match=r"several calendars: .*/ada/(work|private)/"):
        listening.connect(host, typed(server.address), fresh_hours=24, now=NOW)
    assert listening.connect(host, typed(address), fresh_hours=24, now=NOW).pk


def test_a_wrong_password_is_said_and_nothing_is_kept(kind: Kind, server: CalendarServer) -> None:
    host = kind.hosts.first()
    assert host is not None
    with pytest.raises(NoAnswer) as refused:
        listening.connect(host, typed(server.make_calendar(), password="birch"), fresh_hours=24, now=NOW)
    assert (refused.value.reason, refused.value.status) == (Reason.REFUSED, 401)
    assert not BusyCalendar.objects.exists()


def test_what_opens_the_server_lies_encrypted(ada: Host, server: CalendarServer) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select * from booking_busycalendar")
        row = repr(cursor.fetchall())
    assert PASSWORD not in row
    assert server.endpoint not in row
    assert listening.server_of(BusyCalendar.objects.get()).password == PASSWORD


def test_a_booking_has_one_uid_in_the_calendar_for_its_life(ada: Host, kind: Kind, server: CalendarServer) -> None:
    made = booked(kind)
    assert copying.bring_up_to_date(NOW) == 1
    assert copying.bring_up_to_date(NOW) == 0
    first = server.kept()[made.uid.hex]
    assert (str(first["uid"]), int(first["sequence"])) == (f"{made.uid}@tillit", 0)
    assert first["dtstart"].dt == NINE_TOMORROW
    assert "Cy" in str(first["summary"])
    assert "attendee" not in first
    actions.move(made, NINE_TOMORROW + HOUR, now=NOW)
    assert copying.bring_up_to_date(NOW) == 1
    moved = server.kept()[made.uid.hex]
    assert (moved["uid"], int(moved["sequence"])) == (first["uid"], 1)
    assert moved["dtstart"].dt == NINE_TOMORROW + HOUR
    actions.cancel(made, now=NOW)
    copying.bring_up_to_date(NOW)
    assert server.kept() == {}
    assert not CalendarCopy.objects.exists()


def test_a_booking_that_is_erased_leaves_the_calendar_too(ada: Host, kind: Kind, server: CalendarServer) -> None:
    made = booked(kind)
    copying.bring_up_to_date(NOW)
    made.delete()
    copying.bring_up_to_date(NOW)
    assert server.kept() == {}


def test_a_booking_that_another_host_takes_over_leaves_the_calendar(
    ada: Host, kind: Kind, server: CalendarServer
) -> None:
    made = booked(kind)
    copying.bring_up_to_date(NOW)
    kind.hosts.set([Host.objects.get(name="Bo")])
    assert actions.move(made, NINE_TOMORROW + HOUR, now=NOW).host.name == "Bo"
    copying.bring_up_to_date(NOW)
    assert server.kept() == {}


@pytest.mark.parametrize(
    ("lines", "starts", "free"),
    [
        ([], "20261103T090000", False),
        ([], "20261103T110000", True),
        (["RRULE:FREQ=WEEKLY"], "20261020T090000", False),
        (["RRULE:FREQ=WEEKLY", "EXDATE;TZID=Europe/Stockholm:20261103T090000"], "20261020T090000", True),
        (["STATUS:CANCELLED"], "20261103T090000", True),
        (["TRANSP:TRANSPARENT"], "20261103T090000", True),
        (["ATTENDEE;PARTSTAT=DECLINED:mailto:ada@example.org"], "20261103T090000", True),
    ],
)
def test_what_the_host_has_is_taken(
    ada: Host, kind: Kind, server: CalendarServer, lines: list[str], starts: str, free: bool
) -> None:
    server.put("own", event(starts, *lines))
    assert heard()
    assert free_at(kind) == int(free)


def test_a_day_off_takes_the_day_and_a_moved_instance_its_new_time(
    ada: Host, kind: Kind, server: CalendarServer
) -> None:
    day = (
        event("x").replace(b"DTSTART;TZID=Europe/Stockholm:x", b"DTSTART;VALUE=DATE:20261103").replace(b"PT1H", b"P1D")
    )
    server.put("off", day)
    heard()
    assert free_at(kind) == free_at(kind, NINE_TOMORROW + 7 * HOUR) == 0
    assert free_at(kind, NINE_TOMORROW + timedelta(days=1)) == 1
    server.delete("off")
    series = event("20261020T090000", "RRULE:FREQ=WEEKLY", uid="w")
    override = event("20261103T130000", "RECURRENCE-ID;TZID=Europe/Stockholm:20261103T090000", uid="w")
    inner = override.split(b"BEGIN:VEVENT")[1].split(b"END:VCALENDAR")[0]
    server.put("series", series.replace(b"END:VCALENDAR", b"BEGIN:VEVENT" + inner + b"END:VCALENDAR"))
    assert heard()
    assert (free_at(kind), free_at(kind, NINE_TOMORROW + 4 * HOUR)) == (1, 0)
    assert free_at(kind, NINE_TOMORROW + timedelta(days=7)) == 0


def test_its_own_booking_does_not_stand_in_its_way(ada: Host, kind: Kind, server: CalendarServer) -> None:
    made = booked(kind)
    copying.bring_up_to_date(NOW)
    assert heard()
    assert not BusySpan.objects.exists()
    moved = actions.move(made, NINE_TOMORROW + HOUR / 2, now=NOW)  # which overlaps with where it was
    assert moved.starts_at == NINE_TOMORROW + HOUR / 2


def test_what_the_host_did_to_a_booking_in_the_calendar_is_seen(ada: Host, kind: Kind, server: CalendarServer) -> None:
    made = booked(kind)
    copying.bring_up_to_date(NOW)
    server.put(made.uid.hex, event("20261103T150000", uid=f"{made.uid}@tillit"))
    heard()
    assert CalendarCopy.objects.get().seen == CalendarCopy.Seen.MOVED
    server.delete(made.uid.hex)
    heard()
    assert CalendarCopy.objects.get().seen == CalendarCopy.Seen.GONE
    made.refresh_from_db()
    assert made.starts_at == NINE_TOMORROW
    actions.move(made, NINE_TOMORROW + HOUR, now=NOW)
    copying.bring_up_to_date(NOW)
    heard()
    assert CalendarCopy.objects.get().seen == CalendarCopy.Seen.AS_WRITTEN


def test_a_server_that_is_down_is_told_when_it_is_back(ada: Host, kind: Kind, server: CalendarServer) -> None:
    made = booked(kind)
    row = BusyCalendar.objects.get()
    where = listening.server_of(row)
    row.locked_address = listening.locked(row, "address", where.address.replace(server.endpoint, "127.0.0.1:9"))
    row.save()
    assert copying.bring_up_to_date(NOW) == 0
    assert CalendarCopy.objects.get().reason
    row.locked_address = listening.locked(row, "address", where.address)
    row.save()
    assert copying.bring_up_to_date(NOW) == 1
    assert list(server.kept()) == [made.uid.hex]
    assert Booking.objects.get().state == Booking.State.CONFIRMED
