"""What pages read of calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from tillit.desk.handoff import Author
from tillit.reports.interval import ShareRange, share_range
from tillit_web.calls.basis import is_blocked
from tillit_web.calls.models import Call, CallTask, Offer
from tillit_web.desk.models import Conversation, Message

LATELY = timedelta(days=30)
MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A call to make. `is_blocked`: somebody said since that the number is not to be called, so it is not shown."""

    task: CallTask
    is_blocked: bool


def to_make() -> tuple[TaskLine, ...]:
    """Calls that are to be made, the next one first; whoever may not be called any more is marked."""
    rows = CallTask.objects.filter(state=CallTask.State.OPEN).select_related("booking", "request__conversation")
    return tuple(TaskLine(row, is_blocked(row.caller, row.basis, since=row.noted_at)) for row in rows[:MOST_SHOWN])


def cold_share(*, now: datetime) -> ShareRange:
    """Of the last thirty days' calls out, those that nobody had booked, asked for or documented; the goal is 0."""
    rows = Call.objects.filter(direction=Call.Direction.OUT, started_at__gte=now - LATELY, started_at__lte=now)
    return share_range(rows.filter(basis="").count(), rows.count())


def cold(*, now: datetime) -> QuerySet[Call]:
    """Those calls, the latest first."""
    return Call.objects.filter(direction=Call.Direction.OUT, basis="", started_at__gte=now - LATELY)


def lately() -> QuerySet[Call]:
    """The latest calls."""
    return Call.objects.select_related("conversation")


def offers() -> QuerySet[Offer]:
    """What waits for a written answer first, then what was answered; the latest first."""
    answered = Coalesce("accepted_at", "declined_at")
    return Offer.objects.select_related("conversation", "call").order_by(answered.asc(nulls_first=True), "-id")


def could_accept(offer: Offer) -> QuerySet[Message]:
    """What the customer wrote in the offer's conversation since."""
    rows = Message.objects.filter(conversation=offer.conversation_id, author=Author.CUSTOMER.value)
    return rows.filter(written_at__gte=offer.noted_at).order_by("id")


def requests_of(conversation: Conversation) -> QuerySet[Message]:
    """What can be the request that a call rests on: the customer's words, or a note of a call."""
    wanted = Q(author=Author.CUSTOMER.value)
    if conversation.channel == Conversation.Channel.PHONE:
        wanted |= Q(author=Author.NOTE.value)
    return Message.objects.filter(wanted, conversation=conversation).order_by("-id")
