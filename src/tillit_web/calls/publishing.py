"""Calls as events of customers' journeys: held or not answered, how long, who called, booked or cold."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from django.conf import settings
from django.db.models import Q

from tillit.events.hot import HotEvent, pack
from tillit.events.key import read_or_create_key
from tillit.events.subject import subject_of
from tillit.vocabulary import ACTIVITY_BY_NAME, Actor, Channel, Function, IdentifierKind
from tillit_web.calls.models import Call
from tillit_web.collect.queries import storage
from tillit_web.collect.storage import Arrival

SOURCE = "calls"
OWN_KEY = 0  # no write key: the product itself says so
MOST_AT_ONCE = 500
LONGEST_CALL = timedelta(hours=6)  # whose end nobody told of has ended by then
HELD, MISSED = "call_held", "call_missed"


def publish(*, now: datetime) -> int:
    """Put calls that are over into the log of events; how many. Killed anywhere, it counts nothing twice.

    Raises:
        StorageUnavailable: Nothing of a group is there; the next run tries again.
    """
    sent = 0
    own_key = read_or_create_key(Path(settings.DATA_DIRECTORY))
    over = Q(seconds__isnull=False) | Q(source="note") | Q(started_at__lt=now - LONGEST_CALL)
    while rows := list(Call.objects.filter(over, published_at=None).order_by("pk")[:MOST_AT_ONCE]):
        with storage() as opened:
            opened.accept([_arrival(row, own_key, received_at=_micros(now)) for row in rows])
        Call.objects.filter(pk__in=[row.pk for row in rows]).update(published_at=now)
        sent += len(rows)
    return sent


def _arrival(row: Call, own_key: bytes, *, received_at: int) -> Arrival:
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


def _event(row: Call, own_key: bytes, *, received_at: int) -> HotEvent:
    if row.subject is not None:
        kind, subject = IdentifierKind.PHONE, bytes(row.subject)
    else:  # a withheld number is nobody's
        kind = IdentifierKind.ANONYMOUS
        subject = subject_of(kind, f"call {row.source} {row.call_id}", key=own_key)
    activity = HELD if row.is_answered else MISSED
    known = ACTIVITY_BY_NAME.get(activity)
    told = {"direction": row.direction} | ({"seconds": str(row.seconds)} if row.seconds else {})
    if row.direction == Call.Direction.OUT:
        told["basis"] = row.basis or "cold"
    return HotEvent(
        event_id=f"{row.source}-{row.call_id}",
        source=SOURCE,
        occurred_at=_micros(row.started_at),
        received_at=received_at,
        clock_skew=0,
        subject=subject,
        subject_kind=str(kind),
        activity=activity,
        channel=str(Channel.PHONE),
        function=str(known.function if known else Function.SERVICE),
        actor=str(Actor.PERSON if row.direction == Call.Direction.OUT or row.is_answered else Actor.CUSTOMER),
        properties=msgspec.json.encode(told, order="sorted").decode(),
    )


def _micros(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)
