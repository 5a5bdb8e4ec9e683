"""Of the effects that a model promised, how much came true on customers it was not learnt from.

What a rule gains in money is hidden by the amounts: a few large orders make the range of a mean wide, and a log that
drew an action rarely says little of it alone. Whether the effects a rule counts on are there is a sharper question:
every draw at these moments answers it, among all actions, and large orders weigh no more than small ones.

Source: the best linear predictor of Chernozhukov, Demirer, Duflo & Fernández-Val (2025), doi:10.3982/ECTA19303.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tillit.evaluation.decisions import Bools, Decisions, Floats, Ints


@dataclass(frozen=True, slots=True)
class CameTrue:
    """A share and what follows from it.

    Attributes:
        share: Of the promised effects, among all actions at these moments; 1: all of it, 0: nothing.
        error: Its standard error, by customer.
        promised: What the effects of the change would bring per decision, `cost` what it costs more than today's.
        alone: What the change brings per decision if the share is taken from the changed action and today's alone, with
            its error.
        n: Decisions asked.
    """

    share: float
    error: float
    promised: float
    cost: float
    alone: float
    alone_error: float
    n: int
    customers: int

    @property
    def gain(self) -> float:
        """Per decision of these, if each effect came true as far as all together."""
        return self.share * self.promised - self.cost

    @property
    def gain_error(self) -> float:
        return self.error * abs(self.promised)

    @property
    def pays(self) -> float:
        """The share from which on the rule earns what it costs more."""
        return self.cost / self.promised if self.promised else float("inf")


def came_true(decisions: Decisions, chance: Floats, then: Ints, now: Ints, costs: Floats, rows: Bools) -> CameTrue:
    """Regress what came on what was promised for the action drawn, less what was promised on average over the draw.

    With the odds known, the average over the draw is known, so that where no action changes anything the share is 0
    whatever the model says of the customers. Each decision weighs as the chance of its outcome is sure.

    Args:
        chance: Shape (n, k); P(good outcome) of every action, from other customers.
        then: Shape (n,); the action of the new rule, `now` of today's.
        costs: Shape (k,).
        rows: Shape (n,); the decisions asked, at which `then` differs from `now`.
    """
    asked = decisions.take(rows)
    chance, then, now = chance[rows], then[rows], now[rows]
    odds = np.where(asked.eligible, asked.propensity, 0.0)
    each = np.arange(len(asked))
    mean = (odds * chance).sum(axis=1)
    drawn = chance[each, asked.action]
    weight = 1 / (mean * (1 - mean))
    spread = weight * (odds * (chance - mean[:, None]) ** 2).sum(axis=1)
    share, error = _slope(weight * (drawn - mean) * (asked.outcome - drawn) + spread, spread, asked.customer)
    effect = chance[each, then] - chance[each, now]
    at_stake = np.ones(len(asked)) if asked.value is None else asked.value
    promised, cost = float((at_stake * effect).mean()), float((costs[then] - costs[now]).mean())
    surprise = (asked.outcome - drawn) / odds[each, asked.action]
    came = effect + surprise * (asked.action == then) - surprise * (asked.action == now)
    sure = 1 / sum(chance[each, one] * (1 - chance[each, one]) / odds[each, one] for one in (then, now))
    own, own_error = _slope(effect * came * sure, effect**2 * sure, asked.customer)
    return CameTrue(
        share,
        error,
        promised,
        cost,
        own * promised - cost,
        own_error * abs(promised),
        len(asked),
        len(np.unique(asked.customer)),
    )


def _slope(above: Floats, below: Floats, customer: Ints) -> tuple[float, float]:
    """A ratio of sums, and its standard error with customers as the independent unit."""
    total = max(float(below.sum()), 1e-12)
    ratio = float(above.sum()) / total
    _, code = np.unique(customer, return_inverse=True)
    sums = np.bincount(code, above - ratio * below)
    return ratio, float(np.sqrt((sums**2).sum() * len(sums) / max(len(sums) - 1, 1))) / total
