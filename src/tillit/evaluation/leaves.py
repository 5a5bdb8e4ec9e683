"""Leaves judged one by one, on customers who chose none of them: what a page shows that is looked at every day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tillit.evaluation.decisions import Decisions
from tillit.evaluation.learning import Rule, allowed, worth_scores
from tillit.evaluation.outcome_model import cross_fitted
from tillit.evaluation.scores import Estimate, clustered
from tillit.evaluation.tree import Leaf, reached

LEAST_ROWS = 30  # decisions in a leaf; with fewer its range is a guess


@dataclass(frozen=True, slots=True)
class JudgedLeaf:
    """A leaf and its gain over today's rule, per decision in it."""

    leaf: Leaf
    gain: Estimate


def judged(decisions: Decisions, leaves: Sequence[Leaf], today: Rule) -> tuple[JudgedLeaf, ...]:
    """What each leaf gains over today's rule on these decisions; those that change nothing are left out.

    Args:
        decisions: Of customers who did not choose the leaves.
    """
    chance = cross_fitted(decisions, np.ones(len(decisions), np.bool_))
    now = today(decisions)
    score_now = worth_scores(decisions, now, chance)
    found = []
    for leaf in leaves:
        here = reached(leaf, decisions) & decisions.free
        then = allowed(decisions, leaf.action)
        if here.sum() < LEAST_ROWS or (then[here] == now[here]).all():
            continue
        gain = worth_scores(decisions, then, chance) - score_now
        found.append(JudgedLeaf(leaf, clustered(gain[here], decisions.customer[here])))
    return tuple(found)
