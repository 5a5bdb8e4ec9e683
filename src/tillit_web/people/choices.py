"""What a customer can say yes or no to, and how each stands: the same for their own page and for the team's."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tillit.vocabulary import ContactChannel, Purpose
from tillit_web.people.consents import ALLOWED_UNLESS_REFUSED, ASKED_FOR, ConsentGiven, standing_of
from tillit_web.people.wordings import Wording, wording


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing a customer can say yes or no to.

    Attributes:
        words: What is asked now, in the reader's language.
        is_allowed: Whether it may be done: as they answered last, otherwise as it is without an answer.
        answer: The answer that counts; None if they never gave one.
    """

    purpose: Purpose
    channel: ContactChannel | None
    words: Wording
    is_allowed: bool
    answer: ConsentGiven | None


def choices_of(subjects: Collection[bytes], language: str) -> tuple[Choice, ...]:
    """Every choice of the customer with these identifiers, whether they ever made it or not."""
    standing = standing_of(subjects)
    choices = []
    for purpose in ASKED_FOR:
        channels: tuple[ContactChannel | None, ...] = tuple(ContactChannel) if purpose is Purpose.MARKETING else (None,)
        for channel in channels:
            answer = standing.get((purpose, channel))
            allowed = answer.granted if answer else purpose in ALLOWED_UNLESS_REFUSED
            choices.append(Choice(purpose, channel, wording(purpose, language), allowed, answer))
    return tuple(choices)
