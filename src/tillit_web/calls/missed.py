"""A call that nobody answered puts whoever rang at the desk; a call with them afterwards ends that."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from tillit_web.calls.models import Call
from tillit_web.desk.models import Conversation
from tillit_web.desk.ringing import callback_for, rang, talked

RINGS_AT_MOST = timedelta(minutes=5)  # whose end nobody told of has stopped ringing by then
AT_ONCE = timedelta(minutes=1)  # one call rings at several desks, and is told as several
STILL_NEWS = timedelta(days=2)  # what is told of later is history


def follow(call: Call, *, now: datetime) -> None:
    """Do what a call asks of the desk, after each word of it; again, it changes nothing."""
    if call.subject is None:  # withheld, or no number that can be called
        return
    if call.direction == Call.Direction.OUT or call.is_answered:
        _reached(call, bytes(call.subject), now)
    elif _has_ended(call, now) and call.started_at > now - STILL_NEWS:
        _missed(call, bytes(call.subject), now)


def follow_open(*, now: datetime) -> None:
    """The same for calls whose end nobody told of, or whose word we did not get to act on."""
    lately = Call.objects.filter(started_at__gt=now - STILL_NEWS, subject__isnull=False, is_answered=False)
    waiting = Conversation.objects.filter(rang_count__gt=0).exclude(owner=Conversation.Owned.CLOSED)
    ended = Q(seconds__isnull=False) | Q(started_at__lt=now - RINGS_AT_MOST)
    rows = lately.filter(ended).filter(
        Q(direction=Call.Direction.IN, conversation=None, desk_knows=False)
        | Q(direction=Call.Direction.OUT, subject__in=waiting.values("subject"))
    )
    for call in rows.order_by("started_at", "pk"):
        follow(call, now=now)


def asked_by_ringing(subject: bytes, *, since: datetime, at: datetime) -> Call | None:
    """The last call of theirs within a time that nobody answered, unless we have talked since."""
    calls = Call.objects.filter(subject=subject, started_at__gte=since, started_at__lte=at)
    last = calls.filter(direction=Call.Direction.IN, is_answered=False).order_by("-started_at", "-pk").first()
    if last is None or _with_whom_rang(calls, last).filter(is_answered=True).exists():
        return None
    return last


def _missed(call: Call, subject: bytes, now: datetime) -> None:
    with transaction.atomic():
        row = Call.objects.select_for_update().get(pk=call.pk)
        if row.desk_knows or row.conversation_id is not None:
            return
        after = _with_whom_rang(Call.objects.filter(subject=subject), row)
        called_back = Q(direction=Call.Direction.OUT, started_at__gte=row.started_at)
        if not after.filter(Q(is_answered=True) | called_back).exists():
            row.conversation = rang(subject, row.phone, at=row.started_at, now=now)
        row.desk_knows = True
        row.save(update_fields=["conversation", "desk_knows"])


def _reached(call: Call, subject: bytes, now: datetime) -> None:
    found = callback_for(subject)
    if found is None or found.rang_at is None or call.started_at < found.rang_at - AT_ONCE:
        return
    if call.is_answered:
        talked(found, Conversation.Outcome.SOLVED, now=now)
    elif _has_ended(call, now) and call.started_at >= found.rang_at:
        talked(found, Conversation.Outcome.UNSOLVED, now=now)


def _with_whom_rang(calls: QuerySet[Call], missed: Call) -> QuerySet[Call]:
    return calls.filter(started_at__gte=missed.started_at - AT_ONCE).exclude(pk=missed.pk)


def _has_ended(call: Call, now: datetime) -> bool:
    return call.seconds is not None or call.started_at < now - RINGS_AT_MOST
