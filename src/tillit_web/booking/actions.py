"""Hold, confirm, move, cancel: each takes and gives back a host's time in one transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count

from tillit.booking.slots import MINUTE, fairest, steps_of
from tillit.events.key import read_or_create_key
from tillit.events.subject import normalise, subject_of
from tillit.vocabulary import IdentifierKind
from tillit_web.booking.models import Booking, Host, Kind, TakenStep
from tillit_web.booking.queries import micros, slots_of

HELD_FOR = timedelta(minutes=10)
MOST_HELD = 3  # at one moment, from one network
TAKING = (Booking.State.HELD, Booking.State.CONFIRMED)


class NotFree(Exception):
    """Somebody else has the time, or it is not offered."""


class TooManyHeld(Exception):
    """As many times are held from this network as one customer can need."""


def hold(kind: Kind, starts_at: datetime, *, network: str, language: str, now: datetime) -> Booking:
    """Keep a time for a customer who is writing their name.

    Raises:
        NotFree: It is not offered, or was taken meanwhile.
        TooManyHeld: The customer, or somebody beside them, holds several already.
    """
    end_holds(now)
    if network and Booking.objects.filter(state=Booking.State.HELD, network=network).count() >= MOST_HELD:
        raise TooManyHeld
    free = _hosts_at(kind, starts_at, now)
    while free:
        host = fairest(free, _booked(free))
        made = Booking(
            kind=kind,
            host_id=host,
            starts_at=starts_at,
            held_until=now + HELD_FOR,
            network=network,
            language=language,
            changed_at=now,
        )
        try:
            with transaction.atomic():
                made.save()
                _take(made)
            return made
        except IntegrityError:
            free = tuple(other for other in free if other != host)
    raise NotFree


@transaction.atomic
def confirm(booking: Booking, *, name: str, email: str, phone: str, wishes: str, now: datetime) -> None:
    """The customer has said who they are.

    Raises:
        NotFree: The hold has ended; the time may be somebody else's.
    """
    row = Booking.objects.select_for_update().get(pk=booking.pk)
    if row.state == Booking.State.CONFIRMED:
        return
    if row.state != Booking.State.HELD or row.held_until is None or row.held_until <= now:
        raise NotFree
    row.state, row.held_until, row.network, row.changed_at = Booking.State.CONFIRMED, None, "", now
    row.name, row.email, row.phone, row.wishes = name, email, phone, wishes
    row.subject = _subject_of(email)
    row.save()


def move(booking: Booking, starts_at: datetime, *, now: datetime) -> Booking:
    """The same booking at another time; with the same host if they are free then.

    Raises:
        NotFree: The booking has ended, or the new time is not free. It stays where it was.
    """
    end_holds(now)
    with transaction.atomic():
        row = Booking.objects.select_for_update().get(pk=booking.pk)
        if row.state != Booking.State.CONFIRMED:
            raise NotFree
        TakenStep.objects.filter(booking=row).delete()
        free = _hosts_at(row.kind, starts_at, now)
        if not free:
            raise NotFree  # the transaction gives the old time back
        row.host_id = row.host_id if row.host_id in free else fairest(free, _booked(free))
        row.starts_at, row.sequence, row.changed_at, row.reminded_at = starts_at, row.sequence + 1, now, None
        row.save()
        try:
            _take(row)
        except IntegrityError as error:
            raise NotFree from error
    return row


@transaction.atomic
def cancel(booking: Booking, *, now: datetime) -> None:
    """End a booking and give the time back; a second time changes nothing."""
    row = Booking.objects.select_for_update().get(pk=booking.pk)
    if row.state not in TAKING:
        return
    row.state, row.sequence, row.changed_at, row.network = Booking.State.CANCELLED, row.sequence + 1, now, ""
    row.save()
    TakenStep.objects.filter(booking=row).delete()


def nobody_came(booking: Booking, *, missed: bool, now: datetime) -> None:
    """Record that nobody came to a booking that has begun, or take that back."""
    before, after = Booking.State.CONFIRMED, Booking.State.MISSED
    if not missed:
        before, after = after, before
    Booking.objects.filter(pk=booking.pk, state=before, starts_at__lte=now).update(state=after, changed_at=now)


@transaction.atomic
def end_holds(now: datetime) -> int:
    """Give back what was held and not confirmed in time."""
    over = Booking.objects.filter(state=Booking.State.HELD, held_until__lte=now)
    TakenStep.objects.filter(booking__in=over).delete()
    return over.update(state=Booking.State.EXPIRED, network="", changed_at=now)


def _subject_of(email: str) -> bytes | None:
    """Who an e-mail stands for, so that erasing them reaches the booking. It opens nothing: anybody can type it."""
    clear = normalise(IdentifierKind.EMAIL, email) if email else None
    return (
        subject_of(IdentifierKind.EMAIL, clear, key=read_or_create_key(Path(settings.DATA_DIRECTORY)))
        if clear
        else None
    )


def _take(booking: Booking) -> None:
    span = booking.kind.meeting.takes(micros(booking.starts_at))
    TakenStep.objects.bulk_create(
        TakenStep(booking=booking, host_id=booking.host_id, step=step) for step in steps_of(span)
    )


def _hosts_at(kind: Kind, starts_at: datetime, now: datetime) -> tuple[int, ...]:
    starts = micros(starts_at)
    slots = slots_of(kind, first=starts, last=starts + MINUTE, now=now)
    return next((slot.hosts for slot in slots if slot.starts == starts), ())


def _booked(hosts: tuple[int, ...]) -> dict[int, int]:
    rows = Host.objects.filter(pk__in=hosts, bookings__state__in=TAKING).annotate(count=Count("bookings"))
    return dict(rows.values_list("pk", "count"))
