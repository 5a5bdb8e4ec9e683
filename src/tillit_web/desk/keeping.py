"""How long conversations are kept, and what of them: where from for an hour, by whom for 90 days, then an end."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from tillit.events.retention import DataClass
from tillit_web.desk.models import Agreement, Conversation, Message
from tillit_web.retention.queries import kept_class

NETWORK_KEPT = timedelta(hours=1)
COLLEAGUE_KEPT = timedelta(days=90)  # of a closed conversation; from then on it was answered by the function


def tidy(*, now: datetime) -> int:
    """Forget what is over; how many conversations went."""
    Conversation.objects.filter(opened_at__lt=now - NETWORK_KEPT).exclude(network="").update(network="")
    closed = Conversation.objects.filter(closed_at__lt=now - COLLEAGUE_KEPT)
    Message.objects.filter(conversation__in=closed, handler__isnull=False).update(handler=None)
    Agreement.objects.filter(conversation__in=closed, handler__isnull=False).update(handler=None)
    over = now - timedelta(days=kept_class(DataClass.TEXTS, now=now).days)
    ended = Conversation.objects.filter(changed_at__lt=over).filter(Q(owner="closed") | Q(owner="machine"))
    count = ended.count()
    ended.delete()
    return count


def conversations_of(subjects: Collection[bytes]) -> QuerySet[Conversation]:
    """Every conversation of these subjects, for erasure; what belongs to each goes with it."""
    return Conversation.objects.filter(subject__in=list(subjects))
