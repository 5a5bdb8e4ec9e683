"""What the product itself knows of customers' journeys, put into the log of events: conversations, calls, bookings."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec
from django.conf import settings
from django.db.models import Model, QuerySet

from tillit.events.hot import HotEvent, pack
from tillit.events.key import read_or_create_key
from tillit.events.subject import subject_of
from tillit.vocabulary import ACTIVITY_BY_NAME, Actor, Channel, Function, IdentifierKind
from tillit_web.collect.queries import storage
from tillit_web.collect.storage import Arrival

OWN_KEY = 0  # no write key: the product itself says so
MOST_AT_ONCE = 500

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened: no word of what was said, and never which of us it was.

    Attributes:
        event_id: Unique within its source, and the same however often it is told.
        visitor: Whose it is where nobody has shown who they are: whoever types another's address must not write into
            that person's journey. Each text is a visitor of its own.
        subject: Whose it is, by what they have shown; None: the visitor's.
        actor: Who did it; None: whoever usually does such an activity.
    """

    event_id: str
    activity: str
    at: datetime
    channel: Channel
    visitor: str
    subject: tuple[IdentifierKind, bytes] | None = None
    actor: Actor | None = None
    properties: Mapping[str, str] = field(default_factory=dict)


def publish(
    source: str,
    waiting: QuerySet[Row],
    told: Callable[[Row], Told],
    done: Callable[[list[int]], object],
    *,
    now: datetime,
) -> int:
    """Put what waits into the log; how many. Killed anywhere, it counts nothing twice.

    Args:
        waiting: Rows that leave it once `done` has their keys.
        done: Notes that rows with these keys are told; called after the log has them.

    Raises:
        StorageUnavailable: Nothing of a group is there; the next run tries again.
    """
    sent = 0
    while rows := list(waiting.order_by("pk")[:MOST_AT_ONCE]):
        put(source, [told(row) for row in rows], now=now)
        done([row.pk for row in rows])
        sent += len(rows)
    return sent


def put(source: str, told: Iterable[Told], *, now: datetime) -> None:
    """Put these into the log; what is there already stays there once.

    Raises:
        StorageUnavailable: None of them is there.
    """
    own_key = read_or_create_key(Path(settings.DATA_DIRECTORY))
    received_at = _micros(now)
    with storage() as opened:
        opened.accept([_arrival(_event(source, one, own_key, received_at), own_key) for one in told])


def _event(source: str, one: Told, own_key: bytes, received_at: int) -> HotEvent:
    visitor = IdentifierKind.ANONYMOUS
    kind, subject = one.subject or (visitor, subject_of(visitor, one.visitor, key=own_key))
    known = ACTIVITY_BY_NAME.get(one.activity)
    return HotEvent(
        event_id=one.event_id,
        source=source,
        occurred_at=_micros(one.at),
        received_at=received_at,
        clock_skew=0,
        subject=subject,
        subject_kind=str(kind),
        activity=one.activity,
        channel=str(one.channel),
        function=str(known.function if known else Function.SERVICE),
        actor=str(one.actor or (known.actor if known else Actor.CUSTOMER)),
        properties=msgspec.json.encode(one.properties, order="sorted").decode() if one.properties else None,
    )


def _arrival(event: HotEvent, own_key: bytes) -> Arrival:
    name = f"{event.source}\x00{event.event_id}".encode()
    said = f"{event.activity}\x00{event.occurred_at}\x00{event.properties}".encode()
    return Arrival(
        digest=hashlib.blake2b(name, key=own_key, digest_size=16).digest(),
        content=hashlib.blake2b(said, key=own_key, digest_size=8).digest(),
        key_id=OWN_KEY,
        received_at=event.received_at,
        event=pack(event),
        contacts=b"",
        raw=b"{}",
    )


def _micros(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)
