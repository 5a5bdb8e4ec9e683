"""How long it is kept where a conversation came from, and who of us had it; what ends with it, and when."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from tillit.desk.owner import Owner
from tillit_web.desk.models import Agreement, Conversation, Message

NETWORK_KEPT = timedelta(hours=1)
COLLEAGUE_KEPT = timedelta(days=90)  # of a closed conversation; from then on it was answered by the function


def tidy(*, now: datetime) -> None:
    """Forget where strangers wrote from, and who of us it was."""
    Conversation.objects.filter(opened_at__lt=now - NETWORK_KEPT).exclude(network="").update(network="")
    closed = Conversation.objects.filter(closed_at__lt=now - COLLEAGUE_KEPT)
    named = Message.objects.filter(conversation__in=closed).exclude(handler=None, said_as="")
    named.update(handler=None, said_as="")
    Agreement.objects.filter(conversation__in=closed, handler__isnull=False).update(handler=None)


def over_before(moment: datetime) -> QuerySet[Conversation]:
    """Conversations whose last word is from before a moment, and for whose customer nobody has to do anything."""
    over = (Owner.CLOSED.value, Owner.MACHINE.value)
    return Conversation.objects.filter(owner__in=over, changed_at__lt=moment)
