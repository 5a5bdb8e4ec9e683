"""A handover is checked on its way in and on its way back."""

from __future__ import annotations

from datetime import date

import pytest

from tillit.desk.handoff import MOST_SAID, Agreed, Author, Packet, Reason, Said, Tried, packet, reason_words
from tillit.errors import QueryError
from tillit.meetings.guardrails import Guardrail

SAID = Said(1_000_000, Author.CUSTOMER, "Hej")


def test_a_packet_comes_back_from_a_database_as_it_went() -> None:
    sent = Packet(Reason.UNSURE, "a lamp", (Tried("lamps", "Do you sell lamps?", False, 0.4),), (SAID,))
    assert Packet.from_json(sent.to_json()) == sent


@pytest.mark.parametrize(
    "broken",
    [
        {},
        None,
        {"reason": "asked"},
        {"reason": "because", "goal": "a lamp"},
        {"reason": "asked", "goal": "  "},
        {"reason": "asked", "goal": "a lamp", "by": "bo"},
        {"reason": "asked", "goal": "a lamp", "said": [{"at": "now", "author": "customer", "text": "x"}]},
        {"reason": "asked", "goal": "a lamp", "said": [{"at": 1, "author": "boss", "text": "x"}]},
        {
            "reason": "asked",
            "goal": "a lamp",
            "tried": [{"answer": "x", "question": "y", "was_given": True, "chance": 2}],
        },
        {"reason": "asked", "goal": "g" * 5_000},
    ],
)
def test_what_is_no_packet_is_refused(broken: object) -> None:
    with pytest.raises(QueryError):
        Packet.from_json(broken)


def test_a_long_conversation_is_cut_from_its_beginning_and_never_refused() -> None:
    said = tuple(Said(at, Author.CUSTOMER, str(at)) for at in range(200))
    made = packet(Reason.ASKED, asked="x" * 9_000, tried=(), said=said)
    assert len(made.goal) == 500
    assert [one.at for one in made.said] == list(range(200 - MOST_SAID, 200))


def test_a_customer_who_said_nothing_is_handed_over_too() -> None:
    assert packet(Reason.ASKED, asked="", tried=(), said=()).goal == "–"


def test_every_reason_has_words_and_every_guardrail_is_a_reason() -> None:
    assert len({str(reason_words(reason)) for reason in Reason}) == len(Reason)
    assert {Reason(guardrail.value) for guardrail in Guardrail} <= set(Reason)


@pytest.mark.parametrize(("until", "holds"), [(None, True), (date(2026, 5, 1), True), (date(2026, 4, 30), False)])
def test_an_agreement_holds_through_its_last_day(until: date | None, holds: bool) -> None:
    assert Agreed("100 kr", until).holds(date(2026, 5, 1)) is holds
