"""A better rule, if there is one: learnt from some customers, kept leaf by leaf only where others show a gain.

Chances come from one pooled logistic, what is at stake is known: their product says what each action should bring. A
tree of at most two questions a stage makes that readable. A leaf replaces today's rule only if decisions that chose
neither the model nor the tree show a gain whose lower bound is above zero.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from tillit.evaluation.decisions import Decisions, Floats, Ints
from tillit.evaluation.outcome_model import Design, cross_fitted, predicted
from tillit.evaluation.scores import Z_95, Estimate, aipw, clustered
from tillit.evaluation.tree import Leaf, grow, reached
from tillit.evaluation.worth import Worth, action_costs, expected_worth, worth_of
from tillit.friction.tails import adjusted
from tillit.readiness.logistic import fit_logistic

PARTS = (0.5, 0.3, 0.2)  # of the customers: to choose the tree, to gate its leaves, to value what is left of it
ALPHA = 0.05  # one-sided, for each leaf
FALSE_SHARE = 0.10  # of the leaves that change
LEAST_ROWS = 30  # decisions of the gating half in a leaf; with fewer its range is a guess

Rule = Callable[[Decisions], Ints]  # what a rule takes: an eligible action for each decision, shape (n,)


@dataclass(frozen=True, slots=True)
class Change:
    """A leaf and its gain over today's rule, per decision in it, on customers that did not choose it."""

    leaf: Leaf
    gain: float
    low: float
    high: float
    n: int
    p_value: float
    kept: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """Today's rule with some leaves changed.

    Attributes:
        considered: Every leaf of the tree that differs from today's rule, kept or not.
        gain: Per decision that could go either way, over today's rule, on customers that chose and gated nothing; None
            if nothing changes.
    """

    today: Rule
    considered: tuple[Change, ...]
    gain: Estimate | None

    @property
    def changes(self) -> tuple[Change, ...]:
        return tuple(change for change in self.considered if change.kept)

    def actions(self, decisions: Decisions) -> Ints:
        """Shape (n,); what the proposal takes: a leaf's action where it is allowed, a person where it is not."""
        taken = self.today(decisions)
        for change in self.changes:
            here = reached(change.leaf, decisions.stage, decisions.context) & decisions.free
            taken = np.where(here, allowed(decisions, change.leaf.action), taken)
        return taken


def propose(decisions: Decisions, today: Rule, *, rng: np.random.Generator) -> Proposal:
    """Look for leaves that gain, and keep those that other customers confirm.

    Args:
        decisions: Drawn with known propensities, outcomes known.
        today: The rule to beat.
        rng: Parts the customers by `PARTS`.
    """
    part = rng.choice(len(PARTS), size=int(decisions.customer.max()) + 1, p=PARTS)[decisions.customer]
    return propose_from(decisions, today, part)


def propose_from(decisions: Decisions, today: Rule, part: Ints) -> Proposal:
    """The same with customers that are parted already.

    Args:
        part: Shape (n,); 0 chooses, 1 gates, 2 values. All of a customer are in one.
    """
    leaves = choose(decisions.take(part == 0))
    proposal = Proposal(today, gate(decisions.take(part == 1), leaves, today), None)
    if not proposal.changes:
        return proposal
    return replace(proposal, gain=gain_of(proposal, decisions.take(part == 2)))


def gain_of(proposal: Proposal, decisions: Decisions) -> Estimate:
    """What a proposal brings over today's rule per decision that could go either way, on fresh decisions."""
    worth = _worth(decisions)
    then, now = (_as_policy(decisions, rule(decisions)) for rule in (proposal.actions, proposal.today))
    difference = _score(decisions, then, worth) - _score(decisions, now, worth)
    free = decisions.free
    return clustered(difference[free], decisions.customer[free])


def choose(decisions: Decisions) -> tuple[Leaf, ...]:
    """The tree of each stage that brings most by the model's own word."""
    design, rows = Design(decisions), np.arange(len(decisions))
    weights = fit_logistic(design.taken(decisions.action, rows), decisions.outcome, design.ridge)
    model = predicted(design, weights, rows, actions=len(decisions.actions))
    expected = expected_worth(decisions, model, action_costs(decisions, np.ones(len(decisions), np.bool_)))
    in_place_of = expected[:, [decisions.person]]
    expected = np.where(decisions.eligible, expected, in_place_of)
    found: list[Leaf] = []
    for stage in range(len(decisions.stages)):
        here = decisions.free & (decisions.stage == stage)
        if here.any():
            found += grow(stage, decisions.context[here], decisions.context_names, expected[here])
    return tuple(found)


def gate(decisions: Decisions, leaves: Sequence[Leaf], today: Rule) -> tuple[Change, ...]:
    """What each leaf gains over today's rule on these decisions, and whether it is kept.

    Kept is a leaf whose gain is above zero one-sided at 5 %, and that Benjamini–Hochberg at 10 % over all leaves lets
    through. A leaf that changes nothing is not kept.
    """
    worth = _worth(decisions)
    now = _as_policy(decisions, today(decisions))
    score_now = _score(decisions, now, worth)
    tried: list[tuple[Leaf, Estimate, float]] = []
    for leaf in leaves:
        here = reached(leaf, decisions.stage, decisions.context) & decisions.free
        then = _as_policy(decisions, allowed(decisions, leaf.action))
        if here.sum() < LEAST_ROWS or np.array_equal(then[here], now[here]):
            continue
        gain = _score(decisions, then, worth) - score_now
        estimate = clustered(gain[here], decisions.customer[here])
        tried.append((leaf, estimate, float(special.ndtr(-estimate.value / estimate.error)) if estimate.error else 1.0))
    q_values = adjusted(np.array([p_value for _, _, p_value in tried], np.float64))
    return tuple(
        Change(
            leaf,
            estimate.value,
            estimate.value - Z_95 * estimate.error,
            estimate.value + Z_95 * estimate.error,
            estimate.n,
            p_value,
            kept=p_value <= ALPHA and float(q_value) <= FALSE_SHARE,
        )
        for (leaf, estimate, p_value), q_value in zip(tried, q_values, strict=True)
    )


def allowed(decisions: Decisions, action: int) -> Ints:
    """Shape (n,); the action where it is eligible, a person elsewhere."""
    found: Ints = np.where(decisions.eligible[:, action], action, decisions.person)
    return found


def _as_policy(decisions: Decisions, actions: Ints) -> Floats:
    return np.eye(len(decisions.actions))[actions]


def _worth(decisions: Decisions) -> Worth:
    known = np.ones(len(decisions), np.bool_)
    return worth_of(decisions, cross_fitted(decisions, known), known.astype(np.float64))


def _score(decisions: Decisions, policy: Floats, worth: Worth) -> Floats:
    return aipw(decisions, policy, worth.came, worth.model, np.ones(len(decisions)))
