"""What happens to conversations. Each changes one row under its lock, by the table of `tillit.desk.owner`."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from tillit.desk.handoff import Agreed, Author, Reason
from tillit.desk.owner import Event, Owner
from tillit.desk.text import cleaned, one_line
from tillit.vocabulary import Errand
from tillit_web.answers.models import LibraryAnswer
from tillit_web.desk import moments
from tillit_web.desk.answering import ask_for_person as ask_for_person
from tillit_web.desk.answering import escalate as escalate
from tillit_web.desk.answering import machine_turn
from tillit_web.desk.changing import become, end, save, write
from tillit_web.desk.changing import locked as locked
from tillit_web.desk.handing import hand_over, subject_in
from tillit_web.desk.models import LONGEST_TEXT, Agreement, Conversation, Message
from tillit_web.desk.publishing import tell
from tillit_web.desk.queries import digest, opened_by
from tillit_web.people.models import User

MOST_OPENED_AN_HOUR = 12  # from one network
MOST_OPENED_AN_HOUR_BY_ALL = 2_000
MOST_WRITTEN = 30  # by a customer in one conversation, within ten minutes
WRITTEN_WITHIN = timedelta(minutes=10)


class TooMany(Exception):
    """More than people write: nothing was kept of it."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A conversation, and what opens it for the customer; the token cannot be shown again."""

    conversation: Conversation
    token: str


def open_conversation(
    text: str,
    *,
    language: str,
    channel: str = Conversation.Channel.CHAT,
    client_id: str = "",
    name: str = "",
    email: str = "",
    phone: str = "",
    topic: str = "",
    errand: Errand = Errand.LOOK_UP,
    network: str = "",
    asks_for_person: bool = False,
    is_for_people: bool = False,
    reason: Reason = Reason.WRITTEN,
    subject: bytes | None = None,
    token: str = "",
    now: datetime | None = None,
) -> Opened:
    """Begin a conversation with what the customer wrote, and let the machine or the desk have it.

    Args:
        client_id: The sender's own id of the message.
        network: Where it comes from, to count against; "" for what no stranger can send.
        asks_for_person: They ask for one of us at once; then they need not write anything.
        is_for_people: It came by mail or phone, where no machine answers.
        reason: Why it is people's, where it is for them.
        subject: Whose it is, if they have shown that; otherwise nothing that they say opens any history.
        token: What is to open it, as `new_token` made it: sent twice, the second finds what the first began.

    Raises:
        NoText: Nothing was written, or too much.
        TooMany: From this network, or by everybody.
    """
    at, token = now or timezone.now(), token or new_token()
    if (known := opened_by(token)) is not None:
        return Opened(known, token)
    said = "" if asks_for_person and not text.strip() else cleaned(text, longest=LONGEST_TEXT)
    _limit_opening(network, at)
    address, number = one_line(email, longest=254), one_line(phone, longest=40)
    conversation = Conversation(
        token_digest=digest(token),
        channel=channel,
        language=language,
        topic=one_line(topic, longest=60),
        errand=errand.value,
        subject=subject or subject_in(address, number),
        name=one_line(name, longest=120),
        email=address,
        phone=number,
        is_verified=subject is not None,
        network=network,
        opened_at=at,
        changed_at=at,
    )
    with transaction.atomic():
        conversation.save()
        if said:
            write(conversation, Author.CUSTOMER, said, client_id=client_id, at=at)
        tell(conversation, "question_asked", at=at)
        if is_for_people:
            conversation.decision = moments.meet(conversation, now=at, asked=False, has_machine=False).decision
            hand_over(conversation, None, reason, now=at)
    if asks_for_person:
        ask_for_person(conversation, now=at)
    elif not is_for_people:
        machine_turn(conversation, said, now=at)
    conversation.refresh_from_db()
    return Opened(conversation, token)


def new_token() -> str:
    """What will open a conversation that has not begun; nobody guesses it."""
    return secrets.token_urlsafe(24)


def leave_address(conversation: Conversation, *, name: str, email: str, phone: str) -> None:
    """Keep how the customer can be reached. It stays what they say: it opens nothing, and proves nothing."""
    with transaction.atomic():
        row = locked(conversation)
        if row.is_verified:
            return
        row.name, row.email = one_line(name, longest=120), one_line(email, longest=254)
        row.phone = one_line(phone, longest=40)
        row.subject = subject_in(row.email, row.phone)
        row.save(update_fields=["name", "email", "phone", "subject"])


def customer_writes(
    conversation: Conversation, text: str, client_id: str = "", *, now: datetime | None = None
) -> Message:
    """Keep what the customer wrote, once; whoever owns the conversation answers.

    Raises:
        NoText: Nothing was written, or too much.
        TooMany: Within a short time.
    """
    at = now or timezone.now()
    said = cleaned(text, longest=LONGEST_TEXT)
    with transaction.atomic():
        row = locked(conversation)
        if client_id and (known := row.messages.filter(client_id=client_id).first()) is not None:
            return known
        recent = row.messages.filter(author=Author.CUSTOMER.value, written_at__gt=at - WRITTEN_WITHIN)
        if recent.count() >= MOST_WRITTEN:
            raise TooMany
        written = write(row, Author.CUSTOMER, said, client_id=client_id, at=at)
        was = Owner(row.owner)
        if was is Owner.CLOSED:
            row.decision = moments.meet(row, now=at, asked=False, has_machine=False).decision
            hand_over(row, Event.CUSTOMER_WRITES, Reason.CAME_BACK, now=at)
            tell(row, "question_asked", at=at)
        elif was is not Owner.MACHINE:
            become(row, Event.CUSTOMER_WRITES)
            if row.waits_since is None:
                row.waits_since, row.promised_at = at, moments.promised(row.skill, now=at)[0]
                tell(row, "question_asked", at=at)
            save(row, at)
    if was is Owner.MACHINE:
        machine_turn(row, said, now=at)
    return written


def customer_is_done(conversation: Conversation, *, now: datetime | None = None) -> None:
    """The customer has what they needed."""
    with transaction.atomic():
        row = locked(conversation)
        if row.owner == Owner.CLOSED.value:
            return
        end(row, Event.CUSTOMER_IS_DONE, Conversation.Outcome.SOLVED, by=None, at=now or timezone.now())
    moments.ended(row.decision, good=True, now=row.changed_at)


def take(conversation: Conversation, by: User, *, now: datetime | None = None) -> Conversation:
    """One of us has it now.

    Raises:
        SomebodyElseHasIt: A colleague does.
        NotNow: It is closed.
    """
    return _by_person(conversation, Event.PERSON_TAKES, by, now)


def take_over(conversation: Conversation, by: User, *, now: datetime | None = None) -> Conversation:
    """One of us has what a colleague had until now.

    Raises:
        NotNow: Nobody has it.
    """
    return _by_person(conversation, Event.PERSON_TAKES_OVER, by, now)


@transaction.atomic
def let_go(conversation: Conversation, by: User, *, now: datetime | None = None) -> Conversation:
    """Put it back: anyone of us may take it, and what was promised stays promised.

    Raises:
        NotNow: It is not theirs to put back.
    """
    row, at = locked(conversation), now or timezone.now()
    hand_over(row, Event.PERSON_LETS_GO, Reason.LET_GO, now=at, by=by)
    return row


@transaction.atomic
def answer(
    conversation: Conversation,
    text: str,
    by: User,
    *,
    client_id: str = "",
    from_library: LibraryAnswer | None = None,
    now: datetime | None = None,
) -> Message:
    """One of us answers; whoever answers what nobody has, has it from then on.

    Raises:
        NoText: Nothing was written, or too much.
        SomebodyElseHasIt: A colleague does.
        NotNow: It is closed.
    """
    at, said = now or timezone.now(), cleaned(text, longest=LONGEST_TEXT)
    row = locked(conversation)
    if client_id and (known := row.messages.filter(client_id=client_id).first()) is not None:
        return known
    if row.owner in (Owner.DESK.value, Owner.MACHINE.value):
        become(row, Event.PERSON_TAKES, by)
    become(row, Event.PERSON_ANSWERS, by)
    written = write(row, Author.PERSON, said, client_id=client_id, at=at, handler=by, answer=from_library)
    waited = None if row.waits_since is None else at - row.waits_since
    row.waits_since = row.promised_at = row.escalated_at = None
    save(row, at)
    if waited is not None:
        tell(row, "question_answered", at=at)
        asked = row.reason in (Reason.ASKED.value, Reason.NOT_HELPED.value)
        transaction.on_commit(lambda: moments.person_met(row, waited=waited, by_customer=asked))
    return written


@transaction.atomic
def note(
    conversation: Conversation, text: str, by: User | None, *, client_id: str = "", now: datetime | None = None
) -> Message:
    """Write something for us alone; None writes what a program noticed.

    Raises:
        NoText: Nothing was written, or too much.
    """
    said = cleaned(text, longest=LONGEST_TEXT)
    row = locked(conversation)
    if client_id and (known := row.messages.filter(client_id=client_id).first()) is not None:
        return known
    return write(row, Author.NOTE, said, client_id=client_id, at=now or timezone.now(), handler=by)


@transaction.atomic
def hand_back(
    conversation: Conversation, by: User, *, agreed: Iterable[Agreed] = (), now: datetime | None = None
) -> Conversation:
    """The machine has the word again, and knows what was agreed.

    Raises:
        NotNow: It is not theirs to give.
    """
    row, at = locked(conversation), now or timezone.now()
    become(row, Event.PERSON_HANDS_BACK, by)
    for one in agreed:
        text = one_line(one.text, longest=500)
        if text:
            Agreement.objects.create(conversation=row, at=at, handler=by, text=text, until=one.until)
    row.waits_since = row.promised_at = row.escalated_at = None
    save(row, at)
    return row


def close(
    conversation: Conversation, by: User, outcome: Conversation.Outcome, *, now: datetime | None = None
) -> Conversation:
    """End it, and say how it ended.

    Raises:
        SomebodyElseHasIt: A colleague has it.
    """
    with transaction.atomic():
        row = locked(conversation)
        if row.owner == Owner.CLOSED.value:
            return row
        end(row, Event.PERSON_CLOSES, outcome, by=by, at=now or timezone.now())
    moments.ended(row.decision, good=outcome == Conversation.Outcome.SOLVED, now=row.changed_at)
    return row


def open_again(conversation: Conversation, by: User, *, now: datetime | None = None) -> Conversation:
    """Take a closed conversation up again; whoever does has it.

    Raises:
        NotNow: It is open.
    """
    with transaction.atomic():
        row = locked(conversation)
        become(row, Event.PERSON_OPENS_AGAIN, by)
        row.closed_at = row.outcome = None
        save(row, now or timezone.now())
    return row


def _by_person(conversation: Conversation, event: Event, by: User, now: datetime | None) -> Conversation:
    with transaction.atomic():
        row = locked(conversation)
        become(row, event, by)
        save(row, now or timezone.now())
    return row


def _limit_opening(network: str, at: datetime) -> None:
    if not network:
        return
    lately = Conversation.objects.filter(opened_at__gt=at - timedelta(hours=1)).exclude(network="")
    if lately.filter(network=network).count() >= MOST_OPENED_AN_HOUR or lately.count() >= MOST_OPENED_AN_HOUR_BY_ALL:
        raise TooMany
