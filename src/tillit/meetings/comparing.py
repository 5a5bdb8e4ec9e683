"""What another policy would have done with the same customers, desks and draws."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tillit.meetings.decide import Decision, replay
from tillit.meetings.policy import Policy


@dataclass(frozen=True, slots=True)
class Changed:
    """Logged decisions against what a policy would have decided.

    Attributes:
        decisions: All that were compared.
        to_person: Met by a machine, and by a person under the policy; `to_machine` the other way.
        cost_minor: What the policy would have cost more (or, below 0, less), in minor units at the policy's own prices.
    """

    decisions: int
    to_person: int
    to_machine: int
    cost_minor: int


def would_have_changed(decisions: Iterable[Decision], policy: Policy, *, before: Policy | None = None) -> Changed:
    """Decide every decision again.

    Args:
        before: What to compare with; None for what was really assigned.
    """
    count = to_person = to_machine = cost = 0
    for logged in decisions:
        old = logged if before is None else replay(logged, before)
        new = replay(logged, policy)
        count += 1
        to_person += old.is_machine and not new.is_machine
        to_machine += new.is_machine and not old.is_machine
        cost += _cost(new) - _cost(old)
    return Changed(count, to_person, to_machine, cost)


def _cost(decision: Decision) -> int:
    return next(option.cost_minor for option in decision.options if option.action is decision.action)
