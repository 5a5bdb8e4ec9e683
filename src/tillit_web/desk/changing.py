"""The steps of which every change of a conversation is made: lock its row, let it happen, write, keep, end."""

from __future__ import annotations

import uuid
from datetime import datetime

from tillit.desk.handoff import Author
from tillit.desk.owner import Event
from tillit_web.answers.models import LibraryAnswer
from tillit_web.desk.assigning import assign_soon
from tillit_web.desk.delivering import deliver
from tillit_web.desk.models import Conversation, Message
from tillit_web.desk.publishing import tell
from tillit_web.people.models import User


def locked(conversation: Conversation) -> Conversation:
    """The row as it is now, kept from others until the transaction ends."""
    return Conversation.objects.select_for_update().get(pk=conversation.pk)


def become(row: Conversation, event: Event, by: User | None = None) -> None:
    """Let something happen to a row, by the table of `tillit.desk.owner`."""
    after = row.ownership.after(event, by=None if by is None else by.pk)
    if (row.owner, row.handler_id) != (after.owner.value, after.handler):
        row.routed = ""
        assign_soon()  # somebody may have room now
    row.owner, row.handler_id = after.owner.value, after.handler


def save(row: Conversation, at: datetime) -> None:
    """Keep a row as it is now."""
    row.changed_at = at
    row.save()


def end(row: Conversation, event: Event, outcome: Conversation.Outcome, *, by: User | None, at: datetime) -> None:
    """Close a row: nobody waits in it any more."""
    become(row, event, by)
    row.closed_at, row.outcome = at, outcome
    row.waits_since = row.promised_at = row.escalated_at = None
    save(row, at)
    tell(row, "conversation_closed", at=at, outcome=outcome.value)


def write(
    row: Conversation,
    author: Author,
    text: str,
    *,
    client_id: str,
    at: datetime,
    handler: User | None = None,
    answer: LibraryAnswer | None = None,
) -> Message:
    """Put a message into the thread."""
    written = Message.objects.create(
        conversation=row,
        written_at=at,
        author=author.value,
        handler=handler,
        said_as=handler.called if handler is not None and author is Author.PERSON else "",
        text=text,
        answer=answer,
        client_id=client_id[:64] or uuid.uuid4().hex,
    )
    deliver(written)
    return written
