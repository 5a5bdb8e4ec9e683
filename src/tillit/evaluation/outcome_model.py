"""P(good outcome | context, action): one pooled logistic for all stages, never asked about customers it has seen.

A wrong model costs precision and nothing else, because AIPW corrects it by what was drawn. Main effects are free; the
effect of each action shrinks towards one shared effect of *any person*, and differences by stage and context towards
that, so that a few hundred decisions are enough to begin with.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from tillit.evaluation.decisions import Bools, Decisions, Floats, Ints
from tillit.readiness.logistic import fit_logistic

FOLDS = 5
MAIN_RIDGE = 0.1  # only so that a context value that never varies in a fold does no harm
DIFFERENCE_RIDGE = 4.0  # as if on four more decisions that say "no difference", per unit of a standardised column


class Design:
    """The columns of the model for each action: what belongs to the decision, and what belongs to the action."""

    def __init__(self, decisions: Decisions) -> None:
        stage = np.eye(len(decisions.stages))[decisions.stage]
        self._machine = decisions.machine
        self._actions = len(decisions.actions)
        self._scaled = _scaled(decisions.context)
        self._stage = stage
        self._base = np.column_stack([stage, self._scaled])

    @property
    def ridge(self) -> Floats:
        """The penalty of each column."""
        main = np.full(self._base.shape[1], MAIN_RIDGE)
        person = np.full(1, MAIN_RIDGE)
        rest = self.columns_of(self._machine, np.arange(1)).shape[1] - len(main) - 1
        return np.concatenate([main, person, np.full(rest, DIFFERENCE_RIDGE)])

    def columns_of(self, action: int, rows: Ints) -> Floats:
        """Shape (len(rows), p); the columns if `action` were taken on each of these rows."""
        return self._columns(np.full(len(rows), action), rows)

    def taken(self, action: Ints, rows: Ints) -> Floats:
        """Shape (len(rows), p); the columns for the actions that were taken."""
        return self._columns(action[rows], rows)

    def _columns(self, action: Ints, rows: Ints) -> Floats:
        any_person = (action != self._machine).astype(np.float64)[:, None]
        which = np.delete(np.eye(self._actions)[action], self._machine, axis=1)
        stage = self._stage[rows]
        by_stage = (which[:, :, None] * stage[:, None, :]).reshape(len(rows), -1)
        return np.column_stack(
            [self._base[rows], any_person, which, any_person * stage, by_stage, any_person * self._scaled[rows]]
        )


def cross_fitted(decisions: Decisions, known: Bools) -> Floats:
    """P(good outcome) of every action on every decision, from a model that never saw that decision's customer.

    Args:
        decisions: n decisions.
        known: Shape (n,); whose outcome is known, to be learnt from.

    Returns:
        Shape (n, k), in (0, 1).
    """
    design = Design(decisions)
    fold = decisions.customer % FOLDS
    found = np.empty(decisions.eligible.shape)
    everyone = np.flatnonzero(known)
    # The optimum of a fold does not depend on where its search begins; next to it, it takes a third of the steps.
    start = fit_logistic(design.taken(decisions.action, everyone), decisions.outcome[everyone], design.ridge)
    for held_out in range(FOLDS):
        seen = np.flatnonzero((fold != held_out) & known)
        asked = np.flatnonzero(fold == held_out)
        weights = fit_logistic(design.taken(decisions.action, seen), decisions.outcome[seen], design.ridge, start)
        found[asked] = predicted(design, weights, asked, actions=len(decisions.actions))
    return found


def predicted(design: Design, weights: Floats, rows: Ints, *, actions: int) -> Floats:
    """Shape (len(rows), actions); the model's probability for each action."""
    return np.column_stack([expit(design.columns_of(action, rows) @ weights) for action in range(actions)])


def _scaled(context: Floats) -> Floats:
    """Columns of mean 0 and deviation 1; long right tails (amounts, counts) through log(1 + x) first."""
    columns = []
    for column in context.T:
        deviation = column.std()
        if deviation == 0:
            continue
        skew = (((column - column.mean()) / deviation) ** 3).mean()
        long_tailed = column.min() >= 0 and skew > 1
        used = np.log1p(column) if long_tailed else column
        columns.append((used - used.mean()) / used.std())
    return np.column_stack(columns) if columns else np.empty((len(context), 0))
