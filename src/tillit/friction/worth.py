"""What the excess exits of each step are worth, with the range that resampled customers give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tillit.friction.matched import excess
from tillit.friction.tails import Floats
from tillit.friction.verdicts import Visits

RESAMPLES = 200
RANGE = (2.5, 97.5)  # percentiles
# A stratum's share leans on the step's own as if on so many journeys more, so that thin strata do not jump.
LEAN = 5.0


@dataclass(frozen=True, slots=True)
class Worth:
    """Per step, each of shape (steps,) or, for ranges, (2, steps); NaN where a step could not be compared or valued."""

    excess_exits: Floats
    excess_range: Floats
    goal_share: Floats
    value: Floats
    value_range: Floats


def worth(
    visits: Visits,
    amount: Floats,
    compared: NDArray[np.bool_],
    *,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
) -> Worth:
    """Excess exits × P(goal | went on, matched) × mean amount of a goal.

    Args:
        visits: One period.
        amount: Shape (visits,); value of the journey's goal, NaN where there is none.
        compared: Shape (steps,); from `matched.comparable`.
        rng: Draws the customers: each counts 0, 1, 2 … times, on average once, with all visits.
        resamples: How often.
    """
    once = np.ones(len(visits.step))
    exits, share, value = _sizes(visits, amount, compared, once)
    drawn_exits, drawn_value = np.empty((resamples, visits.steps)), np.empty((resamples, visits.steps))
    customers = int(visits.customer.max()) + 1 if len(visits.customer) else 0
    for number in range(resamples):
        weight = rng.poisson(1.0, customers).astype(np.float64)[visits.customer]
        drawn_exits[number], _, drawn_value[number] = _sizes(visits, amount, compared, weight)
    return Worth(exits, _range(drawn_exits), share, value, _range(drawn_value))


def _sizes(
    visits: Visits, amount: Floats, compared: NDArray[np.bool_], weight: Floats
) -> tuple[Floats, Floats, Floats]:
    came, left = visits.counted(weight), visits.counted(weight * visits.left)
    reached, passed = visits.counted(weight * visits.reached_goal), came - left
    exits = excess(came, left, visits.group, compared).excess
    own_share = _ratio(reached.sum(axis=1), passed.sum(axis=1))
    matched_share = (reached + LEAN * own_share[:, None]) / (passed + LEAN)
    goal_share = _ratio((left * matched_share).sum(axis=1), left.sum(axis=1))
    valued = ~np.isnan(amount)
    sums = visits.counted(np.where(valued, weight * amount, 0.0)).sum(axis=1)
    mean_value = _ratio(sums, visits.counted(weight * valued).sum(axis=1))
    return exits, goal_share, exits * goal_share * mean_value


def _ratio(above: Floats, below: Floats) -> Floats:
    ratio = np.full(len(below), np.nan)
    np.divide(above, below, out=ratio, where=below > 0)
    return ratio


def _range(drawn: Floats) -> Floats:
    found = np.full((2, drawn.shape[1]), np.nan)
    known = ~np.isnan(drawn).all(axis=0)
    found[:, known] = np.nanpercentile(drawn[:, known], RANGE, axis=0)
    return found
