"""What is promised can be kept: in open hours, after the stated wait, at a time that people say."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tillit.desk.promise import answered_by
from tillit.journeys.opening import OpeningHours
from tillit.meetings.moment import Capacity
from tillit.meetings.staffing import Shift, Staffing

STOCKHOLM = ZoneInfo("Europe/Stockholm")
OFFICE = Staffing((Shift("service", 2, OpeningHours.parse("mon-fri 09:00-17:00", holidays="SE")),), "Europe/Stockholm")
NOBODY = Staffing((), "Europe/Stockholm")


def _at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM).timestamp() * 1_000_000)


@pytest.mark.parametrize(
    ("asked", "wait_minutes", "promised", "is_open"),
    [
        ("2026-03-02T10:00", 0, "2026-03-02T10:10", True),
        ("2026-03-02T10:01", 0, "2026-03-02T10:15", True),  # whole five minutes
        ("2026-03-02T10:00", 7, "2026-03-02T10:20", True),
        ("2026-03-02T16:55", 0, "2026-03-03T09:05", True),  # five minutes today, five tomorrow
        ("2026-03-02T20:00", None, "2026-03-03T09:10", False),
        ("2026-03-06T17:00", None, "2026-03-09T09:10", False),  # Friday evening: Monday
        ("2026-04-30T18:00", None, "2026-05-04T09:10", False),  # the first of May is closed, then a weekend
        ("2026-03-28T12:00", None, "2026-03-30T09:10", False),  # over the night in which clocks change
    ],
)
def test_promises_of_an_office(asked: str, wait_minutes: float | None, promised: str, is_open: bool) -> None:
    capacity = Capacity(wait_seconds=None if wait_minutes is None else wait_minutes * 60)
    wait = answered_by(capacity, OFFICE, "service", at=_at(asked), at_last_hours=24)
    assert (wait.promised_at, wait.is_open) == (_at(promised), is_open)


def test_without_shifts_the_company_promises_what_it_promises_everyone() -> None:
    wait = answered_by(Capacity(), NOBODY, "service", at=_at("2026-03-02T10:00"), at_last_hours=24)
    assert (wait.promised_at, wait.is_open) == (_at("2026-03-03T10:00"), False)
