"""What the machine hears in three languages, and what it must not mishear."""

from __future__ import annotations

import pytest

from tillit.desk.agreements import is_about
from tillit.desk.listening import asks_whether_human, is_complaint, wants_a_person

WISHES = (
    "Jag vill prata med en människa",
    "kan jag få prata med någon hos er?",
    "Hej! Får jag prata med en riktig människa, tack",
    "människa",
    "kundtjänst",
    "koppla mig till en person nu",
    "Jeg vil snakke med et menneske",
    "kan jeg få snakke med noen hos dere?",
    "sett meg over til kundeservice",
    "menneske takk",
    "I want to talk to a human",
    "Can I speak with a real person please",
    "transfer me to an agent",
    "HUMAN!!!",
    "I\u200b want to talk to a hu\u00adman",  # signs that nobody sees
)
NO_WISHES = (
    "Har ni en person som lagar lampor?",
    "Hur många människor får plats i tältet?",
    "Is there a human-sized mannequin",
    "Can I talk about my order",
    "Kan jag prata med er på lördag om köket jag beställde förra veckan",
    "",
    "Jag vill ha en lampa",
)
ASKED = (
    "Är du en människa?",
    "Hej, är du en robot eller en riktig person?",
    "pratar jag med en maskin",
    "Er du et menneske?",
    "Snakker jeg med en robot?",
    "Are you human?",
    "are you a bot",
    "Am I talking to a real person?",
    "is this an AI?",
)
NOT_ASKED = ("Är du öppen på söndag?", "Are you open?", "Har ni robotdammsugare?", "Is this lamp dimmable?", "")
COMPLAINTS = (
    "Jag vill klaga på en lampa",
    "Det här är ett klagomål.",
    "Jeg vil klage på leveringen",
    "I have a complaint about my order",
    "reklamation",
)
NO_COMPLAINTS = ("Jag är glad över lampan", "Lampan är trasig", "beklagar sent svar", "Where is my order?")


@pytest.mark.parametrize("text", WISHES)
def test_a_wish_for_a_person_is_heard(text: str) -> None:
    assert wants_a_person(text)


@pytest.mark.parametrize("text", NO_WISHES)
def test_a_question_with_a_person_in_it_is_a_question(text: str) -> None:
    assert not wants_a_person(text)


@pytest.mark.parametrize("text", ASKED)
def test_who_asks_whether_it_is_human_is_heard(text: str) -> None:
    assert asks_whether_human(text)


@pytest.mark.parametrize("text", NOT_ASKED)
def test_other_questions_are_not_about_the_machine(text: str) -> None:
    assert not asks_whether_human(text)


@pytest.mark.parametrize("text", COMPLAINTS)
def test_a_complaint_is_heard_where_it_is_said(text: str) -> None:
    assert is_complaint(text)


@pytest.mark.parametrize("text", NO_COMPLAINTS)
def test_no_complaint_is_read_from_a_tone(text: str) -> None:
    assert not is_complaint(text)


@pytest.mark.parametrize(
    ("question", "agreed", "language", "expected"),
    [
        ("vad kostar köket", "Priset 4 900 kr för köket", "sv", True),
        ("gäller priserna fortfarande", "Priset 4 900 kr för köket", "sv", True),  # another form of the word
        ("när öppnar butiken", "Priset 4 900 kr för köket", "sv", False),
        ("kan jag få detta från er", "Vi kan få detta från Lund", "sv", False),  # words that say nothing
        ("what is the delivery price", "Delivery is free until May", "en", True),
        ("", "Priset 4 900 kr", "sv", False),
    ],
)
def test_a_question_about_an_agreement_is_known_by_its_words(
    question: str, agreed: str, language: str, expected: bool
) -> None:
    assert is_about(question, agreed, language) is expected
