"""What calendars answer to an invitation: METHOD:REPLY, as it comes back by mail (RFC 5546)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from icalendar import Calendar

MOST_BYTES = 1_000_000


class Answer(StrEnum):
    """What somebody who was invited says."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer.

    Attributes:
        uid: Of the invitation.
        sequence: That of the invitation which was answered; a lower one than it has now answers an earlier time.
        attendee: Whose answer it is: an e-mail in small letters.
        said_at: Aware; when it was given, by their own clock.
    """

    uid: str
    sequence: int
    attendee: str
    answer: Answer
    said_at: datetime


def reply_in(text: bytes) -> Reply | None:
    """The reply that a part of a mail holds; None where it holds none, whatever it is."""
    if len(text) > MOST_BYTES:
        return None
    try:
        calendar: Any = Calendar.from_ical(text)  # its types say that any value may be of thirty kinds
        events = calendar.walk("VEVENT")
        if str(calendar.get("method", "")).upper() != "REPLY" or len(events) != 1:
            return None
        event = events[0]
        attendees = event.get("attendee")
        # A reply has one attendee: whoever gives it.
        attendee = attendees[0] if isinstance(attendees, list) and len(attendees) == 1 else attendees
        answer = Answer(str(attendee.params["partstat"]).lower())
        said_at = event["dtstamp"].dt
        address = str(attendee).lower().removeprefix("mailto:").strip()
        sequence = int(event.get("sequence", 0))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return None  # a mail may hold anything
    if not isinstance(said_at, datetime):
        return None
    if said_at.tzinfo is None:
        said_at = said_at.replace(tzinfo=UTC)
    return Reply(str(event["uid"]) if "uid" in event else "", sequence, address, answer, said_at)
