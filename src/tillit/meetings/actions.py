"""The ways in which a customer can be met."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What a company can do at a moment."""

    SELF_SERVICE = "self_service"
    MACHINE_ANSWER = "machine_answer"
    LEAVE_ALONE = "leave_alone"
    DELIGHT = "delight"  # a thanks or a small gift, never tied to a purchase
    PERSON_NOW = "person_now"
    SPECIALIST = "specialist"
    BOOKED_CALL = "booked_call"


MACHINES = frozenset({Action.SELF_SERVICE, Action.MACHINE_ANSWER, Action.LEAVE_ALONE, Action.DELIGHT})
PEOPLE = frozenset({Action.PERSON_NOW, Action.SPECIALIST, Action.BOOKED_CALL})
ANYONE = "service"  # the skill of everyone who answers customers


@dataclass(frozen=True, slots=True)
class Option:
    """One action that could be taken at a moment.

    Attributes:
        skill: What the person must know; None for a machine. Never who it is.
        propensity: P(this action | context) when it was drawn.
        floor: The least it could have been, by the policy that drew it.
        cost_minor: What it costs the company, in minor units.
        wait_seconds: How long the customer is expected to wait; None where the answer is a promised time.
    """

    action: Action
    skill: str | None
    propensity: float
    floor: float
    cost_minor: int
    wait_seconds: float | None
