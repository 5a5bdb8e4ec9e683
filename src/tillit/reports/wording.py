"""Numbers in words, in English, for the command line and the report page. The product has its own."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tillit.events.currencies import exponent
from tillit.journeys.calendar import EPOCH
from tillit.reports.interval import share_range
from tillit.reports.size import MEDIAN_FROM, NINE_OF_TEN_FROM, Size, size_of

MINUTE, HOUR, DAY = 60, 3_600, 86_400
YEAR = 365.25 * DAY


def number(count: int) -> str:
    """A count with its thousands apart: 12,345."""
    return f"{count:,}"


def duration(seconds: float | None) -> str:
    """A length of time with at most two digits that matter: "45 s", "12 min", "3.5 h", "12 days", "2.1 years"."""
    if seconds is None:
        return "–"
    if seconds < MINUTE:
        return f"{seconds:.0f} s"
    if seconds < HOUR:
        return f"{seconds / MINUTE:.0f} min"
    if seconds < 2 * DAY:
        return f"{_short(seconds / HOUR)} h"
    if seconds < 2 * YEAR:
        return f"{_short(seconds / DAY)} days"
    return f"{_short(seconds / YEAR)} years"


def median_wait(seconds: float | None, count: int) -> str:
    """The median of `count` waits, or a dash where there are too few to speak of half of them."""
    return duration(seconds if count >= MEDIAN_FROM else None)


def nine_of_ten_wait(seconds: float | None, count: int) -> str:
    """What nine of ten of `count` waits stay below, or a dash where there are too few."""
    return duration(seconds if count >= NINE_OF_TEN_FROM else None)


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0") if value < 9.95 else f"{value:,.0f}"


def share(count: int, of: int, *, what: str = "") -> str:
    """A share with what it was counted on and its range: "90 of 200 journeys (38 to 52 of 100)".

    On fewer than 30 it stays "9 of 20": cases, not a rate.
    """
    counted = f"{number(count)} of {number(of)} {what}".rstrip()
    if size_of(of) is Size.CASES:
        return counted
    found = share_range(count, of)
    return f"{counted} ({100 * found.low:.0f} to {100 * found.high:.0f} of 100)"


def number_range(middle: float | None, low: float | None, high: float | None) -> str:
    """A count with its range: "120 (95 to 148)"; a dash where it is not known."""
    if middle is None or low is None or high is None:
        return "–"
    size, least, most = (f"{round(value):,}" for value in (middle, low, high))
    return f"{size} ({least} to {most})"


def money_range(value: int | None, low: int | None, high: int | None, currency: str | None) -> str:
    """An amount in minor units as whole units with its range: "1,200 SEK (950 to 1,480)"; a dash where not known."""
    if value is None or low is None or high is None or currency is None:
        return "–"
    one = 10 ** exponent(currency)
    return f"{f'{value / one:,.0f} {currency}'.rstrip()} ({low / one:,.0f} to {high / one:,.0f})"


def day(at: int, zone: ZoneInfo) -> str:
    """The local date of an instant in microseconds UTC: 2026-03-29."""
    return local(at, zone).date().isoformat()


def local(at: int, zone: ZoneInfo) -> datetime:
    """An instant in microseconds UTC on the local clock."""
    return (EPOCH + timedelta(microseconds=at)).astimezone(zone)
