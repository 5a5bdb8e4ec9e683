"""What mails about bookings say, each with an invitation that calendars understand, and those on silent calendars."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tillit.booking.calendars import Appointment, invitation
from tillit_web.booking.clocks import is_other_clock, on_clocks
from tillit_web.booking.links import address_of
from tillit_web.booking.models import Booking, BusyCalendar, Host, OutgoingMail
from tillit_web.booking.queries import appointment, why
from tillit_web.people.queries import company
from tillit_web.ui.templatetags.tillit import local_time


def letter_of(mail: OutgoingMail, *, now: datetime) -> EmailMessage | None:
    """A mail as it would go now; None where another one says how things stand, or there is nobody to tell."""
    if mail.calendar is not None:
        return _of_silence(mail, mail.calendar)
    booking = mail.booking
    if booking is None or (mail.what != OutgoingMail.What.LEFT and mail.sequence != booking.sequence):
        return None
    if mail.host is not None:
        return _to_host(mail, booking, mail.host)
    return _to_customer(mail, booking, now)


def _to_customer(mail: OutgoingMail, booking: Booking, now: datetime) -> EmailMessage | None:
    is_reminder = mail.what == OutgoingMail.What.REMINDER
    if not booking.email or (is_reminder and booking.starts_at <= now):
        return None
    with speaking(booking.language):
        subject = _("Tomorrow: %(what)s, %(when)s") if is_reminder else _subject(booking)
        values = {"what": booking.kind.name, "when": on_clocks(booking.starts_at, booking.zone)}
        lines = [company().name, booking.where, booking.host.name]
        if not is_reminder:
            link = mail.root + address_of(booking)
            lines += ["", _("Move or cancel it here, without an account:"), link]
        letter = _letter(mail, booking.uid.hex, subject % values, lines, booking.email)
        return _with_invitation(letter, appointment(booking, for_host=False))


def _to_host(mail: OutgoingMail, booking: Booking, host: Host) -> EmailMessage | None:
    has_left = mail.what == OutgoingMail.What.LEFT
    if not host.email or (has_left and booking.host == host):  # it came back to them, which another mail says
        return None
    with speaking(company().language):
        told = appointment(booking, for_host=True)
        if has_left:
            told = replace(told, cancelled=True, attendee=host.email)
        subject = _("Cancelled: %(what)s, %(when)s") if has_left else _subject(booking)
        values = {"what": booking.kind.name, "when": local_time(booking.starts_at)}
        both = on_clocks(booking.starts_at, booking.zone) if is_other_clock(booking.zone, booking.starts_at) else ""
        lines = [booking.name, booking.phone, booking.email, both, booking.where, booking.wishes]
        letter = _letter(mail, booking.uid.hex, subject % values, list(filter(None, lines)), host.email)
        return _with_invitation(letter, told)


def _of_silence(mail: OutgoingMail, calendar: BusyCalendar) -> EmailMessage | None:
    """What its owner does not hear again once it was heard, or once times with them have vanished."""
    if not calendar.host.email or mail.sequence != calendar.told:
        return None
    with speaking(company().language):
        values = {"name": calendar.name, "when": local_time(calendar.closes_at)}
        if calendar.told == BusyCalendar.Told.THAT_IT_WILL_END:
            subject = _("Your calendar is silent: %(name)s")
            text = _("If it stays silent, customers find no times with you from %(when)s.")
        else:
            subject = _("Customers find no times with you: %(name)s is silent")
            text = _("It has been silent for longer than was agreed. Since %(when)s customers find no times with you.")
        lines = [text % values, "", why(calendar), "", _("Bookings that were made stay as they are.")]
        return _letter(mail, f"calendar{calendar.pk}", subject % values, lines, calendar.host.email)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """A mail's words and its clock: a job has no reader whose page would set them."""
    with translation.override(language), timezone.override(ZoneInfo(company().timezone)):
        yield


def _subject(booking: Booking) -> str:
    if booking.state == Booking.State.CANCELLED:
        return _("Cancelled: %(what)s, %(when)s")
    return _("Moved: %(what)s, %(when)s") if booking.sequence else _("Booked: %(what)s, %(when)s")


def _letter(mail: OutgoingMail, about: str, subject: str, lines: list[str], to: str) -> EmailMessage:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    # The same each time that it is tried: where it comes twice, mail programs see that it is one.
    headers = {"Message-ID": f"<{about}.{mail.pk}@{domain}>"}
    return EmailMessage(" ".join(subject.split()), "\n".join(lines), None, [to], headers=headers)


def _with_invitation(letter: EmailMessage, told: Appointment) -> EmailMessage:
    method = "CANCEL" if told.cancelled else "REQUEST"
    letter.attach("booking.ics", invitation(told), f"text/calendar; charset=utf-8; method={method}")
    return letter
