"""AIPW scores of a policy, and their mean with customers as the independent unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tillit.evaluation.decisions import Decisions, Floats, Ints

Z_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over decisions, its standard error by customer, and its 95 % interval."""

    value: float
    error: float
    n: int
    customers: int

    @property
    def low(self) -> float:
        return self.value - Z_95 * self.error

    @property
    def high(self) -> float:
        return self.value + Z_95 * self.error


def always(decisions: Decisions, action: int) -> Floats:
    """Shape (n, k); the policy that takes this action wherever it is allowed, and a person elsewhere."""
    chosen = np.where(decisions.eligible[:, action], action, decisions.person)
    return np.eye(len(decisions.actions))[chosen]


def importance(decisions: Decisions, target: Floats) -> Floats:
    """Shape (n,); how much more often than the log the target takes what was taken.

    Args:
        target: Shape (n, k); P(action | context) under the target policy.
    """
    return np.take_along_axis(target, decisions.action[:, None], axis=1)[:, 0] / decisions.taken_propensity


def aipw(decisions: Decisions, target: Floats, reward: Floats, model: Floats, seen: Floats) -> Floats:
    """Scores whose mean is the value of the target policy, whatever the model, if the propensities are right.

    Args:
        target: Shape (n, k); P(action | context) under the target policy.
        reward: Shape (n,); what came of each decision; NaN where it is not known.
        model: Shape (n, k); predicted reward of every action, from other customers.
        seen: Shape (n,); 1 / P(the reward is known by now), 0 where it is not known.

    Source: Robins, Rotnitzky & Zhao (1994), doi:10.1080/01621459.1994.10476818; Dudík, Langford & Li (2011).
    """
    expected = (target * model).sum(axis=1)
    taken = np.take_along_axis(model, decisions.action[:, None], axis=1)[:, 0]
    surprise = np.where(seen > 0, np.nan_to_num(reward) - taken, 0.0)
    scores: Floats = expected + importance(decisions, target) * seen * surprise
    return scores


def clustered(scores: Floats, customer: Ints) -> Estimate:
    """The mean of scores; one customer's decisions count as one observation.

    Args:
        scores: Shape (n,), n > 0.
        customer: Shape (n,); codes.
    """
    mean = float(scores.mean())
    _, code = np.unique(customer, return_inverse=True)
    sums = np.bincount(code, scores - mean)
    customers = len(sums)
    if customers < 2:
        return Estimate(mean, float("inf"), len(scores), customers)
    error = float(np.sqrt((sums**2).sum() * customers / (customers - 1))) / len(scores)
    return Estimate(mean, error, len(scores), customers)


def effective_size(weight: Floats) -> float:
    """(Σw)² / Σw²: as many equally weighted decisions would be as precise. Source: Kish (1965)."""
    total = float(weight.sum())
    return total * total / float((weight**2).sum()) if total else 0.0
