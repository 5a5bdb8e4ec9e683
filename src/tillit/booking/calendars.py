"""What calendars are told: one UID for a booking's life, a sequence that grows with each change (RFC 5545, 5546)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress

PRODUCT = "-//tillit//booking//EN"


@dataclass(frozen=True, slots=True)
class Appointment:
    """A booking as a calendar sees it.

    Attributes:
        uid: The same for its whole life.
        sequence: 0 at first; one more at each move and at the end.
        starts, ends: Aware; shown on the clock of `zone`.
        organizer, attendee: E-mail addresses; "" for none.
        changed_at: Aware; when this state of it began.
    """

    uid: str
    sequence: int
    starts: datetime
    ends: datetime
    zone: str
    summary: str
    where: str
    description: str
    organizer: str
    attendee: str
    cancelled: bool
    changed_at: datetime


def invitation(appointment: Appointment) -> bytes:
    """What is sent to the other side: METHOD:REQUEST, or CANCEL once it is cancelled."""
    return _calendar([appointment], "CANCEL" if appointment.cancelled else "REQUEST")


def feed(appointments: Sequence[Appointment]) -> bytes:
    """A calendar to subscribe to: METHOD:PUBLISH."""
    return _calendar(appointments, "PUBLISH")


def _calendar(appointments: Sequence[Appointment], method: str) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    for appointment in appointments:
        calendar.add_component(_event(appointment))
    calendar.add_missing_timezones()
    text: bytes = calendar.to_ical()
    return text


def _event(appointment: Appointment) -> Event:
    zone = ZoneInfo(appointment.zone)
    event = Event()
    event.add("uid", appointment.uid)
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", appointment.changed_at.astimezone(UTC))
    event.add("dtstart", appointment.starts.astimezone(zone))
    event.add("dtend", appointment.ends.astimezone(zone))
    event.add("summary", appointment.summary)
    event.add("status", "CANCELLED" if appointment.cancelled else "CONFIRMED")
    for name, text in (("location", appointment.where), ("description", appointment.description)):
        if text:
            event.add(name, text)
    for name, address in (("organizer", appointment.organizer), ("attendee", appointment.attendee)):
        if address:
            event.add(name, vCalAddress(f"mailto:{address}"))
    return event
