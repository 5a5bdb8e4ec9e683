"""The machine's turn, the way from it to one of us, and what is done where nobody answered."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from tillit.desk.handoff import Author, Reason
from tillit.desk.listening import is_complaint
from tillit.desk.owner import Event, Owner
from tillit.vocabulary import Errand
from tillit_web.desk import machine, moments
from tillit_web.desk.changing import become, locked, save, write
from tillit_web.desk.handing import hand_over
from tillit_web.desk.models import Conversation
from tillit_web.desk.publishing import tell

_WITH_US = (Owner.DESK.value, Owner.PERSON.value)


def ask_for_person(conversation: Conversation, *, reason: Reason = Reason.ASKED, now: datetime | None = None) -> None:
    """The customer wants one of us: at once, from wherever the conversation stands. Asking again changes nothing."""
    at = now or timezone.now()
    conversation.refresh_from_db()
    if conversation.owner in _WITH_US:
        return
    meeting = moments.meet(conversation, now=at, asked=True, has_machine=False)
    with transaction.atomic():
        row = locked(conversation)
        if row.owner in _WITH_US:
            return
        before, row.decision = row.decision, meeting.decision
        hand_over(row, Event.CUSTOMER_ASKS_FOR_PERSON, reason, now=at)
    moments.ended(before, good=False, now=at, reached_person_anyway=True)


def machine_turn(conversation: Conversation, text: str, *, now: datetime) -> None:
    """Let the machine answer or hand over; somebody who took it meanwhile keeps it."""
    today = timezone.localdate(now)
    if is_complaint(text):
        conversation.errand = Errand.COMPLAIN.value  # a guardrail: people meet it
    found = machine.turn(conversation, text, now=now, today=today)
    if found.hands_over is Reason.ASKED:
        ask_for_person(conversation, now=now)
        return
    meeting = (
        None
        if found.is_about_itself
        else moments.meet(conversation, now=now, asked=False, has_machine=found.hands_over is None)
    )
    with transaction.atomic():
        row = locked(conversation)
        if row.owner != Owner.MACHINE.value:
            return
        row.errand = conversation.errand
        if meeting is not None:
            row.decision = meeting.decision
        answers = found.hands_over is None and (meeting is None or meeting.is_machine)
        if answers:
            become(row, Event.MACHINE_ANSWERS)
            write(row, Author.MACHINE, found.text, client_id="", at=now, answer=found.answer)
            save(row, now)
            if meeting is not None:
                tell(row, "machine_answered", at=now)
        else:
            why = meeting.reason if meeting else Reason.POLICY
            if why is Reason.POLICY and found.hands_over is not None:
                why = found.hands_over  # what we owe anybody weighs more than that the machine does not know
            hand_over(row, Event.MACHINE_HANDS_OVER, why, now=now, held_back=found)
    if answers and meeting is not None:
        moments.machine_met(meeting.decision)


def escalate(*, now: datetime | None = None) -> int:
    """Show everybody what nobody answered by the time promised, and hand over what a machine left; how many."""
    at = now or timezone.now()
    late = Conversation.objects.filter(
        owner__in=(Owner.DESK.value, Owner.PERSON.value), promised_at__lt=at, escalated_at__isnull=True
    )
    count = 0
    for found in late:
        with transaction.atomic():
            row = locked(found)
            if row.promised_at is None or row.promised_at >= at or row.escalated_at is not None:
                continue
            row.escalated_at = at
            hand_over(row, Event.NOBODY_ANSWERED, Reason.LATE, now=at)
            count += 1
    return count + _rescue(at)


def _rescue(at: datetime) -> int:
    """Whoever a machine left without a word, since it was killed in the middle, gets one of us."""
    count = 0
    left = Conversation.objects.filter(owner=Owner.MACHINE.value, changed_at__lt=at - timedelta(minutes=1))
    for found in left.filter(messages__isnull=False).distinct():
        last = found.messages.exclude(author=Author.NOTE.value).last()
        if last is None or last.author != Author.CUSTOMER.value:
            continue
        with transaction.atomic():
            row = locked(found)
            if row.owner == Owner.MACHINE.value:
                hand_over(row, Event.MACHINE_HANDS_OVER, Reason.UNSURE, now=at)
                count += 1
    return count
