"""What becomes of bookings as events of a journey: that a call was booked, and that it was held or nobody came."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from tillit.events.hot import HotEvent, pack
from tillit.events.key import read_or_create_key
from tillit.events.subject import subject_of
from tillit.vocabulary import ACTIVITY_BY_NAME, Channel, IdentifierKind
from tillit_web.booking.models import Booking
from tillit_web.booking.queries import micros, to_be_seen
from tillit_web.collect.queries import storage
from tillit_web.collect.storage import Arrival

SOURCE = "booking"
OWN_KEY = 0  # no write key: the product itself says so
SETTLED = timedelta(days=1)  # for so long after a meeting the team may say that nobody came
MOST_AT_ONCE = 500


def publish(*, now: datetime) -> int:
    """Put what is new of bookings into the log of events; how many. Killed anywhere, it counts nothing twice.

    Each booking is a visitor of its own: anybody can type an e-mail, and must not write into that person's journey. No
    event says with whom, or what it is about.

    Raises:
        StorageUnavailable: Nothing of a group is there; the next run tries again.
    """
    booked = to_be_seen().filter(confirmed_at__isnull=False, told=Booking.Told.NOTHING)
    ended = to_be_seen().filter(
        told=Booking.Told.BOOKED,
        state__in=(Booking.State.CONFIRMED, Booking.State.MISSED),
        starts_at__lte=now - SETTLED,
    )
    return _tell(booked, Booking.Told.BOOKED, now) + _tell(ended, Booking.Told.ENDED, now)


def _tell(rows: QuerySet[Booking], told: Booking.Told, now: datetime) -> int:
    own_key = read_or_create_key(Path(settings.DATA_DIRECTORY))
    sent = 0
    while some := list(rows.order_by("pk")[:MOST_AT_ONCE]):
        with storage() as opened:
            opened.accept([_arrival(_event(row, told, own_key, micros(now)), own_key) for row in some])
        Booking.objects.filter(pk__in=[row.pk for row in some]).update(told=told)
        sent += len(some)
    return sent


def _event(row: Booking, told: Booking.Told, own_key: bytes, received_at: int) -> HotEvent:
    if told == Booking.Told.BOOKED:
        activity, at, channel = "call_booked", row.confirmed_at or row.changed_at, Channel.WEB
    else:
        activity = "call_missed" if row.state == Booking.State.MISSED else "call_held"
        at, channel = row.starts_at, Channel.STORE if row.room_id else Channel.PHONE
    known = ACTIVITY_BY_NAME[activity]
    return HotEvent(
        event_id=f"{row.uid.hex}-{activity}",
        source=SOURCE,
        occurred_at=micros(at),
        received_at=received_at,
        clock_skew=0,
        subject=subject_of(IdentifierKind.ANONYMOUS, f"booking {row.uid.hex}", key=own_key),
        subject_kind=str(IdentifierKind.ANONYMOUS),
        activity=activity,
        channel=str(channel),
        function=str(known.function),
        actor=str(known.actor),
    )


def _arrival(event: HotEvent, own_key: bytes) -> Arrival:
    said = f"{event.activity}\x00{event.occurred_at}"
    return Arrival(
        digest=_digest((SOURCE, event.event_id), own_key, 16),
        content=_digest((said,), own_key, 8),
        key_id=OWN_KEY,
        received_at=event.received_at,
        event=pack(event),
        contacts=b"",
        raw=b"{}",
    )


def _digest(parts: Iterable[str], own_key: bytes, size: int) -> bytes:
    return hashlib.blake2b("\x00".join(parts).encode(), key=own_key, digest_size=size).digest()
