"""What happens in conversations as events of the customer's journey: no word of it, and never which of us it was."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import msgspec
from django.conf import settings

from tillit.events.hot import HotEvent, pack
from tillit.events.key import read_or_create_key
from tillit.events.subject import subject_of
from tillit.vocabulary import ACTIVITY_BY_NAME, Actor, Channel, Function, IdentifierKind
from tillit_web.collect.queries import storage
from tillit_web.collect.storage import Arrival
from tillit_web.desk.models import Conversation, Milestone

SOURCE = "desk"
OWN_KEY = 0  # no write key: the product itself says so
MOST_AT_ONCE = 500
_CHANNELS = {"chat": Channel.CHAT, "mail": Channel.MAIL, "phone": Channel.PHONE}


def tell(conversation: Conversation, activity: str, *, at: datetime, **properties: str) -> None:
    """Note that something happened, in the transaction that makes it happen; `publish` sends it."""
    Milestone.objects.create(conversation=conversation, activity=activity, at=at, properties=properties)


def publish(*, now: datetime) -> int:
    """Put what waits into the log of events; how many. Killed anywhere, it counts nothing twice.

    Raises:
        StorageUnavailable: Nothing of a group is there; the next run tries again.
    """
    sent = 0
    own_key = read_or_create_key(Path(settings.DATA_DIRECTORY))
    while rows := list(Milestone.objects.filter(published_at=None).select_related("conversation")[:MOST_AT_ONCE]):
        with storage() as opened:
            opened.accept([_arrival(row, own_key, received_at=_micros(now)) for row in rows])
        Milestone.objects.filter(pk__in=[row.pk for row in rows]).update(published_at=now)
        sent += len(rows)
    return sent


def _arrival(row: Milestone, own_key: bytes, *, received_at: int) -> Arrival:
    event = _event(row, own_key, received_at=received_at)
    name = f"{SOURCE}\x00{event.event_id}".encode()
    said = f"{event.activity}\x00{event.occurred_at}\x00{event.properties}".encode()
    return Arrival(
        digest=hashlib.blake2b(name, key=own_key, digest_size=16).digest(),
        content=hashlib.blake2b(said, key=own_key, digest_size=8).digest(),
        key_id=OWN_KEY,
        received_at=received_at,
        event=pack(event),
        contacts=b"",
        raw=b"{}",
    )


def _event(row: Milestone, own_key: bytes, *, received_at: int) -> HotEvent:
    conversation = row.conversation
    if conversation.is_verified and conversation.subject is not None and (conversation.email or conversation.phone):
        kind = IdentifierKind.EMAIL if conversation.email else IdentifierKind.PHONE
        subject = bytes(conversation.subject)
    else:  # whoever types another's address must not write into that person's journey
        kind = IdentifierKind.ANONYMOUS
        subject = subject_of(kind, f"conversation {conversation.public_id}", key=own_key)
    known = ACTIVITY_BY_NAME.get(row.activity)
    return HotEvent(
        event_id=f"{conversation.public_id}-{row.pk}",
        source=SOURCE,
        occurred_at=_micros(row.at),
        received_at=received_at,
        clock_skew=0,
        subject=subject,
        subject_kind=str(kind),
        activity=row.activity,
        channel=str(_CHANNELS[conversation.channel]),
        function=str(known.function if known else Function.SERVICE),
        actor=str(known.actor if known else Actor.CUSTOMER),
        properties=msgspec.json.encode(row.properties, order="sorted").decode() if row.properties else None,
    )


def _micros(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)
