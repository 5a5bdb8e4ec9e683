"""The customer's written answer to what was offered by phone: where it was given, when, and under which name."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tillit.desk.handoff import Author
from tillit.errors import InputError
from tillit.sentences import sentence
from tillit_web.calls.models import Offer
from tillit_web.desk.models import Message


class NotWritten(InputError):
    """It is no written answer of the customer's."""


@transaction.atomic
def accept_by_message(offer: Offer, message: Message, *, now: datetime) -> Offer:
    """The customer has accepted in writing: this message says so.

    Raises:
        NotWritten: It is not the customer's, of another conversation, or from before the offer.
    """
    row = Offer.objects.select_for_update().get(pk=offer.pk)
    is_theirs = message.author == Author.CUSTOMER.value and message.conversation_id == row.conversation_id
    if not is_theirs or message.written_at < row.noted_at:
        raise NotWritten(sentence("Choose a message that the customer wrote after the offer."))
    if row.accepted_at is None:
        row.accepted_at, row.message, row.answered_where = now, message, Offer.Where.MESSAGE
        row.save()
    return row


@transaction.atomic
def accept(offer: Offer, *, name: str, where: Offer.Where, now: datetime) -> Offer:
    """The customer has accepted behind their signed link or on their own page, under a name they typed.

    Raises:
        NotWritten: They typed none.
    """
    if not name.strip():
        raise NotWritten(sentence("Write your name to accept."))
    row = Offer.objects.select_for_update().get(pk=offer.pk)
    if row.accepted_at is None:
        row.accepted_at, row.accepted_as, row.answered_where = now, " ".join(name.split())[:120], where
        row.save()
    return row


@transaction.atomic
def decline(offer: Offer, *, where: Offer.Where, now: datetime) -> Offer:
    """The customer has said no; nothing happens to what they have accepted or declined before."""
    row = Offer.objects.select_for_update().get(pk=offer.pk)
    if row.accepted_at is None and row.declined_at is None:
        row.declined_at, row.answered_where = now, where
        row.save()
    return row
