"""The shifts of the company: read for decisions, and changed on the page *Who can meet customers when*."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from tillit.errors import QueryError
from tillit.journeys.opening import COUNTRIES, OpeningHours
from tillit.meetings.capacity import Declared
from tillit.meetings.moment import check_skill
from tillit.meetings.staffing import Shift, Staffing
from tillit.sentences import sentence
from tillit_web.meetings import models
from tillit_web.people.queries import company

MOST_SHIFTS = 200
MOST_MINUTES = 480.0
MOST_ARRIVALS = 10_000.0


@dataclass(frozen=True, slots=True)
class Staffed:
    """The shifts, and what each skill was declared to meet."""

    staffing: Staffing
    declared: dict[str, Declared]


def staffed() -> Staffed:
    """As the database has it now."""
    facts = company()
    holidays = facts.country if facts.country in COUNTRIES else ""
    shifts = [
        Shift(row.skill.name, row.people, OpeningHours.parse(row.hours, holidays=holidays))
        for row in models.Shift.objects.select_related("skill")
    ]
    declared = {row.name: Declared(row.arrivals_per_hour, row.minutes) for row in models.Skill.objects.all()}
    return Staffed(Staffing(tuple(shifts), facts.timezone), declared)


@transaction.atomic
def add_shift(skill: str, people: int, hours: str) -> models.Shift:
    """Add people with a skill in these hours.

    Raises:
        QueryError: The skill could be a name, the hours cannot be read or are none, or nobody has so many people.
    """
    read = OpeningHours.parse(hours)
    if not any(read.week):
        raise QueryError(sentence("Say when, such as mon-fri 09:00-18:00."))
    Shift(skill, people, read)  # refuses what no shift can be
    if models.Shift.objects.count() >= MOST_SHIFTS:
        raise QueryError(sentence("There are {most} shifts already. Remove one first.", most=MOST_SHIFTS))
    row, _ = models.Skill.objects.get_or_create(name=skill)
    return models.Shift.objects.create(skill=row, people=people, hours=_short(hours))


@transaction.atomic
def remove_shift(number: int) -> None:
    """Remove a shift, and its skill with the last one."""
    models.Shift.objects.filter(pk=number).delete()
    models.Skill.objects.filter(shifts=None).delete()


def declare(skill: str, *, arrivals_per_hour: float, minutes: float) -> None:
    """Say what is expected of a skill until it is measured.

    Raises:
        QueryError: There is no such skill, or no desk meets so many.
    """
    check_skill(skill)
    if not (0 <= arrivals_per_hour <= MOST_ARRIVALS and 0 < minutes <= MOST_MINUTES):
        raise QueryError(
            sentence(
                "Customers an hour go from 0 to {arrivals}, minutes with each from above 0 to {minutes}.",
                arrivals=round(MOST_ARRIVALS),
                minutes=round(MOST_MINUTES),
            )
        )
    if not models.Skill.objects.filter(name=skill).update(arrivals_per_hour=arrivals_per_hour, minutes=minutes):
        raise QueryError(sentence("Nobody has the skill {skill}. Add a shift first.", skill=skill))


def _short(hours: str) -> str:
    return ", ".join(part.strip().lower() for part in hours.split(",") if part.strip())
