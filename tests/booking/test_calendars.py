"""What a calendar program reads out of what it is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from tillit.booking.calendars import Appointment, feed, invitation

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _read(text: bytes) -> Any:
    """As another program would; icalendar's types say that any value may be of thirty kinds."""
    return Calendar.from_ical(text)


def appointment(starts: datetime, *, sequence: int = 0, cancelled: bool = False) -> Appointment:
    ends = starts + timedelta(minutes=30)
    return Appointment(
        "one@shop",
        sequence,
        starts,
        ends,
        "Europe/Stockholm",
        "Call; Ada, 30 min",
        "",
        "",
        "a@example.org",
        "",
        cancelled,
        NOW,
    )


@pytest.mark.parametrize("day", [28, 29, 30])
def test_a_time_is_the_same_instant_on_either_side_of_the_clock_change(day: int) -> None:
    starts = datetime(2026, 3, day, 9, tzinfo=ZoneInfo("Europe/Stockholm"))
    read = _read(invitation(appointment(starts)))
    event = read.walk("VEVENT")[0]
    assert event["dtstart"].dt.astimezone(UTC) == starts.astimezone(UTC)
    assert event["dtstart"].params["TZID"] == "Europe/Stockholm"
    assert len(read.walk("VTIMEZONE")) == 1


def test_a_move_and_an_end_are_told_of_the_same_booking() -> None:
    starts = datetime(2026, 5, 4, 9, tzinfo=UTC)
    states = [
        appointment(starts),
        appointment(starts + timedelta(days=1), sequence=1),
        appointment(starts + timedelta(days=1), sequence=2, cancelled=True),
    ]
    read = [_read(invitation(state)) for state in states]
    events = [calendar.walk("VEVENT")[0] for calendar in read]
    assert [str(calendar["method"]) for calendar in read] == ["REQUEST", "REQUEST", "CANCEL"]
    assert {str(event["uid"]) for event in events} == {"one@shop"}
    assert [int(event["sequence"]) for event in events] == [0, 1, 2]
    assert [str(event["status"]) for event in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert str(events[0]["summary"]) == "Call; Ada, 30 min"


def test_words_of_customers_cannot_add_lines() -> None:
    hostile = "x\r\nEND:VEVENT\r\nBEGIN:VALARM"
    state = appointment(datetime(2026, 5, 4, 9, tzinfo=UTC))
    made = replace(state, summary=hostile)
    read = _read(feed([made, state]))
    names = sorted(component.name for component in read.walk() if component.name not in ("STANDARD", "DAYLIGHT"))
    assert names == ["VCALENDAR", "VEVENT", "VEVENT", "VTIMEZONE"]
