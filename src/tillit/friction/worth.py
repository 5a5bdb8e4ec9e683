"""What the excess exits of each step are worth, with the range that resampled customers give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from tillit.friction.matched import excess
from tillit.friction.resampling import RESAMPLES, counted, drawn, range_of, weights
from tillit.friction.tails import Floats

# A stratum's share leans on the step's own as if on so many journeys more, so that thin strata do not jump.
LEAN = 5.0


class Outcome(IntEnum):
    """What became of a journey after a visit."""

    REACHED = 0  # the goal
    WENT_ON = 1  # and ended at another step without the goal
    LEFT = 2


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of the visits of one period, by customers: what resampling draws from. Tables as of `grouped`.

    Attributes:
        visits: How many, in the cells (outcome, step, stratum).
        goals: Visits after which the goal had a value, in the cells (step,).
        values: The sum of these values.
        group: Shape (steps,); steps are compared within a group.
    """

    visits: csr_matrix
    goals: csr_matrix
    values: csr_matrix
    strata: int
    group: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Worth:
    """Per step, each of shape (steps,) or, for ranges, (2, steps); NaN where a step could not be compared or valued."""

    excess_exits: Floats
    excess_range: Floats
    goal_share: Floats
    value: Floats
    value_range: Floats


def worth(
    outcomes: Outcomes,
    compared: NDArray[np.bool_],
    *,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
    reference: NDArray[np.bool_] | None = None,
    margin_share: float | None = None,
) -> Worth:
    """Excess exits × P(goal | went on, matched) × mean value of a goal.

    Args:
        compared: Shape (steps,); from `matched.comparable`.
        rng: Draws the customers: each counts 0, 1, 2 … times, on average once, with all visits.
        resamples: How often.
        reference: Shape (steps,); as in `matched.excess`.
        margin_share: Share of a goal's value that is earned; None: all of it counts.
    """
    tables = (outcomes.visits, outcomes.goals, outcomes.values)
    earned = 1.0 if margin_share is None else margin_share

    def sized(visits: Floats, goals: Floats, values: Floats) -> tuple[Floats, Floats, Floats]:
        by_outcome = visits.reshape(*visits.shape[:-1], len(Outcome), len(outcomes.group), outcomes.strata)
        return _sizes(by_outcome, _ratio(values, goals) * earned, outcomes.group, compared, reference)

    exits, share, value = sized(*(counted(table) for table in tables))
    draws = [sized(*block) for block in drawn(tables, weights(rng, outcomes.visits.shape[1], resamples=resamples))]
    return Worth(exits, _ranges([one[0] for one in draws]), share, value, _ranges([one[2] for one in draws]))


def _sizes(
    by_outcome: Floats,
    mean_value: Floats,
    group: NDArray[np.int64],
    compared: NDArray[np.bool_],
    reference: NDArray[np.bool_] | None,
) -> tuple[Floats, Floats, Floats]:
    """From visits, shape (…, outcomes, steps, strata), and the mean value of a goal, (…, steps): each (…, steps)."""
    reached, went_on, left = np.moveaxis(by_outcome, -3, 0)
    passed = reached + went_on
    exits = excess(passed + left, left, group, compared, reference=reference).excess
    own_share = _ratio(reached.sum(axis=-1), passed.sum(axis=-1))
    matched_share = (reached + LEAN * own_share[..., None]) / (passed + LEAN)
    goal_share = _ratio((left * matched_share).sum(axis=-1), left.sum(axis=-1))
    return exits, goal_share, exits * goal_share * mean_value


def _ratio(above: Floats, below: Floats) -> Floats:
    ratio = np.full(below.shape, np.nan)
    np.divide(above, below, out=ratio, where=below > 0)
    return ratio


def _ranges(drawn: Sequence[Floats]) -> Floats:
    table = np.concatenate(drawn) if drawn else np.zeros((0, 0))
    return np.array([range_of(column) for column in table.T]).T.reshape(2, -1)
