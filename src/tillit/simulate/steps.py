"""A world of steps in which it is known which of them lose customers that they need not lose.

Who comes to a step differs from step to step: new customers and small screens leave more often everywhere, so a step
that they come to looks bad without being it. A plain comparison of rates is wrong here on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAVES, SMALL_SCREEN_LEAVES, NEW_CUSTOMER_LEAVES = 0.08, 0.10, 0.08
# Waiting is log-normal; these are its logarithms' mean, additions and spread.
WAIT, SMALL_SCREEN_WAIT, NEW_CUSTOMER_WAIT, BAD_WAIT, WAIT_SPREAD = 3.0, 0.2, 0.2, 0.25, 0.6
LEAST_SHARE, GREATEST_SHARE = 0.1, 0.9  # of small screens, and of new customers, at a step


@dataclass(frozen=True, slots=True)
class StepsWorld:
    """Visits, one to a customer, and the truth about the steps.

    Attributes:
        step: Shape (visits,); 0 to steps - 1.
        small_screen: Shape (visits,), bool.
        new_customer: Shape (visits,), bool.
        left: Shape (visits,), bool; the customer went no further.
        seconds: Shape (visits,); how long the step took.
        bad: Shape (steps,), bool; known to the judge alone.
        excess: Shape (steps,); what a bad step adds to the chance of leaving.
    """

    step: NDArray[np.int64]
    small_screen: NDArray[np.bool_]
    new_customer: NDArray[np.bool_]
    left: NDArray[np.bool_]
    seconds: NDArray[np.float64]
    bad: NDArray[np.bool_]
    excess: NDArray[np.float64]


def steps_world(
    rng: np.random.Generator, *, visits_a_step: int, steps: int = 40, bad: int = 8, excess: float = 0.06
) -> StepsWorld:
    """Draw a world; with `bad=0` there is no friction in it."""
    is_bad = np.arange(steps) < bad
    rng.shuffle(is_bad)
    small_share, new_share = rng.uniform(LEAST_SHARE, GREATEST_SHARE, (2, steps))
    step = np.repeat(np.arange(steps), visits_a_step)
    small, new = (rng.random(len(step)) < share[step] for share in (small_share, new_share))
    chance = LEAVES + SMALL_SCREEN_LEAVES * small + NEW_CUSTOMER_LEAVES * new + excess * is_bad[step]
    wait = WAIT + SMALL_SCREEN_WAIT * small + NEW_CUSTOMER_WAIT * new + BAD_WAIT * is_bad[step]
    return StepsWorld(
        step,
        small,
        new,
        rng.random(len(step)) < chance,
        np.exp(rng.normal(wait, WAIT_SPREAD)),
        is_bad,
        np.where(is_bad, excess, 0.0),
    )
