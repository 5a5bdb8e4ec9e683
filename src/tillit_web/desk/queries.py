"""What pages read of conversations."""

from __future__ import annotations

import hashlib
from uuid import UUID

from django.db.models import F, QuerySet

from tillit.desk.handoff import Author
from tillit_web.desk.models import Conversation, Message

MOST_SHOWN = 200


def queue() -> QuerySet[Conversation]:
    """Who waits for one of us: what was promised first, first."""
    rows = Conversation.objects.filter(owner__in=(Conversation.Owned.DESK, Conversation.Owned.PERSON))
    return rows.select_related("handler").order_by(F("promised_at").asc(nulls_last=True), "opened_at", "pk")


def count_waiting() -> int:
    """How many wait for anyone of us, for the rail."""
    return Conversation.objects.filter(owner=Conversation.Owned.DESK).count()


def conversation(public_id: UUID, token: str) -> Conversation | None:
    """The conversation of this id, if the token opens it."""
    row = opened_by(token)
    return row if row is not None and row.public_id == public_id else None


def opened_by(token: str) -> Conversation | None:
    """The conversation that a customer's token opens, and nothing else."""
    return Conversation.objects.filter(token_digest=digest(token)).first()


def messages_after(conversation: Conversation, after: int = 0, *, for_customer: bool = True) -> list[Message]:
    """What was written after a message, in order; notes are for us alone."""
    rows = Message.objects.filter(conversation=conversation, id__gt=after).select_related("answer__expert", "handler")
    if for_customer:
        rows = rows.exclude(author=Author.NOTE.value)
    return list(rows.order_by("id"))


def digest(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).digest()
