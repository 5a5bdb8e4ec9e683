"""Calls as events of customers' journeys: held or not answered, how long, who called, booked or cold."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from tillit.vocabulary import Actor, Channel, IdentifierKind
from tillit_web.calls.models import Call
from tillit_web.collect import own_events
from tillit_web.collect.own_events import Told

SOURCE = "calls"
LONGEST_CALL = timedelta(hours=6)  # whose end nobody told of has ended by then
HELD, MISSED = "call_held", "call_missed"


def publish(*, now: datetime) -> int:
    """Put calls that are over into the log of events; how many.

    Raises:
        StorageUnavailable: Nothing of a group is there; the next run tries again.
    """
    over = Q(seconds__isnull=False) | Q(source="note") | Q(started_at__lt=now - LONGEST_CALL)
    return own_events.publish(
        SOURCE,
        Call.objects.filter(over, published_at=None),
        _told,
        lambda keys: Call.objects.filter(pk__in=keys).update(published_at=now),
        now=now,
    )


def _told(row: Call) -> Told:
    is_out = row.direction == Call.Direction.OUT
    told = {"direction": row.direction} | ({"seconds": str(row.seconds)} if row.seconds else {})
    if is_out:
        told["basis"] = row.basis or "cold"
    return Told(
        event_id=f"{row.source}-{row.call_id}",
        activity=HELD if row.is_answered else MISSED,
        at=row.started_at,
        channel=Channel.PHONE,
        visitor=f"call {row.source} {row.call_id}",  # a withheld number is nobody's
        subject=None if row.subject is None else (IdentifierKind.PHONE, bytes(row.subject)),
        actor=Actor.PERSON if is_out or row.is_answered else Actor.CUSTOMER,
        properties=told,
    )
