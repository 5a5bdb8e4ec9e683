"""Who knows what is said by each of themselves; who waits goes to whom routing says, and nobody is counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.web.desk.conftest import UNKNOWN_QUESTION
from tillit.desk.routing import Why
from tillit.errors import QueryError
from tillit_web.answers.models import LibraryAnswer
from tillit_web.desk import actions, assigning, skills
from tillit_web.desk.models import Colleague, ColleagueSkill, Conversation
from tillit_web.meetings.staffing import add_shift
from tillit_web.people.models import User

pytestmark = pytest.mark.django_db
Library = dict[str, LibraryAnswer]
PAGE = "/desk/skills/"


def _at_desk(member: User, *topics: str, capacity: int = 3, level: int = 2) -> Colleague:
    skills.come(member, hours=4, now=timezone.now())
    skills.take_at_once(member, capacity)
    for topic in topics:
        skills.say_skill(member, topic, "sv", level=level)
    return Colleague.objects.get(member=member)


def _asks(topic: str = "", language: str = "sv") -> Conversation:
    return actions.open_conversation(
        UNKNOWN_QUESTION, language=language, topic=topic, asks_for_person=True
    ).conversation


def _owner(conversation: Conversation) -> tuple[str, User | None, str]:
    conversation.refresh_from_db()
    return conversation.owner, conversation.handler, conversation.routed


def test_whoever_does_the_work_gets_it_and_the_desk_says_why(library: Library, ana: User, bo: User) -> None:
    _at_desk(ana, "kök", level=1)
    _at_desk(bo, "kök", "cyklar")
    asked = _asks("Kök")
    assert assigning.assign() == 1
    assert _owner(asked) == ("person", bo, "does")


def test_nobody_gets_more_than_is_enough_and_room_is_used_at_once(
    library: Library, bo: User, as_bo: Client, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    _at_desk(bo, "kök", capacity=1)
    first, second = _asks("kök"), _asks("kök")
    assert assigning.assign() == 1
    assert (_owner(first)[1], _owner(second)[1]) == (bo, None)
    waits = assigning.in_line(now=timezone.now())
    assert set(waits) == {second.pk}
    assert waits[second.pk].why == "all_busy"
    assert (waits[second.pk].wait_seconds or 0) > 0
    page = as_bo.get("/desk/").content.decode()
    assert "Who has it does this work." in page
    assert "Everyone who can take it is busy. Four of five wait no longer than" in page
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        actions.close(first, bo, Conversation.Outcome.SOLVED)
    assert _owner(second) == ("person", bo, "does")


def test_a_handover_is_given_out_as_soon_as_it_is_on_record(
    library: Library, bo: User, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    _at_desk(bo, "kök")
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        asked = _asks("kök")
    assert _owner(asked) == ("person", bo, "does")


def test_without_anybody_here_customers_wait_and_are_told_no_wait(library: Library, bo: User) -> None:
    _at_desk(bo, "kök")
    skills.come(bo, hours=0, now=timezone.now())
    asked = _asks("kök")
    assert assigning.assign() == 0
    assert assigning.in_line(now=timezone.now())[asked.pk] == assigning.Waits(Why.NOBODY_HERE, None)


def test_what_a_colleague_put_back_or_left_is_given_to_nobody(library: Library, bo: User) -> None:
    _at_desk(bo, "kök")
    put_back, late = _asks("kök"), _asks("kök")
    assigning.assign()
    actions.let_go(put_back, bo)
    actions.escalate(now=timezone.now() + timedelta(days=30))
    assert assigning.assign() == 0
    assert [_owner(one) for one in (put_back, late)] == [("desk", None, ""), ("desk", None, "")]


def test_the_same_person_again_where_the_customer_wants_it(library: Library, ana: User, bo: User) -> None:
    _at_desk(ana, "kök")
    _at_desk(bo, "cyklar")
    asked = _asks("kök")
    actions.take(asked, bo)
    actions.answer(asked, "Ja.", bo)
    actions.close(asked, bo, Conversation.Outcome.SOLVED)
    Conversation.objects.filter(pk=asked.pk).update(wants_same_person=True)
    actions.customer_writes(Conversation.objects.get(pk=asked.pk), "En sak till")
    assigning.assign()
    assert _owner(asked) == ("person", bo, "wished")


def test_turns_are_shared_and_shown_without_anyone(library: Library, ana: User, bo: User, as_bo: Client) -> None:
    for member in (ana, bo):
        _at_desk(member, "kök", capacity=20)
    asked = [_asks("kök") for _ in range(7)]
    assigning.assign()
    given = [_owner(one)[1] for one in asked]
    assert abs(given.count(ana) - given.count(bo)) <= 1
    page = as_bo.get(PAGE).content.decode()
    assert "further from their share than 1," in page
    assert "the largest difference is 0.5" in page
    skills.stop(ana)
    assert [one.owed for one in Colleague.objects.all()] == [0.0]


def test_answers_suggest_skills_that_their_author_confirms(
    library: Library, ana: User, bo: User, as_bo: Client
) -> None:
    skills.say_skill(ana, "Leveranstid", "sv", level=1)
    skills.say_skill(ana, "bilar", "sv", level=1)
    add_shift("cyklar", 2, "mon-sun 00:00-24:00")
    expert = library["Lagar ni gamla cyklar?"].expert
    as_bo.post(PAGE, {"do": "author", "expert": expert.pk})
    mine = skills.colleague_of(bo)
    found = {(one.topic, one.language, len(one.answers)) for one in skills.suggested(mine)}
    assert found == {("leveranstid", "sv", 1), ("cyklar", "sv", 1)}  # bilar stands in no answer of theirs
    assert not mine.skills.exists()
    page = as_bo.get(PAGE).content.decode()
    assert "Lagar ni gamla cyklar?" in page
    as_bo.post(PAGE, {"do": "add", "topic": "cyklar", "language": "sv", "level": "2"})
    as_bo.post(PAGE, {"do": "not_mine", "topic": "leveranstid", "language": "sv"})
    assert skills.suggested(mine) == []
    known = {(one.topic, len(one.doing), one.by_shifts) for one in skills.known(skills.colleagues(), timezone.now())}
    assert known == {("bilar", 0, None), ("cyklar", 1, 2), ("leveranstid", 0, None)}
    with pytest.raises(QueryError, match="under that name"):
        skills.answer_as(ana, expert.pk)


def test_nobody_says_anything_of_anybody_else(ana: User, as_bo: Client) -> None:
    skills.say_skill(ana, "kök", "sv", level=2)
    hers = ColleagueSkill.objects.get()
    as_bo.post(PAGE, {"do": "forget", "skill": hers.pk})
    as_bo.post(PAGE, {"do": "stop", "member": ana.pk})
    assert ColleagueSkill.objects.get() == hers


@pytest.mark.parametrize(
    "sent",
    [
        {"do": "come", "hours": "13"},
        {"do": "capacity", "capacity": "51"},
        {"do": "capacity", "capacity": "many"},
        {"do": "add", "topic": " ", "language": "sv", "level": "1"},
        {"do": "add", "topic": "kök", "language": "de", "level": "1"},
        {"do": "add", "topic": "kök", "language": "sv", "level": "3"},
        {"do": "author", "expert": "999"},
    ],
)
def test_what_cannot_be_is_refused_in_words(as_bo: Client, sent: dict[str, str]) -> None:
    answer = as_bo.post(PAGE, sent)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not ColleagueSkill.objects.exists()


def test_the_page_before_anybody_said_anything(as_bo: Client) -> None:
    page = as_bo.get(PAGE).content.decode()
    assert "Nobody is at the desk now." in page
    assert "taken by hand" in page
    assert not Colleague.objects.exists()  # looking is no saying
