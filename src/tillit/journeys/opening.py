"""When a company is open: its week, the public holidays of its country, and time that runs only while it is open."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from tillit.errors import QueryError
from tillit.journeys.calendar import EPOCH, MICROSECOND, zone_named
from tillit.journeys.traces import Micros
from tillit.sentences import sentence

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
COUNTRIES = ("SE", "NO", "DK", "FI")
MINUTES_A_DAY = 24 * 60
NEVER = np.iinfo(np.int64).max

Span = tuple[int, int]  # minutes of the local day, [opens, closes)

_PART = re.compile(r"(?P<first>[a-z]{3})(-(?P<last>[a-z]{3}))? (?P<opens>\d{1,2}:\d{2})-(?P<closes>\d{1,2}:\d{2})")


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """A week of opening hours.

    Attributes:
        week: Monday to Sunday; the spans of a day in their order, none where it is closed.
        holidays: The country whose public holidays close as well, one of `COUNTRIES`; "" for none.
    """

    week: tuple[tuple[Span, ...], ...]
    holidays: str = ""

    @classmethod
    def parse(cls, text: str, *, holidays: str = "") -> OpeningHours:
        """From "mon-fri 09:00-18:00, sat 10:00-15:00"; a day may be named several times, and is closed if it is not.

        Raises:
            QueryError: It is not of this form, a span ends before it begins or touches another, or there is no such
                country.
        """
        if holidays and holidays not in COUNTRIES:
            raise QueryError(
                sentence(
                    'There are no holidays for "{country}"; choose one of {known}, or none.',
                    country=holidays,
                    known=", ".join(COUNTRIES),
                )
            )
        week: list[list[Span]] = [[] for _ in DAYS]
        for part in filter(None, (part.strip().lower() for part in text.split(","))):
            found = _PART.fullmatch(part)
            if found is None or found["first"] not in DAYS or (found["last"] or found["first"]) not in DAYS:
                raise _unreadable(part)
            first, last = DAYS.index(found["first"]), DAYS.index(found["last"] or found["first"])
            span = (_minutes(found["opens"], part), _minutes(found["closes"], part))
            if last < first or span[0] >= span[1]:
                raise _unreadable(part)
            for day in range(first, last + 1):
                if any(span[0] < closes and opens < span[1] for opens, closes in week[day]):
                    raise _unreadable(part)
                week[day].append(span)
        return cls(tuple(tuple(sorted(spans)) for spans in week), holidays)

    def text(self) -> str:
        """As `parse` reads it, each day for itself."""
        return ", ".join(
            f"{day} {_clock(opens)}-{_clock(closes)}"
            for day, spans in zip(DAYS, self.week, strict=True)
            for opens, closes in spans
        )

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """When it is open on a local day."""
        if self.holidays and day in public_holidays(self.holidays, day.year):
            return ()
        return self.week[day.weekday()]


@dataclass(frozen=True, slots=True)
class OpenTime:
    """Opening hours between two instants.

    Attributes:
        opens: Shape (spans,), microseconds UTC in order; `closes` the same.
        before: Shape (spans,); microseconds open before each span.
    """

    opens: Micros
    closes: Micros
    before: Micros

    def due(self, asked_at: Micros, within: int) -> Micros:
        """When `within` microseconds of open time have passed since each instant; `NEVER` beyond the last span.

        What is asked while it is closed counts from the next opening on.
        """
        if not len(self.opens):
            return np.full(len(asked_at), NEVER)
        place = np.maximum(np.searchsorted(self.opens, asked_at, side="right") - 1, 0)
        gone = np.clip(asked_at - self.opens[place], 0, self.closes[place] - self.opens[place])
        needed = self.before[place] + gone + within
        # The first span whose end holds so much open time.
        ends = self.before + self.closes - self.opens
        last = np.searchsorted(ends, needed, side="left")
        known = last < len(ends)
        last = np.minimum(last, len(ends) - 1)
        return np.where(known, self.opens[last] + needed - self.before[last], NEVER)


def open_time(hours: OpeningHours, timezone: str, first: int, last: int) -> OpenTime:
    """The spans in which it is open, from the local day of `first` to that of `last` (microseconds UTC).

    Raises:
        QueryError: There is no such time zone.
    """
    zone = zone_named(timezone)
    day, until = (_local_date(at, zone) for at in (first, last))
    spans = []
    while day <= until:
        spans += [(_instant(day, opens, zone), _instant(day, closes, zone)) for opens, closes in hours.spans_on(day)]
        day += timedelta(days=1)
    table = np.array(spans, np.int64).reshape(-1, 2)
    lengths = table[:, 1] - table[:, 0]
    return OpenTime(table[:, 0], table[:, 1], np.cumsum(lengths) - lengths)


@lru_cache(maxsize=1_000)
def public_holidays(country: str, year: int) -> frozenset[date]:
    """The days on which offices of a country are closed by law or by custom (in Sweden and Finland some eves too)."""
    easter = easter_sunday(year)
    moved = {"maundy": -3, "friday": -2, "sunday": 0, "monday": 1, "ascension": 39, "whit": 49, "whit_monday": 50}
    near = {name: easter + timedelta(days=days) for name, days in moved.items()}
    midsummer = _saturday_from(date(year, 6, 20))
    everywhere = {date(year, 1, 1), near["friday"], near["sunday"], near["monday"], near["ascension"], near["whit"]}
    everywhere |= {date(year, 12, 25), date(year, 12, 26)}
    if country in ("SE", "FI"):
        everywhere |= {date(year, 1, 6), date(year, 5, 1), midsummer - timedelta(days=1), midsummer}
        everywhere |= {_saturday_from(date(year, 10, 31)), date(year, 12, 24)}
    if country in ("NO", "DK"):
        everywhere |= {near["maundy"], near["whit_monday"]}
    own = {
        "SE": {date(year, 6, 6), date(year, 12, 31)},
        "NO": {date(year, 5, 1), date(year, 5, 17)},
        "DK": {date(year, 6, 5), date(year, 12, 24)},
        "FI": {date(year, 12, 6)},
    }[country]
    if country == "DK" and year < 2024:  # the Great Prayer Day was a holiday until then
        own.add(easter + timedelta(days=26))
    return frozenset(everywhere | own)


def easter_sunday(year: int) -> date:
    """Easter of the Gregorian calendar.

    Source: the anonymous algorithm of Nature, 20 April 1876, as in Meeus, Astronomical Algorithms (1991), chapter 8.
    """
    golden, (century, of_century) = year % 19, divmod(year, 100)
    leap_centuries, century_left = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon + 15) % 30
    leaps, left = divmod(of_century, 4)
    weekday = (32 + 2 * century_left + 2 * leaps - epact - left) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _saturday_from(day: date) -> date:
    return day + timedelta(days=(5 - day.weekday()) % 7)


def _minutes(clock: str, part: str) -> int:
    hours, minutes = (int(text) for text in clock.split(":"))
    if minutes > 59 or hours * 60 + minutes > MINUTES_A_DAY:
        raise _unreadable(part)
    return hours * 60 + minutes


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _unreadable(part: str) -> QueryError:
    return QueryError(
        sentence('The opening hours "{part}" cannot be read; write them like mon-fri 09:00-18:00.', part=part)
    )


def _local_date(at: int, zone: ZoneInfo) -> date:
    return (EPOCH + timedelta(microseconds=at)).astimezone(zone).date()


def _instant(day: date, minutes: int, zone: ZoneInfo) -> int:
    midnight, minutes = (day + timedelta(days=1), 0) if minutes == MINUTES_A_DAY else (day, minutes)
    local = datetime.combine(midnight, time(minutes // 60, minutes % 60), zone)
    return (local.astimezone(UTC) - EPOCH) // MICROSECOND
