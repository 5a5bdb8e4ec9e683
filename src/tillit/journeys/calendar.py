"""Local days, weeks and months as microseconds UTC. A local day has 23, 24 or 25 hours, and now and then none."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from tillit.errors import QueryError
from tillit.journeys.traces import Micros
from tillit.sentences import sentence
from tillit.vocabulary import Period

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MONDAY = 0


def period_bounds(first: int, last: int, *, timezone: str, period: Period, week_start: int = MONDAY) -> Micros:
    """Where the local periods that hold `first` to `last` begin and end.

    Args:
        first: Microseconds UTC.
        last: Microseconds UTC, not before `first`.
        timezone: An IANA name, "Europe/Stockholm".
        week_start: 0 = Monday … 6 = Sunday; only weeks ask for it.

    Returns:
        Shape (periods + 1,); period i is [bounds[i], bounds[i + 1]). The first holds `first`, the last one `last`.

    Raises:
        QueryError: There is no such time zone.
    """
    zone = zone_named(timezone)
    day = _opening(_local_date(first, zone), period, week_start)
    until = _local_date(last, zone)
    bounds = [_midnight(day, zone)]
    while day <= until:
        day = _following(day, period)
        bounds.append(_midnight(day, zone))
    return np.array(bounds, dtype=np.int64)


def zone_named(timezone: str) -> ZoneInfo:
    """The zone.

    Raises:
        QueryError: There is none of this name.
    """
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise QueryError(
            sentence('There is no time zone "{zone}"; write it like Europe/Stockholm.', zone=timezone)
        ) from error


def _local_date(at: int, zone: ZoneInfo) -> date:
    return (EPOCH + timedelta(microseconds=at)).astimezone(zone).date()


def _midnight(day: date, zone: ZoneInfo) -> int:
    # Where clocks jump over midnight, Python reads it by the offset before the jump: that is the jump itself,
    # the first instant of the day. Where midnight comes twice it means the first.
    return (datetime.combine(day, time(), zone).astimezone(UTC) - EPOCH) // MICROSECOND


def _opening(day: date, period: Period, week_start: int) -> date:
    if period is Period.DAY:
        return day
    if period is Period.WEEK:
        return day - timedelta(days=(day.weekday() - week_start) % 7)
    return day.replace(day=1)


def _following(day: date, period: Period) -> date:
    if period is Period.MONTH:
        return (day + timedelta(days=31)).replace(day=1)
    return day + timedelta(days=1 if period is Period.DAY else 7)
