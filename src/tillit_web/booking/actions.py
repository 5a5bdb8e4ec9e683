"""Hold, confirm, move, cancel: each takes and gives back a host's time in one transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.db import transaction

from tillit.booking.replies import reply_in
from tillit.events.key import read_or_create_key
from tillit.events.subject import normalise, subject_of
from tillit.vocabulary import IdentifierKind
from tillit_web.booking.models import Booking, Kind, Room
from tillit_web.booking.queries import uid_of
from tillit_web.booking.taking import TAKING, give_back, take
from tillit_web.booking.taking import NotFree as NotFree

HELD_FOR = timedelta(minutes=10)
MOST_HELD = 3  # at one moment, from one network


class TooManyHeld(Exception):
    """As many times are held from this network as one customer can need."""


def hold(
    kind: Kind, starts_at: datetime, *, network: str, language: str, now: datetime, room: Room | None = None
) -> Booking:
    """Keep a time for a customer who is writing their name.

    Args:
        room: The only one they want; None for any.

    Raises:
        NotFree: It is not offered, or was taken meanwhile.
        TooManyHeld: The customer, or somebody beside them, holds several already.
    """
    end_holds(now)
    if network and Booking.objects.filter(state=Booking.State.HELD, network=network).count() >= MOST_HELD:
        raise TooManyHeld
    made = Booking(kind=kind, starts_at=starts_at, network=network, language=language, changed_at=now)
    made.held_until = now + HELD_FOR
    take(made, now=now, room=room)
    return made


@transaction.atomic
def confirm(
    booking: Booking,
    *,
    name: str,
    email: str,
    phone: str,
    wishes: str,
    now: datetime,
    zone: str = "",
    reading_wording: str = "",
) -> bool:
    """The customer has said who they are. False where they had said so before: nobody needs to hear of it again.

    Args:
        zone: Of the customer's own clock, "Europe/London"; "" for the company's.
        reading_wording: The version of the words to which they said that our staff may see what they have read; "" if
            they did not. It is kept with the booking, and counts once they have shown that the address is theirs.

    Raises:
        NotFree: The hold has ended; the time may be somebody else's.
    """
    row = Booking.objects.select_for_update().get(pk=booking.pk)
    if row.state == Booking.State.CONFIRMED:
        return False
    if row.state != Booking.State.HELD or row.held_until is None or row.held_until <= now:
        raise NotFree
    row.state, row.held_until, row.network = Booking.State.CONFIRMED, None, ""
    row.changed_at = row.confirmed_at = now
    row.name, row.email, row.phone, row.wishes = name, email, phone, wishes
    row.zone = zone
    row.reading_wording, row.reading_said_at = reading_wording, now if reading_wording else None
    row.subject = _subject_of(email)
    row.save()
    return True


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
        give_back([row])
        row.starts_at, row.sequence, row.changed_at, row.reminded_at = starts_at, row.sequence + 1, now, None
        row.customer_reply = row.host_reply = ""
        row.customer_replied_at = row.host_replied_at = None
        take(row, now=now)  # where it fails the transaction gives the old time back
    return row


def choose_clock(booking: Booking, zone: str) -> None:
    """Say the times of a booking on another clock from now on. It stays what it is: nobody has to hear of it.

    Args:
        zone: Of the customer's own clock, "Europe/London"; "" for the company's.
    """
    Booking.objects.filter(pk=booking.pk, state=Booking.State.CONFIRMED).update(zone=zone)


@transaction.atomic
def cancel(booking: Booking, *, now: datetime) -> bool:
    """End a booking and give the time back; whether anybody has to hear of it.

    A second time changes nothing. A hold ends as one that ran out: of that nobody was told.
    """
    row = Booking.objects.select_for_update().get(pk=booking.pk)
    if row.state not in TAKING:
        return False
    was_booked = row.state == Booking.State.CONFIRMED
    ended = Booking.State.CANCELLED if was_booked else Booking.State.EXPIRED
    row.state, row.sequence, row.changed_at, row.network = ended, row.sequence + 1, now, ""
    row.save()
    give_back([row])
    return was_booked


def nobody_came(booking: Booking, *, missed: bool, now: datetime) -> None:
    """Record that nobody came to a booking that has begun, or take that back."""
    before, after = Booking.State.CONFIRMED, Booking.State.MISSED
    if not missed:
        before, after = after, before
    Booking.objects.filter(pk=booking.pk, state=before, starts_at__lte=now).update(state=after, changed_at=now)


@transaction.atomic
def end_holds(now: datetime) -> int:
    """Give back what was held and not confirmed in time."""
    # Locked first: what is confirmed in this moment is no hold any more, and keeps its time.
    over = list(Booking.objects.select_for_update().filter(state=Booking.State.HELD, held_until__lte=now))
    give_back(over)
    ended = Booking.objects.filter(pk__in=[row.pk for row in over])
    return ended.update(state=Booking.State.EXPIRED, network="", changed_at=now)


class Heard(StrEnum):
    """What became of a reply."""

    RECORDED = "recorded"
    OUTDATED = "outdated"  # about a time that is no more, or older than one we have
    NOT_OURS = "not_ours"


@transaction.atomic
def reply_received(text: bytes) -> Heard:
    """Record what a calendar answered to an invitation: `METHOD:REPLY`, a `text/calendar` part of a mail that came in.

    Whoever reads mail gives each such part here; anything at all may be given. It says `NOT_OURS` where the part is no
    reply, or is to no booking, or from neither its customer nor its host: then it is a mail like any other. Otherwise
    the mail needs no other answer. A reply moves and cancels nothing: that somebody declined is shown to the team.

    A UID is 122 random bits that only the two were sent, so it is what shows that the reply is theirs; the mail's own
    sender may be another of their addresses.
    """
    reply = reply_in(text)
    uid = reply and uid_of(reply.uid)
    row = (
        Booking.objects.select_for_update(of=("self",)).select_related("host").filter(uid=uid).first() if uid else None
    )
    if reply is None or row is None:
        return Heard.NOT_OURS
    whose = (
        {row.email.lower(): "customer", row.host.email.lower(): "host"}.get(reply.attendee) if reply.attendee else None
    )
    if whose is None:
        return Heard.NOT_OURS
    before = getattr(row, f"{whose}_replied_at")
    if reply.sequence != row.sequence or row.state != Booking.State.CONFIRMED or (before and reply.said_at < before):
        return Heard.OUTDATED
    setattr(row, f"{whose}_reply", reply.answer.value)
    setattr(row, f"{whose}_replied_at", reply.said_at)
    row.save(update_fields=[f"{whose}_reply", f"{whose}_replied_at"])
    return Heard.RECORDED


def _subject_of(email: str) -> bytes | None:
    """Who an e-mail stands for, so that erasing them reaches the booking. It opens nothing: anybody can type it."""
    clear = normalise(IdentifierKind.EMAIL, email) if email else None
    return (
        subject_of(IdentifierKind.EMAIL, clear, key=read_or_create_key(Path(settings.DATA_DIRECTORY)))
        if clear
        else None
    )
