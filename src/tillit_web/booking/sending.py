"""Bookings on their way to customers and hosts by mail, where mail is set up; the pages say the same without."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.mail import EmailMessage
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tillit.booking.calendars import Appointment, invitation
from tillit_web.booking.clocks import on_clocks
from tillit_web.booking.copying import tell_calendars
from tillit_web.booking.links import address_of
from tillit_web.booking.models import Booking, BusyCalendar, Host
from tillit_web.booking.queries import appointment, to_be_seen, why
from tillit_web.jobs.actions import enqueue
from tillit_web.mail import can_mail
from tillit_web.people.queries import company
from tillit_web.ui.templatetags.tillit import local_time

logger = logging.getLogger("tillit_web.booking")

REMINDED_BEFORE = timedelta(hours=24)


def tell(booking: Booking, *, root: str, host_before: Host | None = None) -> None:
    """Tell customer and host how a booking stands, each with an invitation that their calendar understands.

    A host whose own calendar takes bookings hears of it there; the next job tells it.

    Args:
        root: What the page's address begins with, `https://shop.example`.
        host_before: Who met the customer until now; theirs is cancelled if somebody else does from now on.
    """
    if BusyCalendar.objects.filter(source=BusyCalendar.Source.CALDAV, writes=True).exists():
        enqueue(tell_calendars)
    if not can_mail():
        return
    if booking.email:
        with _speaking(booking.language):
            _send(booking, _subject(booking), root + address_of(booking))
    with _speaking(company().language):
        if host_before is not None and host_before != booking.host:
            gone = replace(appointment(booking, for_host=True), cancelled=True, attendee=host_before.email)
            _send_to_host(host_before, _("Cancelled: %(what)s, %(when)s"), booking, gone)
        _send_to_host(booking.host, _subject(booking), booking, appointment(booking, for_host=True))


def warn(calendar: BusyCalendar, *, now: datetime) -> None:
    """Tell a host that their calendar is silent: once while they can still be booked, once when they cannot any more.

    Without mail, or without their address, the page says it alone.
    """
    if calendar.warned_from is None or now < calendar.warned_from:
        return
    told = BusyCalendar.Told.THAT_IT_WILL_END if calendar.is_fresh(now) else BusyCalendar.Told.THAT_IT_HAS_ENDED
    changed = BusyCalendar.objects.filter(pk=calendar.pk, told__lt=told).update(told=told)
    if not changed or not calendar.host.email or not can_mail():
        return
    with _speaking(company().language):
        values = {"name": calendar.name, "when": local_time(calendar.closes_at)}
        if told == BusyCalendar.Told.THAT_IT_WILL_END:
            subject = _("Your calendar is silent: %(name)s")
            text = _("If it stays silent, customers find no times with you from %(when)s.")
        else:
            subject = _("Customers find no times with you: %(name)s is silent")
            text = _("It has been silent for longer than was agreed. Since %(when)s customers find no times with you.")
        lines = [text % values, "", why(calendar), "", _("Bookings that were made stay as they are.")]
        _deliver(EmailMessage(subject % values, "\n".join(lines), None, [calendar.host.email]))


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
        Booking.objects.filter(pk=booking.pk).update(reminded_at=now)
        with _speaking(booking.language):
            _send(booking, _("Tomorrow: %(what)s, %(when)s"), "")


@contextmanager
def _speaking(language: str) -> Iterator[None]:
    """A mail's words and its clock: a job has no reader whose page would set them."""
    with translation.override(language), timezone.override(ZoneInfo(company().timezone)):
        yield


def _subject(booking: Booking) -> str:
    if booking.state == Booking.State.CANCELLED:
        return _("Cancelled: %(what)s, %(when)s")
    return _("Moved: %(what)s, %(when)s") if booking.sequence else _("Booked: %(what)s, %(when)s")


def _send(booking: Booking, subject: str, link: str) -> None:
    values = {"what": booking.kind.name, "when": on_clocks(booking.starts_at, booking.zone)}
    lines = [booking.where, booking.host.name]
    if link:
        lines += ["", _("Move or cancel it here, without an account:"), link]
    message = EmailMessage(subject % values, "\n".join((company().name, *lines)), None, [booking.email])
    _attach(message, appointment(booking, for_host=False))
    _deliver(message)


def _send_to_host(host: Host, subject: str, booking: Booking, told: Appointment) -> None:
    hears_there = host.calendars.filter(source=BusyCalendar.Source.CALDAV, writes=True).exists()
    if not host.email or hears_there:
        return
    values = {"what": booking.kind.name, "when": local_time(booking.starts_at)}
    lines = (booking.name, booking.phone, booking.email, booking.where, booking.wishes)
    message = EmailMessage(subject % values, "\n".join(filter(None, lines)), None, [host.email])
    _attach(message, told)
    _deliver(message)


def _attach(message: EmailMessage, told: Appointment) -> None:
    method = "CANCEL" if told.cancelled else "REQUEST"
    message.attach("booking.ics", invitation(told), f"text/calendar; charset=utf-8; method={method}")


def _deliver(message: EmailMessage) -> None:
    """Send, or say in the log that it was not sent: what was booked is booked, and its page says the same."""
    try:
        message.send()
    except OSError:  # smtplib's own errors are such
        logger.exception("a mail about a booking was not sent")
