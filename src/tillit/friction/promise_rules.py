"""Service promises as readable rules: what is asked, what answers it, how soon and by which clock."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tillit.errors import QueryError
from tillit.journeys.opening import OpeningHours
from tillit.sentences import sentence

MOST_DAYS = 366
HOURS_A_DAY = 24


class Clock(StrEnum):
    """Which time counts."""

    OPENING = "opening"  # only while the company is open
    CALENDAR = "calendar"  # day and night


@dataclass(frozen=True, slots=True)
class PromiseRule:
    """Who asks this gets one of these answers within so many hours.

    Raises:
        QueryError: It names no activity or no time, or more than a year.
    """

    ask: str
    answers: tuple[str, ...]
    within_hours: float
    clock: Clock = Clock.OPENING

    def __post_init__(self) -> None:
        if not self.ask or not self.answers or not all(self.answers):
            raise QueryError(sentence("A promise needs what is asked and what answers it."))
        if self.ask in self.answers:
            raise QueryError(sentence("Asking cannot be its own answer; choose another activity."))
        if not 0 < self.within_hours <= MOST_DAYS * HOURS_A_DAY:
            raise QueryError(
                sentence("A promise within {hours:g} hours says nothing; give more than 0.", hours=self.within_hours)
            )

    @property
    def within(self) -> str:
        """As it is written in TOML: "4 opening hours"."""
        unit = "hour" if self.within_hours == 1 else "hours"
        return f"{self.within_hours:g} {'opening ' if self.clock is Clock.OPENING else ''}{unit}"


@dataclass(frozen=True, slots=True)
class Promises:
    """A company's promises and the hours in which it is open."""

    rules: tuple[PromiseRule, ...]
    hours: OpeningHours
