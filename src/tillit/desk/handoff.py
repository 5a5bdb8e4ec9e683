"""What goes with a conversation when it changes hands: goal, what was tried, what was said, and why; never nothing."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

import msgspec

from tillit.errors import QueryError
from tillit.sentences import Sentence, sentence

MOST_TRIED, MOST_SAID = 20, 50
LONGEST_GOAL, LONGEST_LINE = 500, 4_000
VERSION = 1


class Reason(StrEnum):
    """Why a person is to answer. Those of `Guardrail` carry the same word."""

    ASKED = "asked"  # the customer asked for one
    UNSURE = "unsure"  # the machine found something, and is not sure enough
    UNKNOWN = "unknown"  # the machine found nothing
    NOT_HELPED = "not_helped"  # the customer said that the answer did not help
    COMPLAINT = "complaint"
    NEED = "need"
    OPEN_CASE = "open_case"
    BROKEN_PROMISE = "broken_promise"
    STAKE = "stake"
    BRAND = "brand"
    POLICY = "policy"  # the company meets such an errand by a person
    CAME_BACK = "came_back"  # the customer wrote to a closed conversation
    LET_GO = "let_go"  # one of us put it back
    LATE = "late"  # nobody answered in time
    WRITTEN = "written"  # it came by mail or phone, to people
    MISSED_CALL = "missed_call"  # the customer rang, and nobody answered


class Author(StrEnum):
    """Who wrote a message."""

    CUSTOMER = "customer"
    MACHINE = "machine"
    PERSON = "person"
    NOTE = "note"  # one of us, for us


class Tried(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that the machine tried.

    Attributes:
        answer: The slug of the answer that it gave or held back.
        question: That answer's heading.
        was_given: Whether the customer saw it.
        chance: P(right) as the machine judged it, 0 to 1; None where it could not.
    """

    answer: str
    question: str
    was_given: bool
    chance: float | None = None


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One message: when (microseconds UTC), by whom, and its text."""

    at: int
    author: Author
    text: str


class Packet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What whoever takes over is given.

    Attributes:
        goal: What the customer wants, in the customer's own words.
        tried: What the machine tried, first to last.
        said: What was said until now, first to last; the oldest are left out beyond `MOST_SAID`.
    """

    reason: Reason
    goal: str
    tried: tuple[Tried, ...] = ()
    said: tuple[Said, ...] = ()
    version: int = VERSION

    def __post_init__(self) -> None:
        """Refuse a packet that says nothing, or more than anyone reads."""
        if not self.goal.strip():
            raise QueryError(sentence("A conversation is handed over with what the customer wants."))
        lines = (self.goal, *(one.text for one in self.said))
        if len(self.tried) > MOST_TRIED or len(self.said) > MOST_SAID or any(len(x) > LONGEST_LINE for x in lines):
            raise QueryError(sentence("A handover is longer than anyone reads. Leave out what is old."))
        if any(one.chance is not None and not 0 <= one.chance <= 1 for one in self.tried):
            raise QueryError(sentence("A chance lies from 0 to 1."))

    def to_json(self) -> dict[str, Any]:
        """As a database keeps it."""
        kept: dict[str, Any] = msgspec.to_builtins(self)
        return kept

    @classmethod
    def from_json(cls, kept: object) -> Packet:
        """From what a database keeps.

        Raises:
            QueryError: It is no packet.
        """
        try:
            return msgspec.convert(kept, cls)
        except msgspec.ValidationError as error:
            raise QueryError(sentence("This is no handover: {error}.", error=str(error))) from None


class Agreed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person agreed with the customer, and until when it holds; None: until somebody says otherwise."""

    text: str
    until: date | None = None

    def holds(self, today: date) -> bool:
        """Whether the machine may still say so."""
        return self.until is None or today <= self.until


def packet(reason: Reason, *, asked: str, tried: tuple[Tried, ...], said: tuple[Said, ...]) -> Packet:
    """The packet of a conversation as it stands; what is old or long is cut, never refused.

    Args:
        asked: What the customer asked last; where they said nothing yet, their subject.
    """
    goal = " ".join(asked.split())[:LONGEST_GOAL] or "–"
    cut = tuple(Said(one.at, one.author, one.text[:LONGEST_LINE]) for one in said[-MOST_SAID:])
    return Packet(reason, goal, tried[-MOST_TRIED:], cut)


def reason_words(reason: Reason) -> Sentence:
    """Why a person is to answer, as the desk says it."""
    return _WORDS[reason]


_WORDS: dict[Reason, Sentence] = {
    Reason.ASKED: sentence("The customer asked for a person."),
    Reason.UNSURE: sentence("The machine was not sure enough to answer."),
    Reason.UNKNOWN: sentence("Nobody has answered this question in the library."),
    Reason.NOT_HELPED: sentence("The machine's answer did not help."),
    Reason.COMPLAINT: sentence("It is a complaint."),
    Reason.NEED: sentence("The customer has said that they need a person."),
    Reason.OPEN_CASE: sentence("Something that this customer told of is not solved."),
    Reason.BROKEN_PROMISE: sentence("Something promised to this customer was not kept."),
    Reason.STAKE: sentence("Much is at stake for the customer."),
    Reason.BRAND: sentence("A person is part of what we want to be known for here."),
    Reason.POLICY: sentence("People meet this errand here."),
    Reason.CAME_BACK: sentence("The customer wrote again after it was closed."),
    Reason.LET_GO: sentence("A colleague put it back."),
    Reason.LATE: sentence("Nobody answered by the time that was promised."),
    Reason.WRITTEN: sentence("It was written or told to one of us."),
    Reason.MISSED_CALL: sentence("They rang, and nobody answered."),
}
