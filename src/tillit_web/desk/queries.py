"""What pages read of conversations."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, Subquery

from tillit.desk.handoff import Author, Reason, reason_words
from tillit.desk.routing import Why, why_words
from tillit.sentences import Sentence
from tillit_web.answers.finding import find, shown_to_customers
from tillit_web.answers.models import LibraryAnswer
from tillit_web.desk import assigning
from tillit_web.desk.models import Conversation, Message
from tillit_web.people.models import User
from tillit_web.people.queries import being_erased

MOST_SHOWN = 200
SHOWN_LENGTH = 140
CLOSED_SHOWN = 10
_IN_LINE = (
    *("public_id", "topic", "name", "channel", "language", "owner", "reason", "routed", "promised_at"),
    *("rang_count", "rang_at", "handler__email"),
)


def queue() -> QuerySet[Conversation]:
    """Who waits for one of us: what was promised first, first. Whoever asked to be erased is out of it at once."""
    seen = Conversation.objects.exclude(subject__isnull=False, subject__in=being_erased())
    rows = seen.filter(owner__in=(Conversation.Owned.DESK, Conversation.Owned.PERSON))
    return rows.select_related("handler").order_by(F("promised_at").asc(nulls_last=True), "opened_at", "pk")


def count_waiting() -> int:
    """How many wait for anyone of us, for the rail."""
    return Conversation.objects.filter(owner=Conversation.Owned.DESK).count()


def conversation(public_id: UUID, token: str) -> Conversation | None:
    """The conversation of this id, if the token opens it."""
    row = opened_by(token)
    return row if row is not None and row.public_id == public_id else None


def opened_by(token: str) -> Conversation | None:
    """The conversation that a customer's token opens, and nothing else."""
    return Conversation.objects.filter(token_digest=digest(token)).first()


def messages_after(conversation: Conversation, after: int = 0, *, for_customer: bool = True) -> list[Message]:
    """What was written after a message, in order; notes are for us alone."""
    rows = Message.objects.filter(conversation=conversation, id__gt=after).select_related("answer__expert", "handler")
    if for_customer:
        rows = rows.exclude(author=Author.NOTE.value)
    return list(rows.order_by("id"))


def spoke_last(conversation: Conversation) -> str:
    """The author of the last message that the customer sees; "" where there is none."""
    seen = Message.objects.filter(conversation=conversation).exclude(author=Author.NOTE.value)
    return seen.order_by("-id").values_list("author", flat=True).first() or ""


def digest(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


@dataclass(frozen=True, slots=True)
class InLine:
    """A conversation as the queue shows it; two that are equal look the same.

    Attributes:
        said: The customer's last words.
        colleague: Whoever has it, if that is not who looks.
        reason: Why it is a person's.
        is_waiting: Nobody has it.
        is_late: What was promised has passed.
        is_mine: Whoever looks has it.
        why: Why it is with whom it is, or with nobody; empty where somebody took it by hand.
        wait_seconds: For one that waits: four of five wait no longer. None where no wait can be told.
    """

    public_id: UUID
    said: str
    name: str
    colleague: str
    channel: str
    language: str
    reason: Sentence | str
    promised_at: datetime | None
    rang_count: int
    rang_at: datetime | None
    is_waiting: bool
    is_late: bool
    is_mine: bool
    why: Sentence | str
    wait_seconds: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """Everyone who is not done, in the order in which they were promised an answer."""

    waiting: tuple[InLine, ...]
    mine: tuple[InLine, ...]
    colleagues: tuple[InLine, ...]
    late: int
    with_machine: int


def in_line(*, by: User, now: datetime) -> Line:
    """The queue as one of us sees it."""
    waits = assigning.in_line(now=now)
    last = Message.objects.filter(conversation=OuterRef("pk"), author=Author.CUSTOMER.value).order_by("-id")
    rows = queue().annotate(said=Subquery(last.values("text")[:1])).only(*_IN_LINE)[:MOST_SHOWN]
    found = [_in_line(row, waits.get(row.pk), by, now) for row in rows]
    with_machine = Conversation.objects.filter(
        owner=Conversation.Owned.MACHINE, changed_at__gt=now - timedelta(hours=1)
    )
    return Line(
        waiting=tuple(one for one in found if one.is_waiting),
        mine=tuple(one for one in found if one.is_mine),
        colleagues=tuple(one for one in found if one.colleague),
        late=sum(one.is_late for one in found),
        with_machine=with_machine.count(),
    )


def _in_line(row: Conversation, waits: assigning.Waits | None, by: User, now: datetime) -> InLine:
    why, wait_seconds = _why(row, waits)
    return InLine(
        public_id=row.public_id,
        said=" ".join((getattr(row, "said", None) or row.topic or "").split())[:SHOWN_LENGTH],
        name=row.name,
        colleague="" if row.handler is None or row.handler_id == by.pk else row.handler.email,
        channel=row.get_channel_display(),
        language=row.language,
        reason=reason_words(Reason(row.reason)) if row.reason else "",
        promised_at=row.promised_at,
        rang_count=row.rang_count,
        rang_at=row.rang_at,
        is_waiting=row.owner == Conversation.Owned.DESK,
        is_late=row.promised_at is not None and row.promised_at < now,
        is_mine=row.handler_id == by.pk,
        why=why,
        wait_seconds=wait_seconds,
    )


def _why(row: Conversation, waits: assigning.Waits | None) -> tuple[Sentence | str, float | None]:
    if waits is not None:
        return why_words(waits.why), waits.wait_seconds
    return why_words(Why(row.routed)) if row.routed else "", None


def closed_lately() -> list[Conversation]:
    """The conversations that were closed last, so that one closed by a slip is found again."""
    rows = Conversation.objects.filter(owner=Conversation.Owned.CLOSED).prefetch_related("handoffs")
    return list(rows.order_by("-closed_at")[:CLOSED_SHOWN])


def canned(row: Conversation, asked: str, *, today: date) -> list[LibraryAnswer]:
    """Answers of the library near to what one of us looks for, or to what the customer asked last."""
    last = row.messages.filter(author=Author.CUSTOMER.value).last()
    question = asked or (last.text[:300] if last else "")
    keys = find(question, row.language, today).keys if question else ()
    known = {one.slug: one for one in shown_to_customers(row.language).filter(slug__in=keys)}
    return [known[key] for key in keys if key in known]


def said_with(subjects: Collection[bytes]) -> QuerySet[Message]:
    """What was said between us and a customer who has shown that the address is theirs, oldest first; not our notes."""
    rows = Message.objects.filter(conversation__subject__in=list(subjects), conversation__is_verified=True)
    return rows.exclude(author=Author.NOTE.value).order_by("id")
