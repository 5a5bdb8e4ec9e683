"""Whether a person or a machine meets a customer: decided by the policy, logged, and told how it went."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tillit.desk.handoff import Reason
from tillit.desk.promise import answered_by
from tillit.meetings.actions import Action
from tillit.meetings.decide import Decision
from tillit.meetings.log import By, Delivered, Outcome
from tillit.meetings.moment import Moment
from tillit.vocabulary import Errand, IdentifierKind
from tillit_web.desk.models import Conversation
from tillit_web.meetings import inside

logger = logging.getLogger("tillit_web.desk")

OFFERS = (Action.MACHINE_ANSWER, Action.PERSON_NOW, Action.SPECIALIST, Action.BOOKED_CALL)
PEOPLE_ALONE = (Action.PERSON_NOW, Action.SPECIALIST, Action.BOOKED_CALL)


@dataclass(frozen=True, slots=True)
class Meeting:
    """Who meets the customer now.

    Attributes:
        decision: Its id in the log; "" where the log could not be written: then a person meets them.
        is_machine: Whether a machine may.
        reason: Why not, where it may not.
    """

    decision: str
    is_machine: bool
    reason: Reason


def meet(conversation: Conversation, *, now: datetime, asked: bool, has_machine: bool) -> Meeting:
    """Decide who meets the customer, and log it.

    Args:
        asked: The customer asks for a person.
        has_machine: A machine has something to say here; without it people are the only ones eligible.
    """
    subject = bytes(conversation.subject) if conversation.is_verified and conversation.subject else None
    moment = Moment(
        customer=subject.hex() if subject else f"once:{conversation.public_id.hex}",
        at=_micros(now),
        errand=Errand(conversation.errand),
        asked_for_person=asked,
        offers=OFFERS if has_machine else PEOPLE_ALONE,
    )
    groups = {"language": conversation.language, "channel": conversation.channel}
    try:
        decision = inside.meet(moment, subject, groups=groups, kind=_kind(conversation))
    except inside.NotDecided:
        logger.exception("a conversation was given to people, since its decision could not be logged")
        return Meeting("", False, Reason.POLICY)
    return Meeting(decision.id, decision.is_machine, _reason(decision))


def promised(skill: str, *, now: datetime) -> tuple[datetime, bool]:
    """By when one of us answers whoever begins to wait now, and whether anybody is at work."""
    at = _micros(now)
    known = inside.at_work(skill, at=at)
    last = known.policy.call_within_hours
    wait = answered_by(known.capacity, known.staffing, skill, at=at, at_last_hours=last)
    return datetime.fromtimestamp(wait.promised_at / 1_000_000, UTC), wait.is_open


def machine_met(decision: str) -> None:
    """The machine answered, as it was assigned."""
    _tell(Delivered(decision, Action.MACHINE_ANSWER, By.SYSTEM), decision)


def person_met(conversation: Conversation, *, waited: timedelta | None, by_customer: bool) -> None:
    """One of us answered, after so long."""
    by = By.CUSTOMER if by_customer else By.SYSTEM
    seconds = None if waited is None else max(waited.total_seconds(), 0.0)
    entry = Delivered(conversation.decision, Action.PERSON_NOW, by, conversation.skill, seconds)
    _tell(entry, conversation.decision)


def ended(decision: str, *, good: bool, now: datetime, reached_person_anyway: bool = False) -> None:
    """What came of it."""
    _tell(Outcome(decision, good, _micros(now), reached_person_anyway=reached_person_anyway), decision)


def _tell(entry: Delivered | Outcome, decision: str) -> None:
    if not decision:
        return
    try:
        inside.came_of(entry)
    except inside.NotDecided:  # what was said to the customer stands; the log is what learns less
        logger.exception("what came of a decision could not be logged")


def _kind(conversation: Conversation) -> IdentifierKind | None:
    """Of the identifier that a conversation is filed under, where that is told."""
    return IdentifierKind.EMAIL if conversation.email else IdentifierKind.PHONE if conversation.phone else None


def _reason(decision: Decision) -> Reason:
    return Reason(decision.guardrails[0].value) if decision.guardrails else Reason.POLICY


def _micros(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)
