"""What may be done about calls: write one down, hear of one, plan one on a basis."""

from __future__ import annotations

import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from tillit.desk.handoff import Author
from tillit.errors import InputError
from tillit.sentences import sentence
from tillit.vocabulary import ContactBasis
from tillit_web.booking.models import Booking
from tillit_web.calls.basis import Why, is_blocked, number_of, why_call
from tillit_web.calls.missed import follow
from tillit_web.calls.models import Call, CallTask, Offer
from tillit_web.desk import actions as desk
from tillit_web.desk.models import Conversation, Message
from tillit_web.desk.ringing import callback_for, talked
from tillit_web.people.models import User
from tillit_web.people.queries import company

NOTE = "note"
A_MINUTE = timedelta(minutes=1)


class NoBasis(InputError):
    """Nobody booked it, nobody asked for it, and no relation is documented."""


class DoNotCall(InputError):
    """The customer, or a list that we honour, says no."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A call as a colleague writes it down.

    Attributes:
        said: What was asked and answered.
        promised: What was promised, and `promised_at` when we call about it; "" and None without.
        offered: What was sold, as the caller says; until it is accepted in writing it is an offer.
        price_minor: What it costs, in the company's currency; None where no price was said.
    """

    direction: str
    started_at: datetime
    is_answered: bool
    phone: str
    name: str
    said: str
    promised: str = ""
    promised_at: datetime | None = None
    offered: str = ""
    price_minor: int | None = None
    is_settled: bool = False
    relation: str = ""
    relation_on: date | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A call as a telephone system tells of it; it may tell of the same one again, later and with more."""

    source: str
    call_id: str
    direction: str
    started_at: datetime
    phone: str
    is_answered: bool
    seconds: int | None


@transaction.atomic
def note_call(
    noted: Noted, *, by: User, language: str, conversation: Conversation | None = None, now: datetime
) -> Call:
    """Write a call down, in the conversation it belongs to or in one of its own."""
    phone, subject = number_of(noted.phone)
    if conversation is None and subject is not None:
        conversation = callback_for(subject)
    why = _why_noted(noted, subject, conversation, now=now)
    if conversation is None:
        conversation = desk.open_conversation(
            "",
            language=language,
            channel=Conversation.Channel.PHONE,
            name=noted.name,
            phone=phone,
            asks_for_person=True,
            is_for_people=True,
            now=now,
        ).conversation
    desk.note(conversation, noted.said, by, now=now)
    call = Call.objects.create(
        source=NOTE,
        call_id=uuid.uuid4().hex,
        direction=noted.direction,
        started_at=noted.started_at,
        is_answered=noted.is_answered,
        seconds=0 if not noted.is_answered else None,
        phone=phone,
        subject=subject,
        basis=_basis(why, noted.direction),
        was_blocked=why.is_blocked,
        task=why.task,
        conversation=conversation,
        outcome=_outcome(noted),
    )
    if why.task is not None:
        CallTask.objects.filter(pk=why.task.pk).update(state=CallTask.State.DONE)
    if noted.offered:
        Offer.objects.create(
            call=call,
            conversation=conversation,
            text=noted.offered,
            price_minor=noted.price_minor,
            currency="" if noted.price_minor is None else company().currency,
            subject=subject,
            noted_at=now,
        )
    if noted.promised:
        message = desk.note(conversation, noted.promised, by, now=now)
        if noted.promised_at is not None and phone:
            with suppress(NoBasis, DoNotCall):  # the promise stands in the conversation all the same
                plan_requested(message, phone=phone, about=noted.promised, due_at=noted.promised_at, now=now)
    row = Conversation.objects.get(pk=conversation.pk)
    if row.owner == Conversation.Owned.DESK:
        desk.take(row, by, now=now)
        if noted.is_settled and not row.rang_count:
            desk.close(
                row, by, Conversation.Outcome.PROMISED if noted.promised else Conversation.Outcome.SOLVED, now=now
            )
    if noted.direction == Call.Direction.OUT or noted.is_answered:
        waits = row if row.rang_count else callback_for(subject) if subject is not None else None
        if waits is not None:
            talked(waits, _ended(noted) if noted.is_settled or waits != row else None, now=now)
    return call


def hear(told: Told, *, now: datetime) -> tuple[Call, bool]:
    """Keep what a telephone system tells, and do what it asks of the desk.

    Returns:
        The call, and whether it is the first word of it.
    """
    call, is_new = _kept(told)
    follow(call, now=now)
    return call, is_new


def _kept(told: Told) -> tuple[Call, bool]:
    """The call as it is kept, and whether it is the first word of it.

    What was known stays known: an answer is not taken back, and a length is told once.
    """
    phone, subject = number_of(told.phone)
    with transaction.atomic():
        known = Call.objects.select_for_update().filter(source=told.source, call_id=told.call_id).first()
        if known is not None:
            known.is_answered = known.is_answered or told.is_answered
            known.seconds = told.seconds if known.seconds is None else known.seconds
            known.save(update_fields=["is_answered", "seconds"])
            return known, False
    why = why_call(subject, at=told.started_at) if told.direction == Call.Direction.OUT else Why(None)
    try:
        with transaction.atomic():
            call = Call.objects.create(
                source=told.source,
                call_id=told.call_id,
                direction=told.direction,
                started_at=told.started_at,
                is_answered=told.is_answered,
                seconds=told.seconds,
                phone=phone,
                subject=subject,
                basis=_basis(why, told.direction),
                was_blocked=why.is_blocked,
                task=why.task,
                conversation=why.conversation,
            )
            if why.task is not None:
                CallTask.objects.filter(pk=why.task.pk).update(state=CallTask.State.DONE)
    except IntegrityError:  # the same word came twice at once
        return Call.objects.get(source=told.source, call_id=told.call_id), False
    return call, True


def plan_booked(booking: Booking, *, about: str, now: datetime) -> CallTask:
    """A call that the customer booked.

    Raises:
        NoBasis: The booking has ended, or left no number.
        DoNotCall: They said no since.
    """
    if booking.state != Booking.State.CONFIRMED or not booking.phone:
        raise NoBasis(sentence("The booking has ended, or has no number: nobody is to be called for it."))
    if known := CallTask.objects.filter(booking=booking, state=CallTask.State.OPEN).first():
        return known
    return _plan(
        CallTask(booking=booking), booking.phone, about, booking.starts_at, booking.name, booking.changed_at, now
    )


def plan_requested(message: Message, *, phone: str, about: str, due_at: datetime, now: datetime) -> CallTask:
    """A call that the customer asked for: in their own words, or in what one of us wrote down of a call.

    Raises:
        NoBasis: The message is the machine's, or our own answer.
        DoNotCall: They said no since.
    """
    is_note = message.author == Author.NOTE.value and message.conversation.channel == Conversation.Channel.PHONE
    if message.author != Author.CUSTOMER.value and not is_note:
        raise NoBasis(sentence("Only what the customer wrote or said is a request."))
    return _plan(CallTask(request=message), phone, about, due_at, message.conversation.name, message.written_at, now)


def plan_related(
    *, phone: str, name: str, about: str, relation: str, relation_on: date | None, due_at: datetime, now: datetime
) -> CallTask:
    """A call about a relation that is documented with its date.

    Raises:
        NoBasis: What the relation is, or its date, is missing; or it lies ahead.
        DoNotCall: The number is on a list of those who want no calls.
    """
    if not relation.strip() or relation_on is None or relation_on > now.date():
        raise NoBasis(sentence("Say what the relation is, and since when. Without a basis nobody is called."))
    row = CallTask(relation=relation.strip()[:300], relation_on=relation_on)
    return _plan(row, phone, about, due_at, name, now, now)


def settle(task: CallTask, state: CallTask.State) -> None:
    """It was made, or is not needed any more; or is to be made after all."""
    CallTask.objects.filter(pk=task.pk).update(state=state)


def _plan(
    row: CallTask, phone: str, about: str, due_at: datetime, name: str, since: datetime, now: datetime
) -> CallTask:
    row.phone, row.subject = number_of(phone)
    if row.subject is None:
        raise NoBasis(sentence("{phone} is no number that can be called.", phone=phone[:40]))
    if is_blocked(row.subject, row.basis, since=since):
        raise DoNotCall(sentence("This number is not to be called: the customer, or a list that you follow, says no."))
    row.about, row.due_at, row.name, row.noted_at = " ".join(about.split())[:300], due_at, name[:120], now
    row.save()
    return row


def _why_noted(noted: Noted, subject: bytes | None, conversation: Conversation | None, *, now: datetime) -> Why:
    if noted.direction != Call.Direction.OUT:
        return Why(None)
    # A time is typed to the minute: who rang within that minute rang before we called back.
    found = why_call(subject, at=max(noted.started_at, min(now, noted.started_at + A_MINUTE)))
    if found.basis is not None or found.is_blocked:
        return found
    if conversation is not None and conversation.messages.filter(author=Author.CUSTOMER.value).exists():
        return Why(ContactBasis.REQUEST, conversation=conversation)
    if not noted.relation:
        return found
    try:
        planned = plan_related(
            phone=noted.phone,
            name=noted.name,
            about=noted.said,
            relation=noted.relation,
            relation_on=noted.relation_on,
            due_at=noted.started_at,
            now=noted.started_at,
        )
    except NoBasis:
        return found
    except DoNotCall:
        return Why(None, is_blocked=True)
    return Why(ContactBasis.RELATION, task=planned)


def _basis(why: Why, direction: str) -> str:
    return why.basis.value if why.basis is not None and direction == Call.Direction.OUT else ""


def _ended(noted: Noted) -> Conversation.Outcome:
    if not noted.is_answered:
        return Conversation.Outcome.UNSOLVED
    return Conversation.Outcome.PROMISED if noted.promised else Conversation.Outcome.SOLVED


def _outcome(noted: Noted) -> str:
    if not noted.is_answered:
        return Call.Outcome.NO_ANSWER
    return Call.Outcome.OFFERED if noted.offered else Call.Outcome.TALKED
