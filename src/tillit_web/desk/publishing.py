"""What happens in conversations as events of the customer's journey: no word of it, and never which of us it was."""

from __future__ import annotations

from datetime import datetime

from tillit.vocabulary import Channel, IdentifierKind
from tillit_web.collect import own_events
from tillit_web.collect.own_events import Told
from tillit_web.desk.models import Conversation, Milestone

SOURCE = "desk"
_CHANNELS = {"chat": Channel.CHAT, "mail": Channel.MAIL, "phone": Channel.PHONE}


def tell(conversation: Conversation, activity: str, *, at: datetime, **properties: str) -> None:
    """Note that something happened, in the transaction that makes it happen; `publish` sends it."""
    Milestone.objects.create(conversation=conversation, activity=activity, at=at, properties=properties)


def publish(*, now: datetime) -> int:
    """Put what waits into the log of events; how many.

    Raises:
        StorageUnavailable: Nothing of a group is there; the next run tries again.
    """
    return own_events.publish(
        SOURCE,
        Milestone.objects.filter(published_at=None).select_related("conversation"),
        _told,
        lambda keys: Milestone.objects.filter(pk__in=keys).update(published_at=now),
        now=now,
    )


def _told(row: Milestone) -> Told:
    conversation = row.conversation
    subject = None
    if conversation.is_verified and conversation.subject is not None and (conversation.email or conversation.phone):
        kind = IdentifierKind.EMAIL if conversation.email else IdentifierKind.PHONE
        subject = kind, bytes(conversation.subject)
    return Told(
        event_id=f"{conversation.public_id}-{row.pk}",
        activity=row.activity,
        at=row.at,
        channel=_CHANNELS[conversation.channel],
        visitor=f"conversation {conversation.public_id}",
        subject=subject,
        properties=row.properties,
    )
