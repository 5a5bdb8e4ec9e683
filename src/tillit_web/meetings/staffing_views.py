"""Who can meet customers when: counts by skill and hour, and what is expected to come. No name is asked for."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.views.decorators.http import require_http_methods

from tillit.errors import InputError
from tillit.meetings.actions import ANYONE
from tillit.sentences import Sentence, sentence
from tillit.vocabulary import Role
from tillit_web.meetings import frame, models, staffing
from tillit_web.people.access import TeamRequest, access


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the week with how many people are at work at half past each hour shown."""

    name: str | Promise
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SkillPart:
    """One skill: its row, its shifts, and its week by the hour."""

    row: models.Skill
    shifts: tuple[models.Shift, ...]
    hours: tuple[int, ...]
    days: tuple[Day, ...]
    now: int


@access(*Role)
@require_http_methods(["GET", "POST"])
def show_staffing(request: TeamRequest) -> HttpResponse:
    """The page, and what its forms change."""
    may_edit = frame.may_edit(request)
    refused: Sentence | None = None
    if request.method == "POST" and may_edit:
        try:
            _DO.get(request.POST.get("do", ""), _nothing)(request.POST)
            return redirect("meetings:staffing")
        except InputError as error:
            refused = error.sentence
    context = {
        "parts": _parts(),
        "refused": refused,
        "sent": request.POST if refused else {"skill": ANYONE, "people": "1", "hours": "mon-fri 09:00-17:00"},
    }
    return frame.show(request, "meetings/staffing.html", "meetings:staffing", context, status=422 if refused else 200)


def _parts() -> tuple[SkillPart, ...]:
    now = staffing.staffed().staffing
    at = time.time_ns() // 1000
    parts = []
    for row in models.Skill.objects.prefetch_related("shifts"):
        spans = [
            (day, opens, closes, shift.people)
            for shift in now.shifts
            if shift.skill == row.name
            for day, of_day in enumerate(shift.hours.week)
            for opens, closes in of_day
        ]
        first = min((opens // 60 for _, opens, _, _ in spans), default=0)
        last = max((-(-closes // 60) for _, _, closes, _ in spans), default=0)
        hours = tuple(range(first, last))
        days = tuple(
            Day(
                WEEKDAYS[day],
                tuple(
                    sum(people for own, opens, closes, people in spans if own == day and opens <= at_half < closes)
                    for at_half in (hour * 60 + 30 for hour in hours)
                ),
            )
            for day in range(7)
        )
        parts.append(SkillPart(row, tuple(row.shifts.all()), hours, days, now.at_work(row.name, at)))
    return tuple(parts)


def _add(sent: QueryDict) -> None:
    people = sent.get("people", "").strip()
    staffing.add_shift(
        sent.get("skill", "").strip().lower().replace(" ", "_"),
        int(people) if people.isdecimal() and len(people) < 6 else 0,
        sent.get("hours", "")[:200],
    )


def _remove(sent: QueryDict) -> None:
    number = sent.get("shift", "")
    if number.isdecimal():
        staffing.remove_shift(int(number))


def _declare(sent: QueryDict) -> None:
    staffing.declare(
        sent.get("skill", ""), arrivals_per_hour=_number(sent, "arrivals"), minutes=_number(sent, "minutes")
    )


def _nothing(_sent: QueryDict) -> None:
    """A form that is none of ours changes nothing."""


_DO: dict[str, Callable[[QueryDict], None]] = {"add": _add, "remove": _remove, "declare": _declare}


def _number(sent: QueryDict, name: str) -> float:
    text = sent.get(name, "")
    try:
        return float("".join(text.split()).replace(",", "."))
    except ValueError:
        raise InputError(sentence("“{text}” is no number. Write one such as 12.", text=text[:40])) from None
