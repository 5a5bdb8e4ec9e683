"""What the excess exits of each step are worth, with the range that resampled customers give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tillit.friction.matched import excess
from tillit.friction.resampling import RESAMPLES, grouped, range_of, weights
from tillit.friction.tails import Floats
from tillit.friction.verdicts import Visits

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
    reference: NDArray[np.bool_] | None = None,
) -> Worth:
    """Excess exits × P(goal | went on, matched) × mean amount of a goal.

    Args:
        visits: One period.
        amount: Shape (visits,); value of the journey's goal, NaN where there is none.
        compared: Shape (steps,); from `matched.comparable`.
        rng: Draws the customers: each counts 0, 1, 2 … times, on average once, with all visits.
        resamples: How often.
        reference: Shape (steps,); as in `matched.excess`.
    """
    strata = visits.strata
    valued = ~np.isnan(amount)
    table = grouped(
        visits.customer,
        visits.step * strata + visits.stratum,
        [None, visits.left, visits.reached_goal, valued, np.where(valued, amount, 0.0)],
        cells=visits.steps * strata,
    )

    def sized(counted: Floats) -> tuple[Floats, Floats, Floats]:
        shape = (*counted.shape[:-1], visits.steps, strata)
        return _sizes(counted.reshape(shape), visits.group, compared, reference)

    exits, share, value = sized(table.counted())
    drawn = [sized(counted) for counted in table.drawn(weights(rng, table.groups, resamples=resamples))]
    return Worth(exits, _ranges([one[0] for one in drawn]), share, value, _ranges([one[2] for one in drawn]))


def _sizes(
    counted: Floats, group: NDArray[np.int64], compared: NDArray[np.bool_], reference: NDArray[np.bool_] | None
) -> tuple[Floats, Floats, Floats]:
    """From visits, exits, goals, valued goals and their amounts, shape (…, 5, steps, strata): each (…, steps)."""
    came, left, reached, valued, amounts = np.moveaxis(counted, -3, 0)
    passed = came - left
    exits = excess(came, left, group, compared, reference=reference).excess
    own_share = _ratio(reached.sum(axis=-1), passed.sum(axis=-1))
    matched_share = (reached + LEAN * own_share[..., None]) / (passed + LEAN)
    goal_share = _ratio((left * matched_share).sum(axis=-1), left.sum(axis=-1))
    mean_value = _ratio(amounts.sum(axis=-1), valued.sum(axis=-1))
    return exits, goal_share, exits * goal_share * mean_value


def _ratio(above: Floats, below: Floats) -> Floats:
    ratio = np.full(below.shape, np.nan)
    np.divide(above, below, out=ratio, where=below > 0)
    return ratio


def _ranges(drawn: Sequence[Floats]) -> Floats:
    table = np.concatenate(drawn) if drawn else np.zeros((0, 0))
    return np.array([range_of(column) for column in table.T]).T.reshape(2, -1)
