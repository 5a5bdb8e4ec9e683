"""Whether customers fare worse since the policy changed: looked at as often as one likes, wrong in 5 of 100 changes.

Only decisions that the change touched are compared, those for which the two policies give a person different odds. A
policy before it, and as many days of patience with each decision, is the measure. The test is exact and sequential:
its level holds at every look.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from scipy import special

from tillit.meetings.actions import MACHINES
from tillit.meetings.decide import Decision, replay
from tillit.meetings.log import Logged, Outcome
from tillit.meetings.policy import Policy

ALPHA = 0.05  # of changes that make nothing worse, those that raise an alarm; shared by two signals
TOLERATED = 0.01  # one more in a hundred is not called worse: giving customers to a machine makes a few ask
LEAST_BEFORE = 30  # customers; with fewer, nothing is known of how it was
BACK_DAYS = 90
PATIENCE = 0.8  # this share of the earlier outcomes was known within the days that each decision is given
TIMES_WORSE = (1.25, 1.5, 2.0, 3.0, 5.0)
MICROS_PER_DAY = 86_400_000_000


class Signal(StrEnum):
    """What is watched."""

    COMPLAINTS = "complaints"
    ASKED_AFTERWARDS = "asked_afterwards"


@dataclass(frozen=True, slots=True)
class Count:
    """Customers, and how many of them it happened to."""

    happened: int
    of: int


@dataclass(frozen=True, slots=True)
class Watched:
    """One signal before and since a change.

    Attributes:
        evidence: An e-value: were it not worse, at most 1 / `needed` of changes would reach `needed` at some look.
    """

    signal: Signal
    before: Count
    since: Count
    evidence: float
    needed: float

    @property
    def is_worse(self) -> bool:
        return self.evidence >= self.needed


def watch(logged: Iterable[Logged], now: Policy, before: Policy, *, changed_at: int, at: int) -> tuple[Watched, ...]:
    """Compare what came of the decisions that a change touched, before and since.

    Args:
        now: The policy in force, `before` the one it followed.
        changed_at: When it was put in force; `at` is now. Microseconds UTC.

    Returns:
        One for each signal; none while too little is known of how it was.
    """
    earlier: list[Logged] = []
    since: list[Logged] = []
    for one in logged:
        if one.decision.policy_version == now.version:
            if differs(one.decision, before):
                since.append(one)
        elif one.decision.moment.at >= changed_at - BACK_DAYS * MICROS_PER_DAY and differs(one.decision, now):
            earlier.append(one)
    delays = sorted(one.outcome.matured_at - one.decision.moment.at for one in earlier if one.outcome is not None)
    if len(delays) < LEAST_BEFORE:
        return ()
    patience = delays[math.ceil(PATIENCE * len(delays)) - 1]
    groups = [_first_of_each_customer(group, patience, at) for group in (earlier, since)]
    return tuple(_watched(signal, *groups) for signal in Signal if len(groups[0]) >= LEAST_BEFORE)


def differs(decision: Decision, policy: Policy) -> bool:
    """Whether a policy would have given a person other odds at this decision."""
    return abs(_p_machine(decision) - _p_machine(replay(decision, policy))) > 1e-9


def evidence_of_worse(before: Count, since: Count, *, alpha: float) -> float:
    """An e-value against "no more than TOLERATED more often than before".

    The share before is taken at the top of its exact range (Clopper and Pearson at `alpha`); for every share up to
    that, a mixture of likelihood ratios for larger ones is a supermartingale, so by Ville's inequality it passes
    1 / alpha at any look with a chance of at most alpha.

    Args:
        alpha: Of each of the two steps; a false alarm has a chance of at most twice that.
    """
    top = 1.0
    if before.happened < before.of:
        top = float(special.betaincinv(before.happened + 1, before.of - before.happened, 1 - alpha))
    most = top + TOLERATED
    if most >= 1:
        return 0.0
    ratios = []
    for times in TIMES_WORSE:
        worse = min(times * most, (1 + most) / 2)
        log_ratio = since.happened * math.log(worse / most)
        log_ratio += (since.of - since.happened) * math.log((1 - worse) / (1 - most))
        ratios.append(math.exp(min(log_ratio, 500.0)))
    return sum(ratios) / len(ratios)


def _watched(signal: Signal, before: Sequence[Outcome], since: Sequence[Outcome]) -> Watched:
    alpha = ALPHA / (2 * len(Signal))
    then, now = (Count(sum(_happened(signal, one) for one in group), len(group)) for group in (before, since))
    return Watched(signal, then, now, evidence_of_worse(then, now, alpha=alpha), 1 / alpha)


def _happened(signal: Signal, outcome: Outcome) -> bool:
    return outcome.complaint if signal is Signal.COMPLAINTS else outcome.reached_person_anyway


def _first_of_each_customer(group: Sequence[Logged], patience: int, at: int) -> list[Outcome]:
    """Outcomes known within the patience, of decisions that have had it; one a customer, who are independent."""
    found: dict[str, Outcome] = {}
    for one in group:
        made = one.decision.moment.at
        if one.outcome is not None and made + patience <= at and one.outcome.matured_at - made <= patience:
            found.setdefault(one.decision.moment.customer, one.outcome)
    return list(found.values())


def _p_machine(decision: Decision) -> float:
    return sum(option.propensity for option in decision.options if option.action in MACHINES)
