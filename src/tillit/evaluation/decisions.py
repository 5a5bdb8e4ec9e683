"""Decisions as they were drawn, with what came of them; and what must hold before anything is said of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tillit.errors import PropensityError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SUM_TOLERANCE = 1e-4  # propensities written with six digits
MOST_STANDARD_ERRORS = 4.0  # the mean weight of an action is 1; further off, the log does not say how it drew


@dataclass(frozen=True, slots=True)
class Decisions:
    """n decisions between k actions, in order of time.

    Attributes:
        customer: Shape (n,); codes from 0. One customer's decisions are not independent of each other.
        at_days: Shape (n,); when, in days since any fixed day.
        stage: Shape (n,); place in `stages`.
        stages: What the log calls them.
        actions: Names; `machine` and `person` are places among them.
        eligible: Shape (n, k); what guardrails left.
        propensity: Shape (n, k); P(action | context) when it was drawn; NaN where nobody logged it.
        action: Shape (n,); what was drawn.
        outcome: Shape (n,); 1 = what customer and company wanted happened; NaN = not known yet.
        delay_days: Shape (n,); how long the outcome took, NaN where it is not known yet; None if the log does not say.
        context: Shape (n, f); what was known before each draw.
        context_names: f names.
        value: Shape (n,); what a good outcome is worth, known before the draw; None if the log does not say.
        reward: Shape (n,); what came of it, less what the action cost; None if the log does not say.
        known_share: Shape (n, k); of the decisions of its time and an action, the share whose outcome is known, in
            [0, 1]; NaN where there are none. None if the log tells times and delays instead.
        kept: Shape (n,); whether the customer is kept on another policy for comparison; None if the log does not say.
        took_part: Shape (n,); whether a lot was drawn on that for the customer; None if it was for everybody.
        waited_days: Shape (n,); how long the customer could have been met before this was decided; None if the log does
            not say. Whoever is met late had to stay until then.
    """

    customer: Ints
    at_days: Floats
    stage: Ints
    stages: tuple[str | int, ...]
    actions: tuple[str, ...]
    machine: int
    person: int
    eligible: Bools
    propensity: Floats
    action: Ints
    outcome: Floats
    delay_days: Floats | None
    context: Floats
    context_names: tuple[str, ...]
    value: Floats | None
    reward: Floats | None
    known_share: Floats | None = None
    kept: Bools | None = None
    took_part: Bools | None = None
    waited_days: Floats | None = None

    def __len__(self) -> int:
        return len(self.action)

    @property
    def free(self) -> Bools:
        """Shape (n,); where both a machine and a person were allowed: only there is there something to compare."""
        return self.eligible[:, self.machine] & self.eligible[:, self.person]

    @property
    def taken_propensity(self) -> Floats:
        """Shape (n,); the probability of what was drawn."""
        return np.take_along_axis(self.propensity, self.action[:, None], axis=1)[:, 0]

    @property
    def are_drawn(self) -> Bools:
        """Shape (n,); whether every eligible action's propensity was logged."""
        missing = np.isnan(self.propensity) & self.eligible
        drawn: Bools = missing.sum(axis=1) == 0
        return drawn

    def take(self, rows: Bools | Ints) -> Decisions:
        """Some of the decisions: by marks of shape (n,), or by places in the order wanted."""
        return replace(
            self,
            customer=self.customer[rows],
            at_days=self.at_days[rows],
            stage=self.stage[rows],
            eligible=self.eligible[rows],
            propensity=self.propensity[rows],
            action=self.action[rows],
            outcome=self.outcome[rows],
            delay_days=None if self.delay_days is None else self.delay_days[rows],
            context=self.context[rows],
            value=None if self.value is None else self.value[rows],
            reward=None if self.reward is None else self.reward[rows],
            known_share=None if self.known_share is None else self.known_share[rows],
            kept=None if self.kept is None else self.kept[rows],
            took_part=None if self.took_part is None else self.took_part[rows],
            waited_days=None if self.waited_days is None else self.waited_days[rows],
        )


def check_draws(decisions: Decisions) -> None:
    """Refuse a log whose propensities cannot be those of its draws.

    Args:
        decisions: All with logged propensities (see `are_drawn`).

    Raises:
        PropensityError: An action was taken that was not eligible or had no chance, the propensities of a decision do
            not sum to 1, or an action was drawn more or less often than its propensities say: the mean of
            1{drawn} / propensity over the decisions that could draw it is 1 within four standard errors.
    """
    propensity = np.where(decisions.eligible, decisions.propensity, 0.0)
    taken = np.take_along_axis(propensity, decisions.action[:, None], axis=1)[:, 0]
    _refuse(taken <= 0, "took an action that was not eligible or had propensity 0")
    _refuse(propensity.min(axis=1) < 0, "have a propensity below 0")
    _refuse(np.abs(propensity.sum(axis=1) - 1) > SUM_TOLERANCE, "have propensities that do not sum to 1")
    for place, name in enumerate(decisions.actions):
        possible = propensity[:, place] > 0
        drawn = decisions.action[possible] == place
        expected = propensity[possible, place]
        # The variance that the log itself claims, so that a few wild weights cannot excuse themselves.
        weight, error = (drawn / expected).sum(), np.sqrt(((1 - expected) / expected).sum())
        if abs(weight - len(expected)) > MOST_STANDARD_ERRORS * max(error, 1e-9):
            raise PropensityError(
                f"{name} was drawn {int(drawn.sum()):,} times where its logged propensities expect "
                f"{expected.sum():,.0f} (mean weight {weight / len(expected):.2f}, not 1). These are not the "
                "probabilities that drew the actions, so nothing can be concluded. Log the propensity in the code "
                "that draws."
            )


def _refuse(wrong: Bools, what: str) -> None:
    rows = np.flatnonzero(wrong)
    if rows.size:
        raise PropensityError(
            f"{rows.size:,} of {len(wrong):,} decisions {what} (first: row {rows[0] + 1}). "
            "Log eligible actions and propensities when the decision is drawn, or leave out those from before that."
        )
