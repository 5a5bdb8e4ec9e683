"""What justifies a call out: a booking, a request, a documented relation; or nothing, and then it was cold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Q, QuerySet

from tillit.desk.handoff import Author
from tillit.events.key import read_or_create_key
from tillit.events.subject import country_of_zone, normalise, subject_of
from tillit.vocabulary import ContactBasis, IdentifierKind
from tillit_web.booking.models import Booking
from tillit_web.calls.missed import asked_by_ringing
from tillit_web.calls.models import CallTask
from tillit_web.desk.models import Conversation, Message
from tillit_web.people.contact_rules import OWN_BLOCKS, refusal
from tillit_web.people.models import Block
from tillit_web.people.queries import company

AROUND_A_BOOKING = timedelta(hours=12)
ASKED_WITHIN = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Why:
    """Why somebody may be called now.

    Attributes:
        basis: None where nothing justifies it.
        is_blocked: Somebody said that this number is not to be called, and nothing since says otherwise.
    """

    basis: ContactBasis | None
    task: CallTask | None = None
    conversation: Conversation | None = None
    is_blocked: bool = False


def number_of(phone: str) -> tuple[str, bytes | None]:
    """A number in its one form, and whom it stands for; as typed, and nobody, where it is none."""
    normal = normalise(IdentifierKind.PHONE, phone, region=country_of_zone(company().timezone)) if phone else None
    if normal is None:
        return phone.strip()[:40], None
    key = read_or_create_key(Path(settings.DATA_DIRECTORY))
    return normal, subject_of(IdentifierKind.PHONE, normal, key=key)


def why_call(subject: bytes | None, *, at: datetime) -> Why:
    """What justified a call to this number at a moment: the strongest that there was by then."""
    if subject is None:
        return Why(None)
    found, since = _found(subject, at)
    if found.basis is None:
        return Why(None, is_blocked=_blocks(subject).exists())
    if is_blocked(subject, found.basis, since=since):
        return Why(None, is_blocked=True)
    return found


def is_blocked(subject: bytes | None, basis: ContactBasis, *, since: datetime) -> bool:
    """Whether a number is not to be called on this basis: a no that came after it wins over everything.

    Args:
        since: When the basis came about.
    """
    if subject is None:
        return False
    rows = list(_blocks(subject))
    if any(row.source in OWN_BLOCKS and row.blocked_at > since for row in rows):
        return True
    return refusal(basis, blocks=[row.source for row in rows], agreed=None) is not None


def _found(subject: bytes, at: datetime) -> tuple[Why, datetime]:
    """What there was by then, and since when."""
    tasks = CallTask.objects.filter(subject=subject, noted_at__lte=at).exclude(state=CallTask.State.DROPPED)
    task = tasks.filter(Q(state=CallTask.State.OPEN) | Q(calls__isnull=False)).order_by("-noted_at", "-id").first()
    if task is not None and task.state == CallTask.State.OPEN:
        asked_in = task.request.conversation if task.request else None
        return Why(task.basis, task=task, conversation=asked_in), task.noted_at
    if booked := _booked(subject, at):
        return Why(ContactBasis.BOOKING), max(row.changed_at for row in booked)
    rang = asked_by_ringing(subject, since=at - ASKED_WITHIN, at=at)
    if rang is not None:
        return Why(ContactBasis.REQUEST, conversation=rang.conversation), rang.started_at
    asked = Conversation.objects.filter(subject=subject, opened_at__lte=at, changed_at__gte=at - ASKED_WITHIN)
    written = Message.objects.filter(
        conversation__in=asked,
        author=Author.CUSTOMER.value,
        written_at__lte=at,
        written_at__gte=at - ASKED_WITHIN,
    )
    message = written.select_related("conversation").order_by("-id").first()
    if message is None:
        return Why(None), at
    return Why(ContactBasis.REQUEST, conversation=message.conversation), message.conversation.opened_at


def _booked(subject: bytes, at: datetime) -> list[Booking]:
    near = Booking.objects.filter(
        state__in=(Booking.State.CONFIRMED, Booking.State.MISSED),
        starts_at__gte=at - AROUND_A_BOOKING,
        starts_at__lte=at + AROUND_A_BOOKING,
    ).exclude(phone="")
    return [row for row in near if number_of(row.phone)[1] == subject]


def _blocks(subject: bytes) -> QuerySet[Block]:
    return Block.objects.filter(subject=subject)
