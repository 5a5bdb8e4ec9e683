"""One conversation from its first word to its last: machine, desk, person, machine again, closed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tests.web.desk.conftest import KNOWN_QUESTION, UNKNOWN_QUESTION
from tillit.desk.handoff import Agreed
from tillit.desk.owner import NotNow, SomebodyElseHasIt
from tillit_web.answers.models import LibraryAnswer
from tillit_web.desk import actions, queries
from tillit_web.desk.models import Conversation, Message
from tillit_web.people.models import Company, User

pytestmark = pytest.mark.django_db
Library = dict[str, LibraryAnswer]


def _texts(conversation: Conversation) -> list[tuple[str, str]]:
    return [(one.author, one.text) for one in queries.messages_after(conversation)]


def test_the_machine_answers_what_it_knows_and_names_the_answer(library: Library) -> None:
    opened = actions.open_conversation(KNOWN_QUESTION, language="sv")
    asked, answered = queries.messages_after(opened.conversation)
    assert (asked.author, answered.author) == ("customer", "machine")
    assert answered.answer == library["Hur lång är leveranstiden?"]
    assert opened.conversation.owner == "machine"


def test_what_it_does_not_know_it_hands_over_with_a_packet_and_a_promise(library: Library) -> None:
    conversation = actions.open_conversation(UNKNOWN_QUESTION, language="sv").conversation
    assert (conversation.owner, conversation.handler) == ("desk", None)
    assert conversation.promised_at is not None
    assert conversation.promised_at > conversation.opened_at
    packet = conversation.handoffs.get().packet
    assert packet.reason.value == conversation.reason
    assert packet.goal == UNKNOWN_QUESTION
    assert [(one.author.value, one.text) for one in packet.said] == [("customer", UNKNOWN_QUESTION)]
    assert list(queries.queue()) == [conversation]


def test_the_machine_is_silent_from_the_handover_until_it_is_handed_back(library: Library, bo: User) -> None:
    conversation = actions.open_conversation(UNKNOWN_QUESTION, language="sv").conversation
    actions.customer_writes(conversation, KNOWN_QUESTION)
    actions.take(conversation, bo)
    actions.customer_writes(conversation, KNOWN_QUESTION)
    assert {author for author, _ in _texts(conversation)} == {"customer"}
    actions.answer(conversation, "Ja, **det gör vi**.", bo)
    actions.hand_back(conversation, bo, agreed=[Agreed("Priset 4 900 kr för köket", date(2099, 1, 1))])
    actions.customer_writes(conversation, KNOWN_QUESTION)
    author, text = _texts(conversation)[-1]
    assert author == "machine"
    assert "Priset 4 900 kr för köket" in text  # what a person agreed comes before what the library says
    assert library["Hur lång är leveranstiden?"].text in text


def test_the_machine_repeats_an_agreement_and_not_the_list_price(library: Library, bo: User) -> None:
    conversation = actions.open_conversation(UNKNOWN_QUESTION, language="sv").conversation
    actions.take(conversation, bo)
    actions.hand_back(conversation, bo, agreed=[Agreed("Priset 4 900 kr för köket", None)])
    actions.customer_writes(conversation, "vad kostar köket")
    text = _texts(conversation)[-1][1]
    assert "Priset 4 900 kr för köket" in text
    assert library["Vad kostar ett nytt kök?"].text not in text


def test_an_agreement_whose_day_is_over_is_not_said_again(library: Library, bo: User) -> None:
    conversation = actions.open_conversation(UNKNOWN_QUESTION, language="sv").conversation
    actions.take(conversation, bo)
    yesterday = timezone.localdate() - timedelta(days=1)
    actions.hand_back(conversation, bo, agreed=[Agreed("Priset 4 900 kr för köket", yesterday)])
    actions.customer_writes(conversation, "vad kostar ett nytt kök")
    assert "4 900" not in _texts(conversation)[-1][1]


@pytest.mark.parametrize(
    "wish", ["Jag vill prata med en människa", "en person tack", "Kan jag få prata med någon hos er?"]
)
def test_whoever_writes_that_they_want_a_person_gets_one(library: Library, wish: str) -> None:
    conversation = actions.open_conversation(wish, language="sv").conversation
    assert (conversation.owner, conversation.reason) == ("desk", "asked")


def test_a_person_is_one_action_away_after_an_answer(library: Library) -> None:
    conversation = actions.open_conversation(KNOWN_QUESTION, language="sv").conversation
    actions.ask_for_person(conversation)
    conversation.refresh_from_db()
    assert (conversation.owner, conversation.reason) == ("desk", "asked")
    tried = conversation.handoffs.get().packet.tried
    assert [(one.question, one.was_given) for one in tried] == [("Hur lång är leveranstiden?", True)]


def test_two_colleagues_take_the_same_one_and_one_has_it(library: Library, bo: User, cy: User) -> None:
    conversation = actions.open_conversation(UNKNOWN_QUESTION, language="sv").conversation
    actions.take(conversation, bo)
    actions.take(conversation, bo)
    with pytest.raises(SomebodyElseHasIt):
        actions.take(conversation, cy)
    with pytest.raises(SomebodyElseHasIt):
        actions.answer(conversation, "Nej.", cy)
    actions.take_over(conversation, cy)
    conversation.refresh_from_db()
    assert conversation.handler == cy


def test_an_answer_keeps_the_promise_and_a_new_question_makes_another(library: Library, bo: User) -> None:
    conversation = actions.open_conversation(UNKNOWN_QUESTION, language="sv").conversation
    actions.answer(conversation, "Ja.", bo)
    conversation.refresh_from_db()
    assert (conversation.handler, conversation.promised_at) == (bo, None)
    actions.customer_writes(conversation, "och till katter?")
    conversation.refresh_from_db()
    assert conversation.promised_at is not None


def test_nobody_answers_in_time_and_everybody_sees_it(library: Library, bo: User) -> None:
    conversation = actions.open_conversation(UNKNOWN_QUESTION, language="sv").conversation
    actions.take(conversation, bo)
    assert conversation.promised_at is not None
    late = conversation.promised_at + timedelta(seconds=1)
    assert actions.escalate(now=conversation.promised_at) == 0
    assert actions.escalate(now=late) == 1
    assert actions.escalate(now=late) == 0
    conversation.refresh_from_db()
    assert (conversation.owner, conversation.handler, conversation.reason) == ("desk", None, "late")
    assert conversation.escalated_at == late
    assert len(_texts(conversation)) == 1  # nothing is lost


def test_a_machine_killed_before_it_answered_leaves_the_customer_to_a_person(library: Library) -> None:
    conversation = actions.open_conversation(KNOWN_QUESTION, language="sv").conversation
    Message.objects.filter(conversation=conversation, author="machine").delete()
    assert actions.escalate(now=timezone.now() + timedelta(minutes=2)) == 1
    conversation.refresh_from_db()
    assert conversation.owner == "desk"


def test_closing_can_be_taken_back_and_a_customer_who_returns_gets_a_person(library: Library, bo: User) -> None:
    conversation = actions.open_conversation(UNKNOWN_QUESTION, language="sv").conversation
    actions.take(conversation, bo)
    actions.close(conversation, bo, Conversation.Outcome.SOLVED)
    with pytest.raises(NotNow, match="closed"):
        actions.answer(conversation, "Mer.", bo)
    assert actions.open_again(conversation, bo).handler == bo
    actions.close(conversation, bo, Conversation.Outcome.UNSOLVED)
    actions.customer_writes(conversation, KNOWN_QUESTION)
    conversation.refresh_from_db()
    assert (conversation.owner, conversation.reason, conversation.outcome) == ("desk", "came_back", None)


def test_a_message_sent_again_is_there_once(library: Library) -> None:
    conversation = actions.open_conversation(UNKNOWN_QUESTION, language="sv", client_id="first").conversation
    for _ in range(3):
        actions.customer_writes(conversation, "hallå", "second")
    actions.customer_writes(conversation, UNKNOWN_QUESTION, "first")
    assert [text for _, text in _texts(conversation)] == [UNKNOWN_QUESTION, "hallå"]


def test_a_token_opens_its_own_conversation_and_no_other(library: Library) -> None:
    one = actions.open_conversation(UNKNOWN_QUESTION, language="sv")
    other = actions.open_conversation(UNKNOWN_QUESTION, language="sv")
    assert queries.conversation(one.conversation.public_id, one.token) == one.conversation
    assert queries.conversation(other.conversation.public_id, one.token) is None
    assert queries.conversation(one.conversation.public_id, one.conversation.public_id.hex) is None


def test_notes_are_for_us_alone(library: Library, bo: User) -> None:
    conversation = actions.open_conversation(UNKNOWN_QUESTION, language="sv").conversation
    actions.note(conversation, "Ringde i går.", bo)
    assert "Ringde i går." not in [text for _, text in _texts(conversation)]
    assert "Ringde i går." in [one.text for one in queries.messages_after(conversation, for_customer=False)]


@pytest.mark.parametrize(
    "broken",
    [
        {"owner": "person"},
        {"owner": "nobody"},
        {"handler": "bo"},
        {"owner": "desk", "promised_at": None, "waits_since": None},
        {"owner": "closed"},
        {"outcome": "solved"},
    ],
)
def test_the_database_refuses_no_owner_and_two(library: Library, bo: User, broken: dict[str, object]) -> None:
    conversation = actions.open_conversation(UNKNOWN_QUESTION, language="sv").conversation
    values = {name: bo if value == "bo" else value for name, value in broken.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Conversation.objects.filter(pk=conversation.pk).update(**values)


def test_a_complaint_is_met_by_a_person_whatever_the_machine_knows(library: Library) -> None:
    conversation = actions.open_conversation(f"Jag vill klaga. {KNOWN_QUESTION}", language="sv").conversation
    assert (conversation.owner, conversation.reason, conversation.errand) == ("desk", "complaint", "complain")


@pytest.mark.parametrize(
    ("language", "asked", "truth"),
    [
        ("sv", "Är du en människa?", "Jag är en maskin."),
        ("nb", "Er du et menneske?", "Jeg er en maskin."),
        ("en", "Are you human?", "I am a machine."),
    ],
)
def test_whoever_asks_whether_it_is_human_hears_the_truth(
    company: Company, language: str, asked: str, truth: str
) -> None:
    conversation = actions.open_conversation(asked, language=language).conversation
    author, said = _texts(conversation)[-1]
    assert author == "machine"
    assert said.startswith(truth)
    assert conversation.owner == "machine"
