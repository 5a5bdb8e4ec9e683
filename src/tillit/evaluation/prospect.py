"""Whether drawing by lot at one moment has a prospect of an answer, and what it would mean for customers and staff."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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


def prospect(policy: Policy, cell: Cell, logged: Sequence[Logged], *, weeks: float) -> Prospect:
    """Look ahead from what came lately.

    Args:
        logged: The decisions of the last `weeks` weeks.
    """
    here = [one for one in logged if could_go_either_way(policy, cell, one)]
    outcomes = [one.outcome.good for one in here if one.outcome is not None and one.decision.is_machine]
    is_measured = len(outcomes) >= LEAST_OUTCOMES
    base = min(max(sum(outcomes) / len(outcomes), 0.01), 0.99) if is_measured else ASSUMED_BASE
    difference = WORTH_FINDING if base + WORTH_FINDING < 1 else -WORTH_FINDING
    weekly = len(here) / weeks
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


def could_go_either_way(policy: Policy, cell: Cell, one: Logged) -> bool:
    """Whether a decision was of this moment, with nothing that decided it before the table."""
    decision = one.decision
    return (
        (decision.moment.errand, policy.stakes_of(decision.moment.stake_minor)) == cell
        and not decision.guardrails
        and decision.moment.may_vary
        and any(option.action in MACHINES for option in decision.options)
    )


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
