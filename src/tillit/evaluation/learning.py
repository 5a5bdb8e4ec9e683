"""A better rule, if there is one: learnt from a log, and let through only if what it counts on comes true on others.

Chances come from one pooled logistic, what is at stake is known: their product says what each action should bring. A
tree of at most two questions a stage, with amounts from which on it acts otherwise, makes that readable. Everybody both
teaches and judges: each fifth of the customers judges the trees of the other four. Where to spend more than today and
where to spend less are asked apart: an effect must be there to be paid for, and nothing lost must be shown to save.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit

from tillit.evaluation.came_true import CameTrue, came_true
from tillit.evaluation.decisions import Bools, Decisions, Floats, Ints
from tillit.evaluation.outcome_model import FOLDS, Design, cross_fitted, predicted
from tillit.evaluation.scores import Estimate, aipw, clustered
from tillit.evaluation.tree import Leaf, grow, reached
from tillit.evaluation.worth import action_costs, expected_worth, worth_of
from tillit.readiness.logistic import fit_logistic

Z_SPENDING = 1.6448536269514722  # one-sided 5 in 100, and the change alone must gain too
Z_SAVING = 2.3263478740408408  # 1 in 100: to spend less on somebody asks for stronger evidence
Z_LOSS = 1.6448536269514722  # a stage at which a loss is shown, one-sided 5 in 100, stays as it is
DOUBT = 1.0  # standard errors by which the model's own word is discounted before a tree is chosen
LEAST_CUSTOMERS = 3_000  # below, what a rule gains cannot be told from luck, and nothing is proposed
LEAST_ROWS = 30  # changed decisions; with fewer a range is a guess

Rule = Callable[[Decisions], Ints]  # what a rule takes: an eligible action for each decision, shape (n,)


@dataclass(frozen=True, slots=True)
class StageGain:
    """What the changes at a stage bring over today's rule, per changed decision, on customers not learnt from.

    Attributes:
        kept: No loss is shown.
    """

    stage: int
    leaves: tuple[Leaf, ...]
    gain: Estimate
    kept: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """Where to spend as much as today's rule or more, or where to spend less.

    Attributes:
        came_true: Of the effects they count on, where they spend; None where they save.
        gain: Per changed decision at the kept stages; None where they are too few.
        let_through: The gain is shown.
    """

    saves: bool
    stages: tuple[StageGain, ...]
    came_true: CameTrue | None
    gain: Estimate | None
    let_through: bool

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """Those that are followed."""
        if not self.let_through:
            return ()
        return tuple(leaf for one in self.stages if one.kept for leaf in one.leaves)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Today's rule with some leaves changed.

    Attributes:
        costs: Shape (k,); what each action costs on average.
        gain: Per decision that could go either way, over today's rule, on customers it was not learnt from; None if
            nothing changes.
    """

    today: Rule
    costs: Floats
    spending: Changes
    saving: Changes
    gain: Estimate | None

    @property
    def sides(self) -> tuple[Changes, Changes]:
        return self.spending, self.saving

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """Those that are followed."""
        return self.spending.leaves + self.saving.leaves

    def actions(self, decisions: Decisions) -> Ints:
        """Shape (n,); what the proposal takes: a leaf's action where it is allowed, a person where it is not."""
        now = self.today(decisions)
        return _taken(decisions, now, self.spending.leaves, self.saving.leaves, self.costs)


def propose(decisions: Decisions, today: Rule) -> Proposal:
    """Learn trees for each stage, and judge them on customers that they were not learnt from.

    Below LEAST_CUSTOMERS nothing changes.

    Args:
        decisions: Drawn with known propensities, outcomes known.
        today: The rule to beat.
    """
    everyone = np.ones(len(decisions), np.bool_)
    costs, now = action_costs(decisions, everyone), today(decisions)
    if len(np.unique(decisions.customer)) < LEAST_CUSTOMERS:
        spending, saving = (Changes(saves, (), None, None, let_through=False) for saves in (False, True))
        return Proposal(today, costs, spending, saving, None)
    chance = cross_fitted(decisions, everyone)
    at_stake = np.zeros(len(decisions)) if decisions.value is None else decisions.value
    design, fold = Design(decisions), decisions.customer % FOLDS
    of_everyone = _gains_by_model(decisions, now, everyone, design, costs)
    of_others = [_gains_by_model(decisions, now, fold != one, design, costs) for one in range(FOLDS)]
    sides = []
    for saves in (False, True):
        then = now.copy()
        for held_out, gains in enumerate(of_others):
            others = decisions.take(fold != held_out)
            leaves = _trees(
                others, _one_side(gains, now[fold != held_out], costs, saves=saves), at_stake[fold != held_out]
            )
            then = np.where(fold == held_out, _followed(decisions, leaves, now, costs, saves=saves), then)
        leaves = _trees(decisions, _one_side(of_everyone, now, costs, saves=saves), at_stake)
        sides.append((_judged(decisions, leaves, then, now, chance, costs, saves=saves), then))
    spending, saving = (side for side, _ in sides)
    proposal = Proposal(today, costs, spending, saving, None)
    if not proposal.leaves:
        return proposal
    then = now
    for side, changed in reversed(sides):
        kept = [one.stage for one in side.stages if one.kept and side.let_through]
        then = np.where((changed != now) & np.isin(decisions.stage, kept), changed, then)
    free = decisions.free
    gains = worth_scores(decisions, then, chance) - worth_scores(decisions, now, chance)
    return replace(proposal, gain=clustered(gains[free], decisions.customer[free]))


def chosen(decisions: Decisions, now: Ints) -> tuple[Leaf, ...]:
    """The tree of each stage that brings most by the model's own word, with questions alone and no amounts in leaves.

    Leaves that stay as today are left out.

    Args:
        now: Shape (n,); what today's rule takes.
    """
    everyone = np.ones(len(decisions), np.bool_)
    costs = action_costs(decisions, everyone)
    gains = _gains_by_model(decisions, now, everyone, Design(decisions), costs, doubt=0.0)
    return _trees(decisions, gains, np.zeros(len(decisions)))


def _gains_by_model(
    decisions: Decisions, now: Ints, seen: Bools, design: Design, costs: Floats, *, doubt: float = DOUBT
) -> Floats:
    """Shape (number seen, k); what each action is expected to bring more than today's, less `doubt` errors of that."""
    rows = np.flatnonzero(seen)
    taken = design.taken(decisions.action, rows)
    weights = fit_logistic(taken, decisions.outcome[rows], design.ridge)
    likely = expit(taken @ weights)
    spread = np.linalg.inv((taken * (likely * (1 - likely))[:, None]).T @ taken + np.diag(design.ridge))
    told, now = decisions.take(rows), now[rows]
    chance = predicted(design, weights, rows, actions=len(told.actions))
    expected = expected_worth(told, chance, costs)
    at_stake = 1.0 if told.value is None else told.value
    steepness = [
        (at_stake * chance[:, one] * (1 - chance[:, one]))[:, None] * design.columns_of(one, rows)
        for one in range(len(told.actions))
    ]
    of_now = np.select([(now == one)[:, None] for one in range(len(steepness))], steepness)
    gains = expected - np.take_along_axis(expected, now[:, None], axis=1)
    for one, steep in enumerate(steepness):
        apart = steep - of_now
        gains[:, one] -= doubt * np.sqrt(((apart @ spread) * apart).sum(axis=1))
    found: Floats = np.where(told.eligible, gains, gains[:, [told.person]])
    return found


def _one_side(gains: Floats, now: Ints, costs: Floats, *, saves: bool) -> Floats:
    """The gains, 0 for actions that are not on this side of today's."""
    return np.where((costs < costs[now][:, None]) == saves, gains, 0.0)


def _trees(decisions: Decisions, gains: Floats, at_stake: Floats) -> tuple[Leaf, ...]:
    """The tree of each stage; to stay as today is an action too, and leaves with it are left out."""
    gains = np.column_stack([np.zeros(len(gains)), gains])
    found: list[Leaf] = []
    for stage in range(len(decisions.stages)):
        here = decisions.free & (decisions.stage == stage)
        if here.any():
            found += grow(stage, decisions.context[here], decisions.context_names, gains[here], at_stake[here])
    return tuple(replace(leaf, action=leaf.action - 1) for leaf in found if leaf.action > 0)


def _judged(
    decisions: Decisions,
    leaves: tuple[Leaf, ...],
    then: Ints,
    now: Ints,
    chance: Floats,
    costs: Floats,
    *,
    saves: bool,
) -> Changes:
    """Whether a side is let through. `then`: shape (n,); by trees that never saw the decision's customer."""
    gains = worth_scores(decisions, then, chance) - worth_scores(decisions, now, chance)
    changed = then != now
    stages = []
    for stage in sorted({leaf.stage for leaf in leaves}):
        here = changed & (decisions.stage == stage)
        if here.sum() < LEAST_ROWS:
            continue
        gain = clustered(gains[here], decisions.customer[here])
        own = tuple(leaf for leaf in leaves if leaf.stage == stage)
        stages.append(StageGain(stage, own, gain, kept=gain.value + Z_LOSS * gain.error > 0))
    kept = changed & np.isin(decisions.stage, [one.stage for one in stages if one.kept])
    if not kept.any():
        return Changes(saves, tuple(stages), None, None, let_through=False)
    gain = clustered(gains[kept], decisions.customer[kept])
    if saves:
        return Changes(saves, tuple(stages), None, gain, let_through=gain.value - Z_SAVING * gain.error > 0)
    found = came_true(decisions, chance, then, now, costs, kept)
    shown = found.gain - Z_SPENDING * found.gain_error > 0 and found.alone > 0
    return Changes(saves, tuple(stages), found, gain, let_through=shown)


def _taken(
    decisions: Decisions, now: Ints, spending: tuple[Leaf, ...], saving: tuple[Leaf, ...], costs: Floats
) -> Ints:
    """Shape (n,); where both sides would change a decision, it is spent."""
    dearer = _followed(decisions, spending, now, costs, saves=False)
    cheaper = _followed(decisions, saving, now, costs, saves=True)
    return np.where(dearer != now, dearer, cheaper)


def _followed(decisions: Decisions, leaves: tuple[Leaf, ...], now: Ints, costs: Floats, *, saves: bool) -> Ints:
    """Shape (n,); what is taken if the leaves are followed on their side of today's action and all else stays."""
    taken = now
    for leaf in leaves:
        action = allowed(decisions, leaf.action)
        here = reached(leaf, decisions) & decisions.free & ((costs[action] < costs[now]) == saves)
        taken = np.where(here, action, taken)
    return taken


def allowed(decisions: Decisions, action: int) -> Ints:
    """Shape (n,); the action where it is eligible, a person elsewhere."""
    found: Ints = np.where(decisions.eligible[:, action], action, decisions.person)
    return found


def worth_scores(decisions: Decisions, actions: Ints, chance: Floats) -> Floats:
    """Shape (n,); AIPW scores of a rule in money where the log has money.

    Args:
        chance: Shape (n, k); P(good outcome) of every action, from other customers.
    """
    known = np.ones(len(decisions))
    worth = worth_of(decisions, chance, known)
    return aipw(decisions, np.eye(len(decisions.actions))[actions], worth.came, worth.model, known)
