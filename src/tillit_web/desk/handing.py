"""A conversation changes hands to the desk: with what goes with it, and a time that is promised."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings

from tillit.desk.handoff import Author, Packet, Reason, Said, Tried, packet
from tillit.desk.owner import Event, Owner
from tillit.events.key import read_or_create_key
from tillit.events.subject import country_of_zone, normalise, subject_of
from tillit.vocabulary import IdentifierKind
from tillit_web.desk import moments
from tillit_web.desk.assigning import assign_soon
from tillit_web.desk.machine import Turn
from tillit_web.desk.models import Conversation, Handoff
from tillit_web.desk.publishing import tell
from tillit_web.people.models import User
from tillit_web.people.queries import company

PERSON_REQUESTED, HANDED_OVER = "person_requested", "handed_over"
_BY_CUSTOMER = (Reason.ASKED, Reason.NOT_HELPED)


def hand_over(
    row: Conversation,
    event: Event | None,
    reason: Reason,
    *,
    now: datetime,
    by: User | None = None,
    held_back: Turn | None = None,
) -> None:
    """Give a conversation to the desk, in the transaction that holds its lock.

    Args:
        event: What happened; None for one that begins at the desk.
        held_back: What the machine found and did not say.

    Raises:
        NotNow: It cannot happen to the conversation as it stands.
    """
    if event is None:
        row.owner, row.handler_id = Owner.DESK.value, None
    else:
        after = row.ownership.after(event, by=None if by is None else by.pk)
        row.owner, row.handler_id = after.owner.value, after.handler
    row.reason, row.routed, row.closed_at, row.outcome = reason.value, "", None, None
    if row.waits_since is None or row.promised_at is None:
        row.waits_since, row.promised_at = now, moments.promised(row.skill, now=now)[0]
    row.changed_at = now
    row.save()
    kept = _packet(row, reason, held_back)
    Handoff.objects.create(
        conversation=row,
        at=now,
        **kept.to_json(),
    )
    if reason in _BY_CUSTOMER:
        tell(row, PERSON_REQUESTED, at=now)
    elif event is Event.MACHINE_HANDS_OVER:
        tell(row, HANDED_OVER, at=now, reason=reason.value)
    assign_soon()


def subject_in(email: str, phone: str) -> bytes | None:
    """Who an address or a number stands for, so that erasing them reaches the conversation. It opens nothing."""
    region = country_of_zone(company().timezone)
    for kind, typed in ((IdentifierKind.EMAIL, email), (IdentifierKind.PHONE, phone)):
        normal = normalise(kind, typed, region=region) if typed else None
        if normal is not None:
            return subject_of(kind, normal, key=read_or_create_key(Path(settings.DATA_DIRECTORY)))
    return None


def _packet(row: Conversation, reason: Reason, held_back: Turn | None) -> Packet:
    messages = list(row.messages.select_related("answer"))
    said = tuple(
        Said(round(one.written_at.timestamp() * 1_000_000), Author(one.author), one.text)
        for one in messages
        if one.author != Author.NOTE.value
    )
    tried = [Tried(one.answer.slug, one.answer.question, True) for one in messages if one.answer is not None]
    if held_back is not None and held_back.answer is not None:
        found = held_back.answer
        tried.append(Tried(found.slug, found.question, False, held_back.chance))
    asked = [one.text for one in messages if one.author == Author.CUSTOMER.value]
    return packet(reason, asked=asked[-1] if asked else row.topic, tried=tuple(tried), said=said)
