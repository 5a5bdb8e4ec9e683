"""A customer's calls, planned calls and offers, for their own page and for erasure."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q, QuerySet

from tillit_web.booking.about import bookings_about
from tillit_web.calls.basis import is_blocked
from tillit_web.calls.models import Call, CallTask, Offer
from tillit_web.calls.queries import TaskLine


def calls_about(subjects: Collection[bytes]) -> QuerySet[Call]:
    """Calls with a number of theirs, or in a conversation that they have shown to be theirs."""
    return Call.objects.filter(Q(subject__in=list(subjects)) | _said_with("conversation", subjects))


def tasks_about(subjects: Collection[bytes]) -> QuerySet[CallTask]:
    """Calls that were planned to a number of theirs, on a booking of theirs, or on what they asked for."""
    booked = Q(booking__in=bookings_about(subjects))
    return CallTask.objects.filter(
        Q(subject__in=list(subjects)) | booked | _said_with("request__conversation", subjects)
    )


def offers_about(subjects: Collection[bytes]) -> QuerySet[Offer]:
    """What was offered on those calls."""
    return Offer.objects.filter(Q(subject__in=list(subjects)) | _said_with("conversation", subjects))


def planned_with(subjects: Collection[bytes]) -> tuple[TaskLine, ...]:
    """Calls that were planned and of which nothing tells that they were made, the next one first."""
    rows = tasks_about(subjects).filter(calls__isnull=True)
    return tuple(TaskLine(row, is_blocked(row.caller, row.basis, since=row.noted_at)) for row in rows)


def _said_with(conversation: str, subjects: Collection[bytes]) -> Q:
    return Q(**{f"{conversation}__subject__in": list(subjects), f"{conversation}__is_verified": True})
