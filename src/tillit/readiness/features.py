"""What is known of a person at a moment, in numbers: every one from events up to then, none from later ones.

Counts fade: an event counts half after a week, or after a month. The same function makes the features of the past (many
dates) and of now (one).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tillit.journeys.traces import Traces
from tillit.readiness.logistic import Floats

MICROS_PER_DAY = 86_400_000_000
HALF_LIVES_DAYS = (7.0, 30.0)
LAST_DAY = "last_day"  # an event counts half after a day
SINCE_LAST, TENURE, BOUGHT, SINCE_BOUGHT = "days_since_last_event", "days_known", "times_before", "days_since_before"


@dataclass(frozen=True, slots=True)
class Recipe:
    """Which activities are counted apart, and which one is the outcome.

    Attributes:
        counted: Codes of the activities with counts of their own.
        labels: Their names.
        outcome: The code of the outcome's activity.
    """

    counted: tuple[int, ...]
    labels: tuple[str, ...]
    outcome: int

    @property
    def names(self) -> tuple[str, ...]:
        """f names, in the order of the columns."""
        faded = [f"{label}, half-life {days:.0f} days" for days in HALF_LIVES_DAYS for label in (*self.labels, "other")]
        return (*faded, LAST_DAY, SINCE_LAST, TENURE, BOUGHT, SINCE_BOUGHT)


@dataclass(frozen=True, slots=True)
class Known:
    """Persons that were known at a moment.

    Attributes:
        person: Shape (m,); internal codes.
        features: Shape (m, f).
        outcome: Shape (m,); whether the outcome came within the horizon after the moment.
        first_at: Shape (m,); the first event, microseconds UTC.
        tenure_days: Shape (m,); since then.
        times_before: Shape (m,); outcomes up to the moment.
        days_since_before: Shape (m,); since the last of them, NaN if there is none.
    """

    person: NDArray[np.int64]
    features: Floats
    outcome: NDArray[np.bool_]
    first_at: NDArray[np.int64]
    tenure_days: Floats
    times_before: NDArray[np.int64]
    days_since_before: Floats


def known_at(traces: Traces, recipe: Recipe, as_of: int, horizon_days: float) -> Known:
    """The persons of these traces that had an event by `as_of`, and what was known of them.

    Args:
        traces: Each person's whole life as one journey.
        as_of: Microseconds UTC; events up to and at this moment are known.
        horizon_days: How far ahead the outcome is looked for.
    """
    persons, width = traces.journeys, len(recipe.counted) + 1
    owner = np.repeat(np.arange(persons), np.diff(traces.offsets))
    past = traces.occurred_at <= as_of
    here = np.bincount(owner[past], minlength=persons) > 0
    age_days = (as_of - traces.occurred_at[past]) / MICROS_PER_DAY
    group = _groups(traces.activity[past], recipe)
    place = owner[past] * width + group
    columns = []
    for half_life in HALF_LIVES_DAYS:
        counts = np.bincount(place, np.exp2(-age_days / half_life), minlength=persons * width)
        columns.append(np.log1p(counts.reshape(persons, width)))
    last_day = np.log1p(np.bincount(owner[past], np.exp2(-age_days), minlength=persons))
    tenure, since_last = _largest(owner[past], age_days, persons), _smallest(owner[past], age_days, persons)
    is_outcome = traces.activity[past] == recipe.outcome
    times = np.bincount(owner[past][is_outcome], minlength=persons)
    since_before = _smallest(owner[past][is_outcome], age_days[is_outcome], persons)
    # Who never bought is as far from the last purchase as from the first sight of us.
    since_or_tenure = np.where(times > 0, since_before, tenure)
    rest = [last_day, np.log1p(since_last), np.log1p(tenure), np.log1p(times), np.log1p(since_or_tenure)]
    ahead = (traces.occurred_at > as_of) & (traces.occurred_at <= as_of + round(horizon_days * MICROS_PER_DAY))
    came = np.bincount(owner[ahead & (traces.activity == recipe.outcome)], minlength=persons) > 0
    features = np.column_stack([*columns, *rest])
    return Known(
        traces.person[here],
        features[here],
        came[here],
        traces.occurred_at[traces.offsets[:-1]][here],
        tenure[here],
        times[here],
        np.where(times > 0, since_before, np.nan)[here],
    )


def _groups(activity: NDArray[np.int32], recipe: Recipe) -> NDArray[np.int64]:
    """The place of each event's activity among those counted apart; the last one for all others."""
    counted = np.array(recipe.counted, np.int64)
    order = np.argsort(counted)
    found = np.searchsorted(counted[order], activity).clip(max=max(len(counted) - 1, 0))
    if not len(counted):
        return np.zeros(len(activity), np.int64)
    is_counted = counted[order][found] == activity
    groups: NDArray[np.int64] = np.where(is_counted, order[found], len(counted))
    return groups


def _largest(owner: NDArray[np.int64], value: Floats, persons: int) -> Floats:
    found = np.zeros(persons)
    np.maximum.at(found, owner, value)
    return found


def _smallest(owner: NDArray[np.int64], value: Floats, persons: int) -> Floats:
    found = np.full(persons, np.inf)
    np.minimum.at(found, owner, value)
    return np.where(np.isinf(found), 0.0, found)
