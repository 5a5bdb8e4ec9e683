"""Bookings on their way to customers and hosts by mail, where mail is set up; the pages say the same without."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from tillit_web.booking.copying import tell_calendars
from tillit_web.booking.models import Booking, BusyCalendar, Host, OutgoingMail
from tillit_web.booking.outbox import note, note_silence, send_mails
from tillit_web.booking.queries import to_be_seen
from tillit_web.jobs.actions import enqueue
from tillit_web.mail import can_mail

REMINDED_BEFORE = timedelta(hours=24)


def tell(booking: Booking, *, root: str, now: datetime, host_before: Host | None = None) -> None:
    """Have customer and host told how a booking stands, in the transaction that makes it stand so.

    A host whose own calendar takes bookings hears of it there; the next job tells it.

    Args:
        root: What the page's address begins with, `https://shop.example`.
        host_before: Who met the customer until now; theirs is cancelled if somebody else does from now on.
    """
    if BusyCalendar.objects.filter(source=BusyCalendar.Source.CALDAV, writes=True).exists():
        enqueue(tell_calendars)
    if not can_mail():
        return
    what = OutgoingMail.What
    if booking.email:
        note(booking, what.STANDING, to=None, root=root, now=now)
    if host_before is not None and host_before != booking.host and _hears_by_mail(host_before):
        note(booking, what.LEFT, to=host_before, now=now)
    if _hears_by_mail(booking.host):
        note(booking, what.STANDING, to=booking.host, now=now)
    enqueue(send_mails)


def warn(calendar: BusyCalendar, *, now: datetime) -> None:
    """Tell a host that their calendar is silent: once while they can still be booked, once when they cannot any more.

    Without mail, or without their address, the page says it alone.
    """
    if calendar.warned_from is None or now < calendar.warned_from:
        return
    told = BusyCalendar.Told.THAT_IT_WILL_END if calendar.is_fresh(now) else BusyCalendar.Told.THAT_IT_HAS_ENDED
    if calendar.told >= told:
        return
    with transaction.atomic():
        is_news = BusyCalendar.objects.filter(pk=calendar.pk, told__lt=told).update(told=told)
        if is_news and calendar.host.email and can_mail():
            note_silence(calendar, told, now=now)
            enqueue(send_mails)


def remind(now: datetime) -> None:
    """Remind once, a day before."""
    if not can_mail():
        return
    soon = (
        to_be_seen()
        .filter(
            state=Booking.State.CONFIRMED,
            reminded_at__isnull=True,
            starts_at__gt=now,
            starts_at__lte=now + REMINDED_BEFORE,
            changed_at__lte=now - REMINDED_BEFORE,  # whoever booked today has just heard
        )
        .exclude(email="")
    )
    for booking in soon:
        with transaction.atomic():
            if Booking.objects.filter(pk=booking.pk, reminded_at__isnull=True).update(reminded_at=now):
                note(booking, OutgoingMail.What.REMINDER, to=None, now=now)
                enqueue(send_mails)


def _hears_by_mail(host: Host) -> bool:
    hears_there = host.calendars.filter(source=BusyCalendar.Source.CALDAV, writes=True).exists()
    return bool(host.email) and not hears_there
