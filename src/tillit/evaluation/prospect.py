"""Whether drawing by lot at one moment has a prospect of an answer, and what it would mean for customers and staff."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from tillit.evaluation.plan import MOST_WEEKS, WORTH_FINDING, Plan, findable, plan
from tillit.meetings.actions import MACHINES
from tillit.meetings.log import Logged
from tillit.meetings.policy import Cell, Policy, may_be_drawn
from tillit.vocabulary import Errand

ASSUMED_BASE = 0.45  # of moments, those that end well with a machine, until it is known
LEAST_OUTCOMES = 30  # from which on it is
EVEN = 0.5


class Hindrance(StrEnum):
    """Why nothing is drawn at a moment."""

    PERSON_DUE = "person_due"  # a complaint, or an errand of the brand: a person meets everyone
    NO_MACHINE = "no_machine"  # the table gives it to a person, and machines are not tried there
    NOBODY_CAME = "nobody_came"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Prospect:
    """What learning about one moment takes.

    Attributes:
        weekly: Moments a week that could go either way.
        base: P(good outcome) with a machine; `is_base_measured` or assumed.
        plan: At 50 : 50, to find ten in a hundred.
        hindrances: Empty where it may start.
        people_weekly: How many more of them a week would be met by a person; below 0, fewer.
    """

    cell: Cell
    weekly: float
    base: float
    is_base_measured: bool
    plan: Plan
    hindrances: tuple[Hindrance, ...]
    people_weekly: float

    @property
    def may_start(self) -> bool:
        return not self.hindrances


@dataclass(frozen=True, slots=True)
class Arrived:
    """What came to one moment with nothing that decided it before the table.

    Attributes:
        count: Decisions.
        outcomes: Of those that a machine met, how many ended in a way that is known; `good`: well.
    """

    cell: Cell
    count: int = 0
    outcomes: int = 0
    good: int = 0


class Arrivals:
    """Counts what arrived, decision by decision, so that a log is read once for everything that is asked of it."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._counts: defaultdict[Cell, list[int]] = defaultdict(lambda: [0, 0, 0])

    def note(self, one: Logged) -> None:
        """Count a decision."""
        decision, moment = one.decision, one.decision.moment
        if decision.guardrails or not moment.may_vary:
            return
        if not any(option.action in MACHINES for option in decision.options):
            return
        counts = self._counts[moment.errand, self._policy.stakes_of(moment.stake_minor)]
        counts[0] += 1
        if one.outcome is not None and decision.is_machine:
            counts[1] += 1
            counts[2] += one.outcome.good

    def found(self) -> tuple[Arrived, ...]:
        """Every moment to which something came, in their order."""
        return tuple(Arrived(cell, *counts) for cell, counts in sorted(self._counts.items()))


def prospect(policy: Policy, arrived: Arrived, *, weeks: float) -> Prospect:
    """Look ahead from what came to a moment in the last `weeks` weeks."""
    cell = arrived.cell
    is_measured = arrived.outcomes >= LEAST_OUTCOMES
    base = min(max(arrived.good / arrived.outcomes, 0.01), 0.99) if is_measured else ASSUMED_BASE
    difference = WORTH_FINDING if base + WORTH_FINDING < 1 else -WORTH_FINDING
    weekly = arrived.count / weeks
    ahead = plan(base, difference, weekly=weekly or None, person_share=EVEN)
    now = policy.person_share(cell, may_vary=False)
    return Prospect(
        cell, weekly, base, is_measured, ahead, tuple(_hindrances(policy, cell, ahead)), weekly * (EVEN - now)
    )


def may_be_watched(policy: Policy, found: Prospect) -> bool:
    """Whether drawing the other side now and then could show a difference of ten in a hundred within 26 weeks."""
    errand, _ = found.cell
    if errand in (Errand.COMPLAIN, *policy.brand_errands) or not found.weekly:
        return False
    share = floor_of(policy, found.cell)
    if not share or found.base + WORTH_FINDING >= 1:
        return False
    person_share = 1 - share if policy.cells[found.cell].prefers_person else share
    least = findable(found.base, found.weekly, person_share)
    return least is not None and least <= WORTH_FINDING


def floor_of(policy: Policy, cell: Cell) -> float:
    """What the floor of a moment would be if it were on."""
    return replace(policy, floors=frozenset({*policy.floors, cell})).floor(cell)


def _hindrances(policy: Policy, cell: Cell, ahead: Plan) -> Iterator[Hindrance]:
    errand, _ = cell
    if errand in (Errand.COMPLAIN, *policy.brand_errands):
        yield Hindrance.PERSON_DUE
    elif not may_be_drawn(cell, policy.cells[cell]):
        yield Hindrance.NO_MACHINE
    if ahead.weeks is None:
        yield Hindrance.NOBODY_CAME
    elif ahead.weeks > MOST_WEEKS:
        yield Hindrance.TOO_LONG
