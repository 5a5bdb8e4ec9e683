"""Who can meet customers when: people by skill and hour, as counts. No name has a place here."""

from __future__ import annotations

import bisect
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from tillit.errors import QueryError
from tillit.journeys.calendar import EPOCH, zone_named
from tillit.journeys.opening import OpeningHours, open_time
from tillit.meetings.moment import check_skill
from tillit.sentences import sentence

MICROS_PER_MINUTE = 60_000_000
CALENDAR_DAYS = 30  # a call is promised no further ahead than this
PROMISE_STEP = 5 * MICROS_PER_MINUTE  # a promised time is one that people say, such as 13:05
MOST_PEOPLE = 1_000


@dataclass(frozen=True, slots=True)
class Shift:
    """So many people with one skill, in these hours of the week."""

    skill: str
    people: int
    hours: OpeningHours

    def __post_init__(self) -> None:
        """Refuse what could be somebody's name, and counts that no company has."""
        check_skill(self.skill)
        if not 1 <= self.people <= MOST_PEOPLE:
            raise QueryError(
                sentence("A shift has from 1 to {most} people, not {people}.", most=MOST_PEOPLE, people=self.people)
            )


@dataclass(frozen=True, slots=True)
class Staffing:
    """The shifts of a company, in its time zone. Several shifts of a skill at the same hour add up."""

    shifts: tuple[Shift, ...]
    timezone: str

    @property
    def skills(self) -> tuple[str, ...]:
        """Every skill that somebody has, by name."""
        return tuple(sorted({shift.skill for shift in self.shifts}))

    def at_work(self, skill: str, at: int) -> int:
        """How many people with this skill are at work at an instant (microseconds UTC)."""
        local = (EPOCH + timedelta(microseconds=at)).astimezone(zone_named(self.timezone))
        minute = local.hour * 60 + local.minute
        return sum(
            shift.people
            for shift in self.shifts
            if shift.skill == skill
            and any(opens <= minute < closes for opens, closes in shift.hours.spans_on(local.date()))
        )

    def calendar(self, skill: str, first: int, last: int) -> Calendar:
        """The person-minutes of a skill between two instants (microseconds UTC)."""
        change: Counter[int] = Counter({first: 0, last: 0})
        for shift in self.shifts:
            if shift.skill != skill:
                continue
            spans = open_time(shift.hours, self.timezone, first, last)
            for opens, closes in zip(spans.opens.tolist(), spans.closes.tolist(), strict=True):
                change[min(max(opens, first), last)] += shift.people
                change[min(max(closes, first), last)] -= shift.people
        times = sorted(change)
        done, people, at_work = [0.0], 0, []
        for here, then in pairwise(times):
            people += change[here]
            at_work.append(people)
            done.append(done[-1] + people * (then - here) / MICROS_PER_MINUTE)
        return Calendar(tuple(times), tuple(at_work), tuple(done))


@dataclass(frozen=True, slots=True)
class Calendar:
    """The minutes that people of one skill have.

    Attributes:
        times: k + 1 instants in order; microseconds UTC.
        people: k counts; at work from each instant to the next.
        done: k + 1 person-minutes before each instant.
    """

    times: tuple[int, ...]
    people: tuple[int, ...]
    done: tuple[float, ...]

    @property
    def person_minutes(self) -> float:
        return self.done[-1]

    @property
    def open_minutes(self) -> float:
        """How long anybody is at work."""
        spans = zip(pairwise(self.times), self.people, strict=True)
        return sum(then - here for (here, then), people in spans if people) / MICROS_PER_MINUTE

    def when(self, minutes: float) -> int | None:
        """The first time of day, in whole five minutes, at which so much work is done; None if not before its end."""
        place = bisect.bisect_left(self.done, minutes)
        if place >= len(self.done):
            return None
        if place == 0:
            return self.times[0]
        here = self.times[place - 1] + (minutes - self.done[place - 1]) / self.people[place - 1] * MICROS_PER_MINUTE
        return -(-round(here) // PROMISE_STEP) * PROMISE_STEP
