"""Opening hours: against a clock that goes minute by minute, and holidays against the almanac."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tillit.errors import QueryError
from tillit.journeys.opening import NEVER, OpeningHours, easter_sunday, open_time, public_holidays

SHOP = OpeningHours.parse("mon-fri 09:00-12:00, mon-fri 13:00-18:00, sat 10:00-15:00", holidays="SE")
MINUTE = 60_000_000
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def micros(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM).timestamp() * 1_000_000)


def local(at: int) -> str:
    return datetime.fromtimestamp(at / 1_000_000, UTC).astimezone(STOCKHOLM).strftime("%Y-%m-%d %H:%M")


def minute_by_minute(hours: OpeningHours, asked_at: int, minutes: int, until: int) -> int:
    """Walk the clock: each minute that begins while it is open counts. The answer is the end of the last one."""
    at, counted = asked_at, 0
    while at < until:
        moment = datetime.fromtimestamp(at / 1_000_000, UTC).astimezone(STOCKHOLM)
        of_day = moment.hour * 60 + moment.minute
        counted += any(opens <= of_day < closes for opens, closes in hours.spans_on(moment.date()))
        at += MINUTE
        if counted == minutes:
            return at
    return NEVER


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 21 * 24 * 60), st.integers(1, 20 * 60))
def test_due_is_where_a_clock_that_only_runs_while_open_says(minutes_in: int, within: int) -> None:
    """Three weeks around the clock change of 2026-03-29 and Easter (3 to 6 April)."""
    first, until = micros("2026-03-20 00:00"), micros("2026-04-21 00:00")
    asked_at = first + minutes_in * MINUTE
    found = open_time(SHOP, "Europe/Stockholm", first, until - 1).due(np.array([asked_at]), within * MINUTE)
    assert found.tolist() == [minute_by_minute(SHOP, asked_at, within, until)]


@pytest.mark.parametrize(
    ("asked", "hours", "due"),
    [
        ("2026-03-25 10:00", 4, "2026-03-25 15:00"),  # over lunch
        ("2026-03-27 17:00", 4, "2026-03-28 13:00"),  # Friday evening to Saturday
        ("2026-03-28 14:30", 1, "2026-03-30 09:30"),  # over the night on which clocks change
        ("2026-04-02 17:30", 1, "2026-04-04 10:30"),  # over Good Friday; Easter Eve is a Saturday like others
        ("2026-04-03 12:00", 1, "2026-04-04 11:00"),  # asked on a holiday
    ],
)
def test_known_times(asked: str, hours: float, due: str) -> None:
    opened = open_time(SHOP, "Europe/Stockholm", micros("2026-03-01 00:00"), micros("2026-05-01 00:00"))
    assert local(int(opened.due(np.array([micros(asked)]), int(hours * 60) * MINUTE)[0])) == due


def test_what_never_opens_is_never_due() -> None:
    closed = open_time(OpeningHours.parse(""), "UTC", 0, 10**12)
    assert closed.due(np.array([5]), 1).tolist() == [NEVER]


def test_hours_are_written_as_they_are_read() -> None:
    assert OpeningHours.parse(SHOP.text(), holidays="SE") == SHOP
    assert OpeningHours.parse("mon 00:00-24:00").text() == "mon 00:00-24:00"


@pytest.mark.parametrize(
    "text",
    ["mon 9-17", "fri-mon 09:00-17:00", "mon 17:00-09:00", "mon 09:00-25:00", "mon 08:00-12:00, mon 11:00-13:00"],
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(QueryError, match="opening hours"):
        OpeningHours.parse(text)


def test_an_unknown_country_is_refused() -> None:
    with pytest.raises(QueryError, match="SE, NO, DK, FI"):
        OpeningHours.parse("", holidays="IS")


def test_easter_is_where_the_almanac_has_it() -> None:
    almanac = ("2008-03-23", "2011-04-24", "2019-04-21", "2024-03-31", "2025-04-20", "2026-04-05", "2038-04-25")
    assert [easter_sunday(day.year) for day in map(date.fromisoformat, almanac)] == [
        date.fromisoformat(day) for day in almanac
    ]


@pytest.mark.parametrize(
    ("country", "closed", "works"),
    [
        ("SE", ["01-06", "04-03", "04-06", "05-01", "05-14", "06-06", "06-19", "06-20", "10-31", "12-24"], ["05-25"]),
        ("NO", ["04-02", "04-03", "05-01", "05-14", "05-17", "05-25", "12-26"], ["01-06", "12-24"]),
        ("DK", ["04-02", "05-14", "05-25", "06-05", "12-24"], ["05-01", "01-06"]),
        ("FI", ["01-06", "05-01", "06-19", "10-31", "12-06", "12-24"], ["06-06", "12-31"]),
    ],
)
def test_the_holidays_of_2026(country: str, closed: list[str], works: list[str]) -> None:
    """By hand, from the countries' almanacs."""
    found = public_holidays(country, 2026)
    assert {date.fromisoformat(f"2026-{day}") for day in closed} <= found
    assert not {date.fromisoformat(f"2026-{day}") for day in works} & found


def test_denmark_gave_up_a_holiday() -> None:
    assert date(2023, 5, 5) in public_holidays("DK", 2023)
    assert easter_sunday(2024) + timedelta(days=26) not in public_holidays("DK", 2024)
