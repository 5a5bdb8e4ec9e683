"""Signed links by which a customer opens the page about one meeting of theirs, and nothing else."""

from __future__ import annotations

from uuid import UUID

from django.core import signing
from django.http import Http404
from django.urls import reverse

from tillit_web.booking.models import Booking
from tillit_web.desk.models import Conversation

_MEETING = signing.Signer(salt="briefing")
_CONVERSATION, _BOOKING = "c", "b"


def token_of(meeting: Conversation | Booking) -> str:
    """What opens the page, for as long as the meeting is kept."""
    if isinstance(meeting, Conversation):
        return _MEETING.sign(_CONVERSATION + meeting.public_id.hex)
    return _MEETING.sign(_BOOKING + meeting.uid.hex)


def address_of(meeting: Conversation | Booking) -> str:
    """Where the customer sees the page."""
    return reverse("briefing:own", args=[token_of(meeting)])


def opened_by(token: str) -> Conversation | Booking:
    """The meeting that a link is about.

    Raises:
        Http404: The link was not made here, or its meeting is gone.
    """
    try:
        named = _MEETING.unsign(token)
        number = UUID(hex=named[1:])
    except (signing.BadSignature, ValueError):
        raise Http404 from None
    found: Conversation | Booking | None = (
        Conversation.objects.filter(public_id=number).first()
        if named.startswith(_CONVERSATION)
        else Booking.objects.filter(uid=number).select_related("kind", "host").first()
    )
    if found is None:
        raise Http404
    return found
