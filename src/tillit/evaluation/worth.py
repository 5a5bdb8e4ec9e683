"""What decisions brought, in money where the log has money: a known value times the probability of getting it.

Regressing noisy money loses to a simple rule below tens of thousands of customers; the probability is learnt and the
value is known (docs/methods/evaluation.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tillit.evaluation.decisions import Bools, Decisions, Floats


@dataclass(frozen=True, slots=True)
class Worth:
    """`came`: shape (n,), NaN where not known; `model`: shape (n, k), the same predicted for every action."""

    unit: str
    came: Floats
    model: Floats


def worth_of(decisions: Decisions, model: Floats, seen: Floats) -> Worth:
    """Rewards if the log has them together with the value at stake, else outcomes.

    Args:
        model: Shape (n, k); P(good outcome) of every action, from other customers.
        seen: Shape (n,); above 0 where the outcome is known.
    """
    if decisions.reward is None or decisions.value is None:
        return Worth("outcome", decisions.outcome, model)
    return Worth("reward", decisions.reward, expected_worth(decisions, model, action_costs(decisions, seen > 0)))


def expected_worth(decisions: Decisions, model: Floats, costs: Floats) -> Floats:
    """Shape (n, k); chance × what is at stake − cost, or the chance alone if the log has no stakes."""
    return model if decisions.value is None else decisions.value[:, None] * model - costs


def action_costs(decisions: Decisions, known: Bools) -> Floats:
    """Shape (k,); what each action cost on average: the value of its good outcomes less the rewards that came."""
    if decisions.reward is None or decisions.value is None:
        return np.zeros(len(decisions.actions))
    spent = np.where(known, decisions.value * np.nan_to_num(decisions.outcome) - np.nan_to_num(decisions.reward), 0.0)
    times = np.bincount(decisions.action[known], minlength=len(decisions.actions))
    total = np.bincount(decisions.action, spent, minlength=len(decisions.actions))
    return total / np.maximum(times, 1)
