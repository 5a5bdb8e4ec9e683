"""What conversations tell the rest of the house: events without names, decisions on record, nothing after erasure."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from tests.web.desk.conftest import KNOWN_QUESTION, UNKNOWN_QUESTION
from tillit.events.hot import HotEvent, unpack
from tillit.events.key import read_or_create_key
from tillit.events.subject import subject_of
from tillit.meetings.actions import Action
from tillit.meetings.log import Logged, open_log
from tillit.vocabulary import IdentifierKind
from tillit_web.answers.models import LibraryAnswer
from tillit_web.collect.queries import storage
from tillit_web.desk import actions, keeping, publishing
from tillit_web.desk.models import Agreement, Conversation, Message, Milestone
from tillit_web.meetings.models import Need
from tillit_web.meetings.needs import note_need
from tillit_web.people.erasure import remove
from tillit_web.people.models import User

pytestmark = pytest.mark.django_db
Library = dict[str, LibraryAnswer]


def _events() -> list[HotEvent]:
    publishing.publish(now=timezone.now())
    with storage() as opened:
        return [unpack(row.event) for row in opened.unsealed(after=0, limit=100)]


def _logged(directory: Path) -> list[Logged]:
    with open_log(directory) as log:
        return list(log.logged())


def _whole_story(bo: User) -> Conversation:
    conversation = actions.open_conversation(KNOWN_QUESTION, language="sv", email="ana@example.org").conversation
    actions.ask_for_person(conversation)
    actions.answer(conversation, "Två dagar.", bo)
    actions.close(conversation, bo, Conversation.Outcome.SOLVED)
    return conversation


def test_a_conversation_is_events_in_their_order_and_names_nobody(library: Library, bo: User) -> None:
    conversation = _whole_story(bo)
    events = _events()
    assert [(event.activity, event.actor) for event in events] == [
        ("question_asked", "customer"),
        ("machine_answered", "machine"),
        ("person_requested", "customer"),
        ("question_answered", "person"),
        ("conversation_closed", "person"),
    ]
    assert {(event.source, event.channel) for event in events} == {("desk", "chat")}
    assert events[-1].properties == '{"outcome":"solved"}'
    told = repr(events)
    assert "bo@" not in told
    assert "ana@" not in told
    assert KNOWN_QUESTION not in told
    assert len({event.subject for event in events}) == 1
    # An address that anybody can type is no reason to write into that person's journey.
    assert bytes(conversation.subject or b"") not in {event.subject for event in events}


def test_published_again_nothing_counts_twice(library: Library, bo: User) -> None:
    _whole_story(bo)
    before = _events()
    Milestone.objects.update(published_at=None)  # killed before it was noted
    assert _events() == before


def test_a_verified_customer_gets_it_in_their_own_journey(library: Library, data_directory: Path) -> None:
    subject = subject_of(IdentifierKind.EMAIL, "ana@example.org", key=read_or_create_key(data_directory))
    actions.open_conversation(KNOWN_QUESTION, language="sv", email="ana@example.org", subject=subject)
    assert {event.subject for event in _events()} == {subject}


def test_each_time_a_person_or_a_machine_could_answer_is_decided_and_logged(
    library: Library, bo: User, data_directory: Path
) -> None:
    _whole_story(bo)
    first, second = _logged(data_directory)
    assert first.decision.action is Action.MACHINE_ANSWER
    assert first.delivered is not None
    assert first.delivered.action is Action.MACHINE_ANSWER
    assert first.outcome is not None
    assert (first.outcome.good, first.outcome.reached_person_anyway) == (False, True)
    assert [guardrail.value for guardrail in second.decision.guardrails] == ["asked"]
    assert not second.decision.is_machine
    assert second.outcome is not None
    assert second.outcome.good
    assert {one.decision.moment.customer[:5] for one in (first, second)} == {"once:"}  # nobody's history was used


@pytest.mark.django_db(transaction=True)
def test_how_long_the_customer_waited_is_told(library: Library, bo: User, data_directory: Path) -> None:
    now = timezone.now()
    conversation = actions.open_conversation(UNKNOWN_QUESTION, language="sv", now=now).conversation
    actions.answer(conversation, "Ja.", bo, now=now + timedelta(minutes=7))
    (logged,) = _logged(data_directory)
    assert logged.delivered is not None
    assert logged.delivered.waited_seconds == 420


def test_a_need_that_a_verified_customer_stated_is_met_by_a_person(library: Library, data_directory: Path) -> None:
    subject = subject_of(IdentifierKind.EMAIL, "ana@example.org", key=read_or_create_key(data_directory))
    note_need([subject], Need.Kind.PERSON, said_to=Need.SaidTo.OWN_PAGE)
    theirs = actions.open_conversation(KNOWN_QUESTION, language="sv", email="ana@example.org", subject=subject)
    assert (theirs.conversation.owner, theirs.conversation.reason) == ("desk", "need")
    other = actions.open_conversation(KNOWN_QUESTION, language="sv", email="ana@example.org")
    assert other.conversation.owner == "machine"  # whoever types that address is told nothing by it


def test_a_log_that_cannot_be_written_gives_the_customer_a_person(library: Library, data_directory: Path) -> None:
    actions.open_conversation(KNOWN_QUESTION, language="sv")
    (data_directory / "decisions.sqlite").write_bytes(b"no database at all" * 500)
    conversation = actions.open_conversation(KNOWN_QUESTION, language="sv").conversation
    assert conversation.owner == "desk"


def test_erasure_takes_the_whole_conversation(library: Library, bo: User) -> None:
    conversation = actions.open_conversation(UNKNOWN_QUESTION, language="sv", email="Ana@Example.org").conversation
    actions.take(conversation, bo)
    actions.hand_back(conversation, bo)
    other = actions.open_conversation(UNKNOWN_QUESTION, language="sv", email="cy@example.org").conversation
    remove([bytes(conversation.subject or b"")], until=0)
    assert list(Conversation.objects.all()) == [other]
    for model in (Message, Milestone):
        assert set(model.objects.values_list("conversation", flat=True)) == {other.pk}


def test_who_of_us_it_was_is_forgotten_after_ninety_days(library: Library, bo: User) -> None:
    conversation = actions.open_conversation(UNKNOWN_QUESTION, language="sv", network="203.0.113").conversation
    actions.take(conversation, bo)
    actions.answer(conversation, "Ja.", bo)
    actions.note(conversation, "Trevlig.", bo)
    Agreement.objects.create(conversation=conversation, at=timezone.now(), handler=bo, text="100 kr")
    actions.close(conversation, bo, Conversation.Outcome.SOLVED)
    for days, expected in ((89, {bo.pk}), (91, {None})):
        keeping.tidy(now=timezone.now() + timedelta(days=days))
        written = Message.objects.filter(author__in=("person", "note")).values_list("handler", flat=True)
        assert {*written, *Agreement.objects.values_list("handler", flat=True)} == expected
    conversation.refresh_from_db()
    assert conversation.network == ""
