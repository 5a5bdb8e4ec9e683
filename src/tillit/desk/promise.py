"""By when one of us answers, said so that it can be kept."""

from __future__ import annotations

from dataclasses import dataclass

from tillit.meetings.moment import Capacity
from tillit.meetings.staffing import CALENDAR_DAYS, MICROS_PER_MINUTE, PROMISE_STEP, Staffing

LEAST_MINUTES = 10.0  # to see it, read it and write an answer, where nobody waits
MICROS_PER_DAY = 86_400_000_000
MICROS_PER_HOUR = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Wait:
    """What a customer who asks for a person now is told.

    Attributes:
        promised_at: By when one of us answers; microseconds UTC, a time that people say, such as 13:05.
        is_open: Whether anybody with the skill is at work now.
    """

    promised_at: int
    is_open: bool


def answered_by(capacity: Capacity, staffing: Staffing, skill: str, *, at: int, at_last_hours: int) -> Wait:
    """When one of us answers, if the wait is as it is known now.

    While somebody is at work that is the stated wait and the time to answer, later where the day ends before; otherwise
    so long after somebody comes. Without shifts nobody knows, and the time is the one the company promises at the last.

    Args:
        at: Now, microseconds UTC.
        at_last_hours: Within how many hours the company calls whoever cannot wait (`Policy.call_within_hours`).
    """
    is_open = staffing.at_work(skill, at) > 0
    waits = 0.0 if capacity.wait_seconds is None else capacity.wait_seconds
    minutes = LEAST_MINUTES + waits / 60
    ahead = staffing.calendar(skill, at, at + CALENDAR_DAYS * MICROS_PER_DAY)
    open_at = _after_open_minutes(ahead.times, ahead.people, minutes)
    promised = at + at_last_hours * MICROS_PER_HOUR if open_at is None else open_at
    return Wait(-(-promised // PROMISE_STEP) * PROMISE_STEP, is_open)


def _after_open_minutes(times: tuple[int, ...], people: tuple[int, ...], minutes: float) -> int | None:
    """The instant at which so many minutes have passed in which anybody was at work."""
    left = round(minutes * MICROS_PER_MINUTE)
    for place, count in enumerate(people):
        length = times[place + 1] - times[place]
        if not count:
            continue
        if left <= length:
            return times[place] + left
        left -= length
    return None
