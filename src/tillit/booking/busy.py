"""When somebody is busy, by their own calendar (RFC 5545): what it says of them, not what it says.

Other people's calendars are untrusted: one rule of a line can stand for a billion meetings. Rules finer than a day, and
calendars that would take minutes to unfold, are refused.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, vBroken

from tillit.booking.slots import Span, merged
from tillit.errors import FileError
from tillit.journeys.calendar import zone_named
from tillit.sentences import sentence

MOST_EVENTS = 20_000
MOST_UNFOLDED = 1_000_000  # recurrences from each rule's first on; some ten seconds of work
MOST_TIMES_A_DAY = 24
DAYS_OF = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 28, "YEARLY": 365}
LATEST = timedelta(days=2)  # by which two clocks on earth can differ, with a margin
FREE_STATUS = frozenset({"FREE", "WORKINGELSEWHERE"})  # of X-MICROSOFT-CDO-BUSYSTATUS

TIMES = ("dtstart", "dtend", "duration", "rrule", "rdate", "exdate", "recurrence-id")

_FOLD = re.compile(rb"\r?\n[ \t]")
_PART = re.compile(rb"(BYHOUR|BYMINUTE|BYSECOND)=([^;]*)")


@dataclass(frozen=True, slots=True)
class Reader:
    """How somebody's calendar is read.

    Attributes:
        zone: The clock of all-day and floating times.
        addresses: Their e-mails in small letters; an event that one of these declined is no hindrance.
        passed_over: UIDs whose times are known better elsewhere.
    """

    zone: str
    addresses: Collection[str] = ()
    passed_over: Collection[str] = ()


def busy_times(texts: Sequence[bytes], reader: Reader, *, first: int, last: int) -> tuple[Span, ...]:
    """When they are busy from `first` to `last` (microseconds UTC): disjoint spans in order.

    Free, cancelled and declined events are no hindrance, all others are, tentative ones too. Of two states of one event
    the higher SEQUENCE counts.

    Args:
        texts: Calendars, each whole: one that was published, or each object of a collection.

    Raises:
        FileError: One of them is no calendar, has times that nobody can place, or would take too long to read.
    """
    zone = zone_named(reader.zone)
    calendar = Calendar()
    for text in texts:
        _refuse_endless_rules(text)
        for component in _parsed(text).subcomponents:
            calendar.add_component(component)
    _refuse_unread(calendar)
    _refuse_what_takes_long(calendar, last)
    _refuse_unknown_zones(calendar, first)
    found = [span for event in _events(calendar, zone, first, last) for span in _span(event, reader, zone)]
    found += [span for component in calendar.walk("VFREEBUSY") for span in _taken_of(component, zone)]
    return merged((max(starts, first), min(ends, last)) for starts, ends in found)


def times_of(text: bytes, uid: str, zone: str) -> tuple[datetime, datetime] | None:
    """When a calendar has the event of this UID, or None where it has it no more; single events only."""
    for event in _parsed(text).walk("VEVENT"):
        if str(event.get("uid", "")) == uid and str(event.get("status", "")).upper() != "CANCELLED":
            bounds = _bounds(event, zone_named(zone))
            return bounds and (bounds[0], bounds[1])
    return None


def _parsed(text: bytes) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of guesses about zones, which are checked below
            calendar = Calendar.from_ical(text)
    except (ValueError, AttributeError, IndexError, KeyError, RecursionError) as broken:
        raise FileError(
            sentence("That is no calendar (iCalendar); it begins with {begins}.", begins=repr(text[:40]))
        ) from broken
    if calendar.name != "VCALENDAR":
        raise FileError(sentence("That is no calendar (iCalendar); it begins with {begins}.", begins=repr(text[:40])))
    return calendar


def _refuse_endless_rules(text: bytes) -> None:
    """Before anything is unfolded; zones unfold while they are parsed."""
    within_zone = False
    for line in _FOLD.sub(b"", text).upper().splitlines():
        if line in (b"BEGIN:VTIMEZONE", b"END:VTIMEZONE"):
            within_zone = line.startswith(b"BEGIN")
        if not line.startswith((b"RRULE", b"EXRULE")):
            continue
        times = math.prod(len(values.split(b",")) for _, values in _PART.findall(line))
        allowed = (b"YEARLY",) if within_zone else tuple(name.encode() for name in DAYS_OF)
        if times > MOST_TIMES_A_DAY or not any(b"FREQ=" + name in line for name in allowed):
            raise FileError(
                sentence(
                    "The calendar has a rule that recurs more often than meetings do: {rule}.",
                    rule=line[:80].decode(errors="replace"),
                )
            )


def _refuse_unread(calendar: Any) -> None:
    """A time that cannot be read could be any."""
    for event in calendar.walk("VEVENT"):
        values = {name: event[name] for name in TIMES if name in event}
        for name, found in values.items():
            for value in found if isinstance(found, list) else [found]:
                if isinstance(value, vBroken):
                    raise _unread(f"{name.upper()}:{value}")
        if isinstance(values.get("dtstart", []), list):
            raise _unread(f"{str(event.get('summary', ''))[:80]}: DTSTART")


def _unread(what: str) -> FileError:
    return FileError(sentence("The calendar has an event whose times cannot be read: {what}.", what=what[:200]))


def _refuse_what_takes_long(calendar: Any, last: int) -> None:
    events = calendar.walk("VEVENT")
    until = datetime.fromtimestamp(last // 1_000_000, UTC).date()
    unfolded = sum(
        (until - _day(event["dtstart"].dt)).days // DAYS_OF[_frequency(event)] for event in events if "rrule" in event
    )
    if len(events) > MOST_EVENTS or unfolded > MOST_UNFOLDED:
        raise FileError(
            sentence(
                "The calendar has {events} events that recur {times} times: more than is read.",
                events=len(events),
                times=max(unfolded, 0),
            )
        )


def _frequency(event: Any) -> str:
    rule = event["rrule"]
    said = (rule[0] if isinstance(rule, list) else rule).get("freq", ["DAILY"])
    return next((name for name in map(str, said) if name in DAYS_OF), "DAILY")


def _refuse_unknown_zones(calendar: Any, first: int) -> None:
    """A time on an unknown clock could be any; only events that are over do no harm."""
    since = datetime.fromtimestamp(first // 1_000_000, UTC).date() - LATEST
    for event in calendar.walk("VEVENT"):
        for name in ("dtstart", "dtend"):
            value = event.get(name)
            at, zone = getattr(value, "dt", None), getattr(value, "params", {}).get("tzid")
            if zone and isinstance(at, datetime) and at.tzinfo is None and ("rrule" in event or at.date() >= since):
                raise FileError(sentence("The calendar has times of a zone that nobody knows: {zone}.", zone=str(zone)))


def _events(calendar: Any, zone: ZoneInfo, first: int, last: int) -> list[Any]:
    """Each event as it takes place, recurrences unfolded, moved ones where they were moved to."""
    bounds = [datetime.fromtimestamp(at // 1_000_000, zone) for at in (first, last)]
    try:
        return list(recurring_ical_events.of(calendar).between(*bounds))
    except (
        ValueError,
        AttributeError,
        KeyError,
        TypeError,
        OverflowError,
        recurring_ical_events.InvalidCalendar,
    ) as odd:
        raise _unread(str(odd)) from odd


def _span(event: Any, reader: Reader, zone: ZoneInfo) -> Iterator[Span]:
    says = {name: str(event.get(name, "")).upper() for name in ("status", "transp", "x-microsoft-cdo-busystatus")}
    if says["status"] == "CANCELLED" or says["transp"] == "TRANSPARENT":
        return
    if says["x-microsoft-cdo-busystatus"] in FREE_STATUS or str(event.get("uid", "")) in reader.passed_over:
        return
    attendees = event.get("attendee", [])
    for attendee in attendees if isinstance(attendees, list) else [attendees]:
        address = str(attendee).lower().removeprefix("mailto:")
        if address in reader.addresses and str(attendee.params.get("partstat", "")).upper() == "DECLINED":
            return
    if bounds := _bounds(event, zone):
        yield _micros(bounds[0]), _micros(bounds[1])


def _bounds(event: Any, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    """On the wall clock for days and floating times: a day may have 23 or 25 hours. None where it lasts no time."""
    starts, ends = _placed(event.start, zone), _placed(event.end, zone)
    return (starts, ends) if starts < ends else None


def _taken_of(component: Any, zone: ZoneInfo) -> Iterator[Span]:
    found = component.get("freebusy", [])
    for one in found if isinstance(found, list) else [found]:
        if str(one.params.get("fbtype", "BUSY")).upper() != "FREE":
            starts, ends = (_placed(at, zone) for at in (one.start, one.end))
            yield _micros(starts), _micros(ends)


def _placed(at: date | datetime, zone: ZoneInfo) -> datetime:
    if not isinstance(at, datetime):
        return datetime(at.year, at.month, at.day, tzinfo=zone)
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _day(at: date | datetime) -> date:
    return at.date() if isinstance(at, datetime) else at


def _micros(at: datetime) -> int:
    return round(at.timestamp()) * 1_000_000
