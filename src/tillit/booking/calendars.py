"""What calendars are told: one UID for a booking's life, a sequence that grows with each change (RFC 5545, 5546)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
    return _calendar([replace(one, attendee="") for one in appointments], "PUBLISH")  # which invites nobody


def kept_object(appointment: Appointment) -> bytes:
    """A booking as a calendar server keeps it (RFC 4791): without METHOD, and without anybody to invite.

    A server that finds attendees writes to them itself, and the customer would hear twice.
    """
    return _calendar([replace(appointment, organizer="", attendee="")], "")


def _calendar(appointments: Sequence[Appointment], method: str) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    if method:
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
    if appointment.organizer:
        event.add("organizer", vCalAddress(f"mailto:{appointment.organizer}"))
    if appointment.attendee:
        attendee = vCalAddress(f"mailto:{appointment.attendee}")
        attendee.params.update({"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE"})
        event.add("attendee", attendee)
    return event
