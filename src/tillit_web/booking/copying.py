"""Telling hosts' CalDAV calendars of their bookings: each state once, in whatever order servers come back."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django_tasks import task

from tillit.booking.calendars import kept_object
from tillit.errors import KeyMissing
from tillit_web.booking.caldav import put_event, remove_event
from tillit_web.booking.listening import server_of
from tillit_web.booking.models import Booking, BusyCalendar, CalendarCopy
from tillit_web.booking.queries import appointment, to_be_seen, uid_in_calendars
from tillit_web.outgoing import NoAnswer

STILL_TOLD = timedelta(days=1)  # after a meeting nobody needs to hear of it


@task()
def tell_calendars() -> None:
    """Put bookings into hosts' calendars, and take out those that are over."""
    bring_up_to_date(timezone.now())


def bring_up_to_date(now: datetime) -> int:
    """Put what is booked into the hosts' calendars, and take out what is not any more; how many were told.

    Killed anywhere, the next time completes it: an event is put where it was, and one that is gone is gone.
    """
    told = 0
    for calendar in BusyCalendar.objects.filter(source=BusyCalendar.Source.CALDAV, writes=True).select_related("host"):
        for copy in _to_take_back(calendar, now):
            told += _remove(copy)
        for booking in _to_put(calendar, now):
            told += _put(calendar, booking)
    return told


def _to_put(calendar: BusyCalendar, now: datetime) -> list[Booking]:
    rows = to_be_seen().filter(host=calendar.host, state=Booking.State.CONFIRMED, starts_at__gt=now - STILL_TOLD)
    known = dict(calendar.copies.values_list("uid", "sequence"))
    return [row for row in rows.order_by("starts_at") if known.get(row.uid) != row.sequence]


def _to_take_back(calendar: BusyCalendar, now: datetime) -> list[CalendarCopy]:
    """Of bookings that were cancelled, that have another host now, or that were erased."""
    over = Q(booking=None) | Q(booking__state=Booking.State.CANCELLED) | ~Q(booking__host=calendar.host)
    recent = Q(booking=None) | Q(booking__starts_at__gt=now - STILL_TOLD)
    return list(calendar.copies.filter(over, recent).select_related("calendar__host"))


def _put(calendar: BusyCalendar, booking: Booking) -> bool:
    copy, _ = CalendarCopy.objects.get_or_create(calendar=calendar, uid=booking.uid, defaults={"booking": booking})
    event = kept_object(appointment(booking, for_host=True))
    uid = uid_in_calendars(booking.uid)
    try:
        put_event(server_of(calendar), booking.uid.hex, event, uid=uid, starts_at=booking.starts_at)
    except NoAnswer as none:
        return _failed(copy, none.reason.value)
    except KeyMissing:
        return _failed(copy, BusyCalendar.UNREADABLE)
    # The sequence that was written: if the booking moved meanwhile, the next time writes it again.
    copy.sequence, copy.seen, copy.reason = booking.sequence, CalendarCopy.Seen.AS_WRITTEN, ""
    copy.save()
    return True


def _remove(copy: CalendarCopy) -> bool:
    try:
        remove_event(server_of(copy.calendar), copy.uid.hex)
    except NoAnswer as none:
        return _failed(copy, none.reason.value)
    except KeyMissing:
        return _failed(copy, BusyCalendar.UNREADABLE)
    copy.delete()
    return True


def _failed(copy: CalendarCopy, reason: str) -> bool:
    CalendarCopy.objects.filter(pk=copy.pk).update(reason=reason)
    return False
