"""Whether another model has earned the place of the logistic: on later dates, by an interval, customer by customer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tillit.readiness.logistic import Floats
from tillit.readiness.quality import Z_95


@dataclass(frozen=True, slots=True)
class Challenge:
    """The challenger's log loss less the logistic's, on the same later rows: below 0 is better.

    Attributes:
        low: With `high` the 95 % range, from sums by customer: one customer stands in several rows.
        customers: Who stand in those rows.
    """

    logistic_loss: float
    challenger_loss: float
    difference: float
    low: float
    high: float
    customers: int

    @property
    def is_won(self) -> bool:
        """Whether the challenger is better by more than chance; otherwise what can be read at a glance stays."""
        return self.high < 0


def challenge(logistic: Floats, challenger: Floats, outcome: NDArray[np.bool_], person: NDArray[np.int64]) -> Challenge:
    """Compare what two models said of the same rows.

    Args:
        logistic: Shape (n,); chances.
        challenger: Shape (n,); chances.
        outcome: Shape (n,).
        person: Shape (n,); the customer of each row.
    """
    ours, theirs = _losses(logistic, outcome), _losses(challenger, outcome)
    apart = theirs - ours
    mean = float(apart.mean())
    customers, place = np.unique(person, return_inverse=True)
    sums = np.bincount(place, apart - mean)
    error = float(np.sqrt((sums**2).sum() * len(customers) / max(len(customers) - 1, 1))) / len(apart)
    return Challenge(
        float(ours.mean()), float(theirs.mean()), mean, mean - Z_95 * error, mean + Z_95 * error, len(customers)
    )


def _losses(chance: Floats, outcome: NDArray[np.bool_]) -> Floats:
    return -np.log(np.maximum(np.where(outcome, chance, 1 - chance), 1e-12))
