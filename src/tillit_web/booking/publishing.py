"""What becomes of bookings as events of a journey: that a call was booked, and that it was held or nobody came."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from tillit.vocabulary import Actor, Channel
from tillit_web.booking.models import Booking
from tillit_web.booking.queries import to_be_seen
from tillit_web.collect import own_events
from tillit_web.collect.own_events import Told

SOURCE = "booking"
SETTLED = timedelta(days=1)  # for so long after a meeting the team may say that nobody came


def publish(*, now: datetime) -> int:
    """Put what is new of bookings into the log of events; how many.

    Each booking is a visitor of its own: anybody can type an e-mail. No event says with whom, or what it is about.

    Raises:
        StorageUnavailable: Nothing of a group is there; the next run tries again.
    """
    booked = to_be_seen().filter(confirmed_at__isnull=False, told=Booking.Told.NOTHING)
    ended = to_be_seen().filter(
        told=Booking.Told.BOOKED,
        state__in=(Booking.State.CONFIRMED, Booking.State.MISSED),
        starts_at__lte=now - SETTLED,
    )
    return own_events.publish(SOURCE, booked, _booked, _note(Booking.Told.BOOKED), now=now) + own_events.publish(
        SOURCE, ended, _ended, _note(Booking.Told.ENDED), now=now
    )


def _note(told: Booking.Told) -> Callable[[list[int]], object]:
    return lambda keys: Booking.objects.filter(pk__in=keys).update(told=told)


def _booked(row: Booking) -> Told:
    return _told(row, "call_booked", row.confirmed_at or row.changed_at, Channel.WEB)


def _ended(row: Booking) -> Told:
    activity = "call_missed" if row.state == Booking.State.MISSED else "call_held"
    # Where nobody came we were there: a missed call of a customer's is one that they rang in vain.
    return _told(row, activity, row.starts_at, Channel.STORE if row.room_id else Channel.PHONE, Actor.PERSON)


def _told(row: Booking, activity: str, at: datetime, channel: Channel, actor: Actor | None = None) -> Told:
    return Told(f"{row.uid.hex}-{activity}", activity, at, channel, visitor=f"booking {row.uid.hex}", actor=actor)
