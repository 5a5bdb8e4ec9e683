from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillit.errors import QueryError
from tillit.journeys.calendar import EPOCH, period_bounds
from tillit.vocabulary import Period

HOUR = 3_600_000_000
NORDIC = ["Europe/Stockholm", "Europe/Oslo", "Europe/Helsinki"]


def micros(text: str, zone: str = "UTC") -> int:
    at = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    return (at - EPOCH) // timedelta(microseconds=1)


@pytest.mark.parametrize("zone", NORDIC)
@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_days_have_the_hours_they_have(zone: str, day: str, hours: int) -> None:
    noon = micros(f"{day}T12:00", zone)
    bounds = period_bounds(noon, noon, timezone=zone, period=Period.DAY)
    assert np.diff(bounds).tolist() == [hours * HOUR]


@pytest.mark.parametrize("zone", NORDIC)
def test_weeks_and_months_across_the_change_of_clocks(zone: str) -> None:
    first, last = micros("2026-03-23T00:00", zone), micros("2026-03-30T00:00", zone)
    weeks = period_bounds(first, last, timezone=zone, period=Period.WEEK)
    assert np.diff(weeks).tolist() == [(7 * 24 - 1) * HOUR, 7 * 24 * HOUR]
    assert weeks[0] == first
    months = period_bounds(first, first, timezone=zone, period=Period.MONTH)
    assert np.diff(months).tolist() == [(31 * 24 - 1) * HOUR]


@pytest.mark.parametrize(("zone", "utc_hour"), [("Europe/Stockholm", 22), ("Europe/Oslo", 22), ("Europe/Helsinki", 21)])
def test_the_last_microsecond_before_midnight_is_yesterday(zone: str, utc_hour: int) -> None:
    midnight = micros(f"2026-07-01T{utc_hour}:00")
    assert period_bounds(midnight - 1, midnight, timezone=zone, period=Period.DAY)[1] == midnight


@given(
    st.integers(micros("1990-01-01"), micros("2040-01-01")),
    st.timedeltas(timedelta(0), timedelta(days=60)),
    st.sampled_from([*NORDIC, "America/Sao_Paulo", "Atlantic/Azores", "Africa/Cairo"]),
    st.sampled_from(Period),
    st.integers(0, 6),
)
def test_every_bound_opens_a_local_day_and_all_time_is_covered(
    first: int, long: timedelta, zone: str, period: Period, week_start: int
) -> None:
    last = first + long // timedelta(microseconds=1)
    bounds = period_bounds(first, last, timezone=zone, period=period, week_start=week_start)
    assert bounds[0] <= first
    assert bounds[-2] <= last < bounds[-1]
    for bound in bounds.tolist():
        opening, before = ((EPOCH + timedelta(microseconds=at)).astimezone(ZoneInfo(zone)) for at in (bound, bound - 1))
        assert opening.date() == before.date() + timedelta(days=1)  # also where clocks jump over midnight
        if period is Period.WEEK:
            assert opening.weekday() == week_start
        if period is Period.MONTH:
            assert opening.day == 1


def test_a_zone_that_does_not_exist_is_named() -> None:
    with pytest.raises(QueryError, match='"Europe/Malmö"'):
        period_bounds(0, 0, timezone="Europe/Malmö", period=Period.DAY)
