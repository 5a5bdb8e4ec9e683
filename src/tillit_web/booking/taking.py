"""What a booking takes of its host's and its room's time, and gives back: the database forbids what two cannot have."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Count

from tillit.booking.slots import MINUTE, Slot, fairest, steps_of
from tillit_web.booking.models import Booking, Host, Occasion, Place, Room, TakenStep
from tillit_web.booking.queries import micros, slots_of

# Each attempt that fails was lost to somebody who got a place or a time; nobody loses more often than there are these.
MOST_ATTEMPTS = 250
TAKING = (Booking.State.HELD, Booking.State.CONFIRMED)


class NotFree(Exception):
    """Somebody else has the time, or it is not offered."""


def take(booking: Booking, *, now: datetime, room: Room | None = None) -> None:
    """Find a host, and a room where it needs one, for a booking that has none; it is saved with its place.

    Its own host is preferred where it has one; else a group that has begun, else whoever was booked least.

    Args:
        room: The only one that the customer wants.

    Raises:
        NotFree: Nobody, or no room, is free then.
    """
    starts = micros(booking.starts_at)
    for _ in range(MOST_ATTEMPTS):
        found = slots_of(booking.kind, first=starts, last=starts + MINUTE, now=now, room=room)
        slot = next((slot for slot in found if slot.starts == starts), None)
        if slot is None:
            raise NotFree
        host = _chosen(booking, slot)
        try:
            with transaction.atomic():
                if host in slot.begun:
                    _join(booking, host, room)
                else:
                    _begin(booking, host, slot.rooms[0] if slot.rooms else None)
            return
        except IntegrityError:
            booking.place = None  # somebody was faster: look again at what is left
    raise NotFree


def give_back(bookings: Collection[Booking]) -> None:
    """Free the places of bookings, and with the last of a meeting its host's and room's time; within a transaction."""
    places = [row.place_id for row in bookings if row.place_id is not None]
    meetings = list(Occasion.objects.select_for_update().filter(places__in=places).order_by("pk"))
    Booking.objects.filter(place__in=places).update(place=None)
    for row in bookings:
        row.place = None
    Occasion.objects.filter(pk__in=[one.pk for one in meetings]).exclude(places__booking__isnull=False).delete()


def free_what_nobody_has() -> None:
    """Give back the time of meetings whose bookings are gone, erased with whoever made them."""
    with transaction.atomic():
        left = Occasion.objects.exclude(places__booking__isnull=False).values_list("pk", flat=True)
        locked = Occasion.objects.select_for_update().filter(pk__in=list(left)).values_list("pk", flat=True)
        Occasion.objects.filter(pk__in=list(locked)).exclude(places__booking__isnull=False).delete()


def _chosen(booking: Booking, slot: Slot) -> int:
    if booking.host_id in slot.hosts:
        return booking.host_id
    return slot.begun[0] if slot.begun else fairest(slot.hosts, _met(slot.hosts))


def _join(booking: Booking, host: int, room: Room | None) -> None:
    meetings = Occasion.objects.filter(kind=booking.kind, host=host, starts_at=booking.starts_at)
    meeting = meetings.filter(**({"room": room} if room else {})).select_for_update().first()
    place = meeting and Place.objects.filter(occasion=meeting, booking=None).order_by("number").first()
    if not place:
        raise IntegrityError("the last place was taken, or everybody left, since it was looked for")
    _seat(booking, place.occasion, place)


def _begin(booking: Booking, host: int, room: int | None) -> None:
    kind = booking.kind
    meeting = Occasion.objects.create(kind=kind, host_id=host, room_id=room, starts_at=booking.starts_at)
    steps = steps_of(kind.meeting.takes(micros(booking.starts_at)))
    # In ascending order: two who want some of the same wait for each other in one direction only.
    TakenStep.objects.bulk_create(TakenStep(occasion=meeting, host_id=host, room_id=room, step=step) for step in steps)
    places = Place.objects.bulk_create(Place(occasion=meeting, number=number) for number in range(kind.places))
    _seat(booking, meeting, places[0])


def _seat(booking: Booking, meeting: Occasion, place: Place) -> None:
    booking.host, booking.room, booking.place = meeting.host, meeting.room, place
    booking.save()


def _met(hosts: Collection[int]) -> dict[int, int]:
    """How many meetings each has: a group is one, whoever comes."""
    rows = Host.objects.filter(pk__in=hosts).annotate(count=Count("occasions"))
    return dict(rows.values_list("pk", "count"))
