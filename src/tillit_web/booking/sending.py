"""Bookings on their way to customers and hosts by mail, where mail is set up; the pages say the same without."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _

from tillit_web.booking.copying import tell_calendars
from tillit_web.booking.letters import speaking
from tillit_web.booking.models import Booking, BusyCalendar, Host, OutgoingMail
from tillit_web.booking.outbox import note, send_mails
from tillit_web.booking.queries import to_be_seen, why
from tillit_web.jobs.actions import enqueue
from tillit_web.mail import can_mail
from tillit_web.people.queries import company
from tillit_web.ui.templatetags.tillit import local_time

logger = logging.getLogger("tillit_web.booking")

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
    if calendar.host.email and can_mail() and not _reached(calendar, told):
        return  # nobody has heard: the next time that the calendar is silent tries again
    BusyCalendar.objects.filter(pk=calendar.pk, told__lt=told).update(told=told)


def _reached(calendar: BusyCalendar, told: BusyCalendar.Told) -> bool:
    with speaking(company().language):
        values = {"name": calendar.name, "when": local_time(calendar.closes_at)}
        if told == BusyCalendar.Told.THAT_IT_WILL_END:
            subject = _("Your calendar is silent: %(name)s")
            text = _("If it stays silent, customers find no times with you from %(when)s.")
        else:
            subject = _("Customers find no times with you: %(name)s is silent")
            text = _("It has been silent for longer than was agreed. Since %(when)s customers find no times with you.")
        lines = [text % values, "", why(calendar), "", _("Bookings that were made stay as they are.")]
        message = EmailMessage(subject % values, "\n".join(lines), None, [calendar.host.email])
    try:
        message.send()
    except OSError:  # smtplib's own errors are such
        logger.exception("a mail about a silent calendar was not sent; it is tried again")
        return False
    return True


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
