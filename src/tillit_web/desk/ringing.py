"""Whoever rang in vain waits at the desk like anyone else: once, however often they ring, until we have talked.

A number is what a telephone shows, and proves nothing: such a conversation is never verified and opens no history.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from django.db import transaction

from tillit.desk.handoff import Reason
from tillit.desk.owner import Event, Owner
from tillit_web.desk import moments
from tillit_web.desk.actions import open_conversation
from tillit_web.desk.changing import end, locked, save
from tillit_web.desk.models import Conversation
from tillit_web.desk.publishing import tell
from tillit_web.people.contact_rules import OWN_BLOCKS
from tillit_web.people.models import Block
from tillit_web.people.queries import company


class No(StrEnum):
    """What is on record against calling somebody who rang us."""

    BEFORE = "before"  # from before they rang: their call is the request, and that alone is answered
    SINCE = "since"  # the customer, or our own list, has said no since


def callback_for(subject: bytes) -> Conversation | None:
    """The conversation in which this number waits to be called back."""
    rows = Conversation.objects.filter(subject=subject, rang_count__gt=0).exclude(owner=Conversation.Owned.CLOSED)
    return rows.order_by("-pk").first()


@transaction.atomic
def rang(subject: bytes, number: str, *, at: datetime, now: datetime) -> Conversation:
    """Somebody rang and nobody answered: they wait from then on, with a time promised by the hours we are open.

    Args:
        subject: Whom the number stands for.
        at: When it rang; `now` is when we heard of it, and from when the promise counts.
    """
    known = callback_for(subject)
    begun = (
        known
        or open_conversation(
            "",
            language=company().language,
            channel=Conversation.Channel.PHONE,
            phone=number,
            asks_for_person=True,
            is_for_people=True,
            reason=Reason.MISSED_CALL,
            now=now,
        ).conversation
    )
    row, rang_at = locked(begun), min(at, now)
    row.rang_count += 1
    row.rang_at = max(row.rang_at or rang_at, rang_at)
    if known is None:
        row.waits_since = rang_at
    elif row.waits_since is None:
        row.waits_since, row.promised_at = rang_at, moments.promised(row.skill, now=now)[0]
        tell(row, "question_asked", at=now)
    save(row, now)
    return row


def talked(conversation: Conversation, outcome: Conversation.Outcome | None, *, now: datetime) -> None:
    """We called back, or they rang again and one of us answered: nobody waits any more.

    Args:
        outcome: How it ended; None where one of us has more to do, and keeps it open.
    """
    with transaction.atomic():
        row = locked(conversation)
        if row.owner == Owner.CLOSED.value:
            return
        waited = None if row.waits_since is None else now - row.waits_since
        if waited is not None:
            tell(row, "question_answered", at=now)
        if outcome is not None:
            end(row, Event.CUSTOMER_IS_DONE, outcome, by=None, at=now)
        elif row.owner == Owner.PERSON.value:
            row.waits_since = row.promised_at = row.escalated_at = None
            save(row, now)
    if waited is not None:
        moments.person_met(row, waited=waited, by_customer=False)
    if outcome is not None:
        moments.ended(row.decision, good=outcome != Conversation.Outcome.UNSOLVED, now=now)


def no_of(conversation: Conversation) -> No | None:
    """What is on record against calling back; None for nothing, and for whoever did not ring."""
    if conversation.rang_at is None or conversation.subject is None:
        return None
    blocks = Block.objects.filter(subject=bytes(conversation.subject))
    if blocks.filter(source__in=OWN_BLOCKS, blocked_at__gt=conversation.rang_at).exists():
        return No.SINCE
    return No.BEFORE if blocks.exists() else None
