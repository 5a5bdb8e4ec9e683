"""Bookings on their way to customers by mail, where the company has set up mail; the page says the same without."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _

from tillit.booking.calendars import invitation
from tillit_web.booking.links import address_of
from tillit_web.booking.models import Booking
from tillit_web.booking.queries import appointment, to_be_seen
from tillit_web.mail import can_mail
from tillit_web.people.queries import company
from tillit_web.ui.templatetags.tillit import local_time

REMINDED_BEFORE = timedelta(hours=24)


def tell(booking: Booking, *, root: str) -> None:
    """Send the customer how the booking stands, with an invitation that their calendar understands.

    Args:
        root: What the page's address begins with, `https://shop.example`.
    """
    if not booking.email or not can_mail():
        return
    with translation.override(booking.language):
        if booking.state == Booking.State.CANCELLED:
            subject = _("Cancelled: %(what)s, %(when)s")
        elif booking.sequence:
            subject = _("Moved: %(what)s, %(when)s")
        else:
            subject = _("Booked: %(what)s, %(when)s")
        _send(booking, subject, root + address_of(booking))


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
        with translation.override(booking.language):
            _send(booking, _("Tomorrow: %(what)s, %(when)s"), "")


def _send(booking: Booking, subject: str, link: str) -> None:
    values = {"what": booking.kind.name, "when": local_time(booking.starts_at)}
    lines = [booking.kind.where, booking.host.name]
    if link:
        lines += ["", _("Move or cancel it here, without an account:"), link]
    message = EmailMessage(subject % values, "\n".join((company().name, *lines)), None, [booking.email])
    method = "CANCEL" if booking.state == Booking.State.CANCELLED else "REQUEST"
    message.attach("booking.ics", invitation(appointment(booking, for_host=False)), f"text/calendar; method={method}")
    message.send()
