"""Journeys one by one: the rows of a drill-down, and of pages with too few journeys for a share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from tillit.journeys.results import JourneyRow

SECOND_MICROS = 1_000_000
CHIPS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class CaseRow:
    journey: JourneyRow
    link: str
    chips: tuple[tuple[str, int], ...]  # an activity, and how many times in a row
    more: int  # events that the chips do not show
    length_seconds: float


def case_rows(journeys: Iterable[JourneyRow]) -> tuple[CaseRow, ...]:
    """Each journey with its link to the customer, and its steps as chips."""
    rows = []
    for journey in journeys:
        chips = chips_of(journey.activities)[:CHIPS_SHOWN]
        customer = reverse("insight:customer", args=[journey.person])
        rows.append(
            CaseRow(
                journey=journey,
                link=f"{customer}#journey-{journey.number}",
                chips=chips,
                more=journey.events - sum(times for _, times in chips),
                length_seconds=(journey.last_at - journey.first_at) / SECOND_MICROS,
            )
        )
    return tuple(rows)


def chips_of(activities: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Activities in their order; the same one several times in a row is one chip with a count."""
    chips: list[tuple[str, int]] = []
    for activity in activities:
        if chips and chips[-1][0] == activity:
            chips[-1] = (activity, chips[-1][1] + 1)
        else:
            chips.append((activity, 1))
    return tuple(chips)
