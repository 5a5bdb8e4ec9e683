"""What is known of a person at a moment, in numbers: every one from events up to then, none from later ones.

Counts fade: an event counts half after a week, or after a month. What leads to a purchase counts anew after one, and
after a complaint. The same function makes the features of the past (many dates), of everybody now, and of the one
customer who is here at this second.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tillit.journeys.traces import Traces
from tillit.readiness.logistic import Floats
from tillit.readiness.recipe import HALF_LIVES_DAYS, Coded

MICROS_PER_DAY = 86_400_000_000
COMPLAINT_HALF_LIFE_DAYS = 30.0  # nobody marks every complaint as solved


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
        purchases: Shape (m,); whatever the outcome is.
        is_loyal: Shape (m,); has joined the loyalty programme.
    """

    person: NDArray[np.int64]
    features: Floats
    outcome: NDArray[np.bool_]
    first_at: NDArray[np.int64]
    tenure_days: Floats
    times_before: NDArray[np.int64]
    days_since_before: Floats
    purchases: NDArray[np.int64]
    is_loyal: NDArray[np.bool_]


def known_at(traces: Traces, recipe: Coded, as_of: int, horizon_days: float) -> Known:
    """The persons of these traces that had an event by `as_of`, and what was known of them.

    Args:
        traces: Each person's whole life as one journey.
        as_of: Microseconds UTC; events up to and at this moment are known.
        horizon_days: How far ahead the outcome is looked for.
    """
    persons = traces.journeys
    owner = np.repeat(np.arange(persons), np.diff(traces.offsets))
    past = traces.occurred_at <= as_of
    who, activity = owner[past], traces.activity[past]
    age_days = (as_of - traces.occurred_at[past]) / MICROS_PER_DAY
    here = np.bincount(who, minlength=persons) > 0
    tenure = _largest(who, age_days, persons)

    spoke = recipe.speaks[activity]
    counts = spoke & counts_still(who, activity, recipe, persons)
    width = recipe.width
    place = who[counts] * width + recipe.group[activity[counts]]
    columns = []
    for half_life in HALF_LIVES_DAYS:
        faded = np.bincount(place, np.exp2(-age_days[counts] / half_life), minlength=persons * width)
        columns.append(np.log1p(faded.reshape(persons, width)))
    last_day = np.log1p(np.bincount(who[spoke], np.exp2(-age_days[spoke]), minlength=persons))
    since_last = _smallest(who[spoke], age_days[spoke], persons, otherwise=tenure)
    is_outcome = recipe.is_outcome[activity]
    times = np.bincount(who[is_outcome], minlength=persons)
    # Who never bought is as far from the last purchase as from the first sight of us.
    since_before = _smallest(who[is_outcome], age_days[is_outcome], persons, otherwise=tenure)
    rest = [last_day, np.log1p(since_last), np.log1p(tenure), np.log1p(times), np.log1p(since_before)]
    rest.append(_open_complaint(who, activity, age_days, recipe, persons))
    ahead = (traces.occurred_at > as_of) & (traces.occurred_at <= as_of + round(horizon_days * MICROS_PER_DAY))
    came = np.bincount(owner[ahead & recipe.is_outcome[traces.activity]], minlength=persons) > 0
    return Known(
        traces.person[here],
        np.column_stack([*columns, *rest])[here],
        came[here],
        traces.occurred_at[traces.offsets[:-1]][here],
        tenure[here],
        times[here],
        np.where(times > 0, since_before, np.nan)[here],
        np.bincount(who[recipe.is_purchase[activity]], minlength=persons)[here],
        (np.bincount(who[recipe.is_loyal[activity]], minlength=persons) > 0)[here],
    )


def counts_still(who: NDArray[np.int64], activity: NDArray[np.int32], recipe: Coded, persons: int) -> NDArray[np.bool_]:
    """Which events were not used up since: what leads to a purchase counts from the last purchase or complaint on.

    Args:
        who: Shape (n,); the person of each event, ascending; events of one in order.
        activity: Shape (n,); codes.
    """
    rows = np.arange(len(who))
    began = np.full(persons, -1)
    resets = recipe.resets[activity]
    np.maximum.at(began, who[resets], rows[resets])
    still: NDArray[np.bool_] = ~recipe.leads[activity] | (rows > began[who])
    return still


def _open_complaint(
    who: NDArray[np.int64], activity: NDArray[np.int32], age_days: Floats, recipe: Coded, persons: int
) -> Floats:
    """Shape (persons,); 1 for a complaint of this moment that nothing has solved, half of it after a month."""
    complained, solved = recipe.is_complaint[activity], recipe.is_solved[activity]
    none = np.full(persons, np.inf)
    since = _smallest(who[complained], age_days[complained], persons, otherwise=none)
    since_solved = _smallest(who[solved], age_days[solved], persons, otherwise=none)
    return np.where(since < since_solved, np.exp2(-since / COMPLAINT_HALF_LIFE_DAYS), 0.0)


def _largest(owner: NDArray[np.int64], value: Floats, persons: int) -> Floats:
    found = np.zeros(persons)
    np.maximum.at(found, owner, value)
    return found


def _smallest(owner: NDArray[np.int64], value: Floats, persons: int, *, otherwise: Floats) -> Floats:
    found = np.full(persons, np.inf)
    np.minimum.at(found, owner, value)
    return np.where(np.isinf(found), otherwise, found)
