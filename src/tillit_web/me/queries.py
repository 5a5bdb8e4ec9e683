"""What a customer is shown about themselves: everything, under the purpose of their rights."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from tillit.errors import QueryError
from tillit.journeys.known_by import person_known_by, subjects_of
from tillit.journeys.timeline import TimelineRow, timeline
from tillit.journeys.view import CaseRule, View
from tillit.meetings.reasons import customer_reason
from tillit.sentences import Sentence
from tillit.vocabulary import ContactBasis, IdentifierKind, Purpose
from tillit_web.booking.about import bookings_about
from tillit_web.booking.models import Booking
from tillit_web.calls.about import calls_about, offers_about, planned_with
from tillit_web.calls.models import Call, Offer
from tillit_web.calls.queries import TaskLine
from tillit_web.desk.about import conversations_about
from tillit_web.desk.models import Message
from tillit_web.desk.queries import said_with
from tillit_web.desk.standing import Owed, owed_to
from tillit_web.meetings.models import Need
from tillit_web.meetings.needs import needs_of
from tillit_web.meetings.queries import decisions_about
from tillit_web.people import queries as people
from tillit_web.people.consents import ConsentGiven
from tillit_web.people.models import Contact, Correction
from tillit_web.people.queries import ContactDetail
from tillit_web.people.records import Access
from tillit_web.people.wordings import Wording
from tillit_web.ui.templatetags.tillit import said
from tillit_web.warehouse.queries import current_view


@dataclass(frozen=True, slots=True)
class Source:
    """Where events came from: the name of a site, a till or a file, and how many."""

    name: str
    events: int


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision about a customer, and its reason in their words."""

    at: datetime
    is_machine: bool
    said: Sentence


@dataclass(frozen=True, slots=True)
class Known:
    """Everything we know about one customer.

    Attributes:
        events: Oldest first.
        decisions: How we decided to meet them, the latest first.
        bookings: What they booked, the latest first.
        messages: What was said between them and us, oldest first, where they have shown that it was them.
        owed: What they wait for from us, the first promise first.
        planned: Calls that are to be made to them, or were planned, the next one first.
        calls: Calls between them and us, the latest first; under a number of theirs, or where they showed who they are.
        offers: What they were offered on them, the latest first.
        needs: What they said they need, and until when it holds.
        answers: Every yes and no, the latest first.
    """

    subjects: tuple[bytes, ...]
    contacts: tuple[ContactDetail, ...]
    events: tuple[TimelineRow, ...]
    sources: tuple[Source, ...]
    choices: tuple[people.Choice, ...]
    answers: tuple[ConsentGiven, ...]
    decisions: tuple[Decided, ...]
    bookings: tuple[Booking, ...]
    messages: tuple[Message, ...]
    owed: tuple[Owed, ...]
    planned: tuple[TaskLine, ...]
    calls: tuple[Call, ...]
    offers: tuple[Offer, ...]
    needs: tuple[Need, ...]
    accesses: tuple[Access, ...]
    corrections: tuple[Correction, ...]

    def to_json(self) -> dict[str, Any]:
        """All of it, for the customer to take along."""
        return {
            "made_at": datetime.now(UTC).isoformat(),
            "contact_details": [{"kind": each.kind, "value": each.value} for each in self.contacts],
            "identifier_codes": [subject.hex() for subject in self.subjects],
            "events": [
                asdict(row) | {"occurred_at": _moment(row.occurred_at), "received_at": _moment(row.received_at)}
                for row in self.events
            ],
            "decisions": [
                {"at": each.at.isoformat(), "met_by_machine": each.is_machine, "said": said(each.said)}
                for each in self.decisions
            ],
            "bookings": [
                {
                    "what": each.kind.name,
                    "with": each.host.name,
                    "at": each.starts_at.isoformat(),
                    "state": str(each.get_state_display()),
                    "name": each.name,
                    "email": each.email,
                    "phone": each.phone,
                    "about": each.wishes,
                }
                for each in self.bookings
            ],
            "messages": [
                {"at": each.written_at.isoformat(), "by": each.author, "name": each.said_as, "text": each.text}
                for each in self.messages
            ],
            "you_wait_for": [
                {
                    "what": "a call back" if each.has_rung else "an answer",
                    "about": each.topic,
                    "since": each.since.isoformat(),
                    "promised_by": None if each.by is None else each.by.isoformat(),
                    "you_said_no": each.said_no,
                }
                for each in self.owed
            ],
            "planned_calls": [
                {
                    "at": each.task.due_at.isoformat(),
                    "about": each.task.about,
                    "number": each.task.phone,
                    "basis": each.task.basis.value,
                    "relation": each.task.relation,
                    "state": each.task.state,
                    "you_said_no": each.is_blocked,
                }
                for each in self.planned
            ],
            "calls": [
                {
                    "at": each.started_at.isoformat(),
                    "who_called": "we" if each.direction == Call.Direction.OUT else "you",
                    "number": each.phone,
                    "basis": each.basis or None,
                    "about": "" if each.task is None else each.task.about,
                    "answered": each.is_answered,
                    "seconds": each.seconds,
                    "outcome": each.outcome or None,
                }
                for each in self.calls
            ],
            "offers": [
                {
                    "at": each.noted_at.isoformat(),
                    "text": each.text,
                    "price_minor": each.price_minor,
                    "currency": each.currency or None,
                    "state": each.state,
                    "answered_at": None if each.answered_at is None else each.answered_at.isoformat(),
                    "answered_where": each.answered_where or None,
                    "accepted_as": each.accepted_as,
                }
                for each in self.offers
            ],
            "needs": [
                {
                    "need": str(each.get_kind_display()),
                    "said_to": str(each.get_said_to_display()),
                    "noted_at": each.noted_at.isoformat(),
                    "ends_at": each.ends_at.isoformat(),
                }
                for each in self.needs
            ],
            "consents": [asdict(each) | {"at": each.at.isoformat()} for each in self.answers],
            "opened_by": [asdict(each) | {"at": each.at.isoformat()} for each in self.accesses],
            "corrections_asked": [{"at": each.asked_at.isoformat(), "text": each.text} for each in self.corrections],
        }


def subjects_known_with(subject: bytes) -> tuple[bytes, ...]:
    """Every identifier of the customer that one belongs to; none if we know nobody by it, or they are erased."""
    found = _person(subject)
    if found is not None:
        return tuple(sorted({*subjects_of(*found), subject}))
    allowed = people.permission(Purpose.RIGHTS, aggregates_as_of=datetime.now(UTC)).persons.allows(subject)
    is_known = (
        Contact.objects.filter(subject=subject).exists()
        or bool(people.standing_of([subject]))
        or bookings_about([subject]).exists()
        or conversations_about([subject]).exists()
        or calls_about([subject]).exists()
    )
    return (subject,) if allowed and is_known else ()


def known(subject: bytes, *, language: str) -> Known:
    """Everything we know about the customer with this identifier.

    Args:
        language: In which the words of each choice are shown, and kept with an answer.
    """
    found = _person(subject)
    subjects = subjects_known_with(subject) or (subject,)
    events: tuple[TimelineRow, ...] = ()
    if found is not None:
        try:
            events = timeline(*found)
        except QueryError:  # erased a moment ago
            events = ()
    counted = Counter(row.source for row in events)
    return Known(
        subjects=subjects,
        contacts=people.contacts_of(subjects, by=None, basis=ContactBasis.RIGHTS, reason=""),
        events=events,
        sources=tuple(Source(name, count) for name, count in counted.most_common()),
        choices=people.choices_of(subjects, language),
        answers=people.consents_of(subjects),
        decisions=tuple(
            Decided(_at(one.moment.at), one.is_machine, customer_reason(one))
            for one in decisions_about(Path(settings.DATA_DIRECTORY), subjects)
        ),
        bookings=tuple(bookings_about(subjects).select_related("kind", "host").order_by("-starts_at", "pk")),
        messages=tuple(said_with(subjects)),
        owed=owed_to(subjects, now=datetime.now(UTC)),
        planned=planned_with(subjects),
        calls=tuple(calls_about(subjects).select_related("task")),
        offers=tuple(offers_about(subjects).select_related("conversation")),
        needs=needs_of(subjects),
        accesses=people.accesses_of(subjects, events_since=_received(events)),
        corrections=tuple(Correction.objects.filter(subject__in=list(subjects))),
    )


def address_of(subject: bytes) -> tuple[str, str]:
    """The e-mail and the phone number that this identifier stands for: one of them, or neither where we have none."""
    kept = dict(Contact.objects.filter(subject=subject).values_list("kind", "value"))
    return kept.get(IdentifierKind.EMAIL.value, ""), kept.get(IdentifierKind.PHONE.value, "")


def offer_of(subject: bytes, number: int) -> Offer | None:
    """An offer that was made to this customer; None for anybody else's."""
    return offers_about(subjects_known_with(subject) or (subject,)).filter(pk=number).first()


def choice_words(purpose: Purpose, language: str) -> Wording:
    """What a customer is asked."""
    return people.wording(purpose, language)


def _person(subject: bytes) -> tuple[View, str] | None:
    view = current_view(CaseRule(), purpose=Purpose.RIGHTS)
    if view is None:
        return None
    person = person_known_by(view, subject)
    return None if person is None else (view, person)


def _received(events: tuple[TimelineRow, ...]) -> datetime | None:
    return min((_at(row.received_at) for row in events), default=None)


def _moment(micros: int) -> str:
    return _at(micros).isoformat()


def _at(micros: int) -> datetime:
    return datetime.fromtimestamp(micros / 1_000_000, UTC)
