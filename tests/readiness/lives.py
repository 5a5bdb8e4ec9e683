"""Lives by hand, for kernels."""

from __future__ import annotations

import numpy as np

from tillit.journeys.traces import Traces
from tillit.readiness.features import MICROS_PER_DAY
from tillit.readiness.recipe import Recipe

ACTIVITIES = (
    *("page_viewed", "order_completed", "price_viewed", "help_viewed", "complaint_made", "ticket_solved"),
    *("email_opened", "loyalty_joined"),
)
CODE = {name: code for code, name in enumerate(ACTIVITIES)}
RECIPE = Recipe(counted=("price_viewed", "page_viewed"), outcome=("order_completed",))
CODED = RECIPE.coded(ACTIVITIES)


def lives(*persons: list[tuple[float, str]]) -> Traces:
    """Each person's events as (day, activity); those of one moment in the given order."""
    events = [sorted(person, key=lambda event: event[0]) for person in persons]
    return Traces(
        offsets=np.cumsum([0, *map(len, events)]),
        person=np.arange(len(events)),
        number=np.ones(len(events), np.int32),
        reached_goal=np.zeros(len(events), np.bool_),
        activity=np.array([CODE[activity] for person in events for _, activity in person], np.int32),
        occurred_at=np.array([round(day * MICROS_PER_DAY) for person in events for day, _ in person], np.int64),
    )


def day(number: float) -> int:
    """Microseconds."""
    return round(number * MICROS_PER_DAY)
