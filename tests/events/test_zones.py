"""Wall-clock times in zones agree with zoneinfo, on the two odd days of the year too."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillit.events.zones import to_utc

NORDIC = ["Europe/Stockholm", "Europe/Oslo", "Europe/Helsinki"]
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a clock on the wall has no zone
ZERO = datetime.fromisoformat("1970-01-01T00:00:00Z")


def wall(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def expected(moment: datetime, zone: str) -> int:
    # A time that comes twice is the first: what a clock on the wall says has no fold.
    return (moment.replace(tzinfo=ZoneInfo(zone), fold=0) - ZERO) // timedelta(microseconds=1)


@pytest.mark.parametrize("zone", [*NORDIC, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"])
@given(st.lists(st.datetimes(datetime(1970, 1, 2), datetime(2100, 12, 30)), min_size=1, max_size=20))  # noqa: DTZ001
def test_any_time_agrees_with_zoneinfo(zone: str, moments: list[datetime]) -> None:
    found = to_utc(np.array([wall(moment) for moment in moments]), zone)
    assert found.micros.tolist() == [expected(moment, zone) for moment in moments]


@pytest.mark.parametrize("zone", NORDIC)
@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25", "2037-03-29"])
def test_every_minute_of_the_23_and_25_hour_days(zone: str, day: str) -> None:
    start = datetime.fromisoformat(day) - timedelta(hours=3)
    moments = [start + timedelta(minutes=minute) for minute in range(30 * 60)]
    found = to_utc(np.array([wall(moment) for moment in moments]), zone)
    assert found.micros.tolist() == [expected(moment, zone) for moment in moments]
    zoned = [
        (moment.replace(tzinfo=ZoneInfo(zone)), moment.replace(tzinfo=ZoneInfo(zone), fold=1)) for moment in moments
    ]
    odd = [first.utcoffset() != second.utcoffset() for first, second in zoned]
    assert sum(odd) == 60
    kind = found.skipped if "-03-" in day else found.repeated
    assert kind.tolist() == [place for place, is_odd in enumerate(odd) if is_odd]
    assert found.skipped.size + found.repeated.size == 60


def test_an_hour_that_does_not_exist_is_the_hour_after() -> None:
    found = to_utc(np.array([wall(datetime.fromisoformat("2026-03-29T02:30"))]), "Europe/Stockholm")
    assert found.micros[0] == expected(datetime.fromisoformat("2026-03-29T03:30"), "Europe/Stockholm")
