"""What the machine says: what a colleague answered, what one of us agreed, the truth about itself, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import translation
from django.utils.translation import gettext as _

from tillit.desk.agreements import is_about
from tillit.desk.handoff import Reason
from tillit.desk.listening import asks_whether_human, wants_a_person
from tillit_web.answers.actions import keep_question
from tillit_web.answers.finding import find, shown_to_customers
from tillit_web.answers.models import LibraryAnswer
from tillit_web.answers.queries import rules
from tillit_web.desk.models import Agreement, Conversation
from tillit_web.ui.templatetags.tillit import local_day

LONGEST_QUESTION = 300  # what the library is asked; a letter is read by people


@dataclass(frozen=True, slots=True)
class Turn:
    """What the machine makes of a message.

    Attributes:
        text: What it says; "" where it hands over.
        answer: The library's, that it gives or held back.
        chance: P(right), as the library judged; None where it could not.
        hands_over: Why a person is to answer; None where the machine did.
        is_about_itself: It was asked what it is, and says so: no way of meeting is chosen by that.
    """

    text: str
    answer: LibraryAnswer | None = None
    chance: float | None = None
    hands_over: Reason | None = None
    is_about_itself: bool = False


def turn(conversation: Conversation, text: str, *, now: datetime, today: date) -> Turn:
    """Answer, or hand over. Nothing in the text can change what the machine may say: it only looks things up."""
    if wants_a_person(text):
        return Turn("", hands_over=Reason.ASKED)
    if asks_whether_human(text):
        return Turn(truth(conversation.language), is_about_itself=True)
    agreed = [one for one in conversation.agreements.all() if one.holds(today)]
    if about := [one for one in agreed if is_about(text, one.text, conversation.language)]:
        return Turn(_said_of(about, conversation.language))
    if len(text) > LONGEST_QUESTION:
        return Turn("", hands_over=Reason.UNSURE)
    found = find(text, conversation.language, today)
    is_sure = found.chance is not None and found.chance >= rules().limit / 100
    keep_question(text, conversation.language, found, answered=is_sure, at=now)
    best = shown_to_customers(conversation.language).filter(slug=found.keys[0]).first() if found.keys else None
    if best is None:
        return Turn("", hands_over=Reason.UNKNOWN)
    if not is_sure:
        return Turn("", best, found.chance, Reason.UNSURE)
    reminder = f"{_said_of(agreed, conversation.language)}\n\n" if agreed else ""
    return Turn(reminder + best.text, best, found.chance)


def truth(language: str) -> str:
    """What the machine answers whoever asks whether it is human."""
    with translation.override(language):
        return _(
            "I am a machine. I look up what people here have written, and hand you to one of them whenever you wish."
        )


def _said_of(agreed: list[Agreement], language: str) -> str:
    with translation.override(language):
        lines = [
            _("One of us agreed with you, until %(day)s: %(what)s") % {"day": local_day(one.until), "what": one.text}
            if one.until
            else _("One of us agreed with you: %(what)s") % {"what": one.text}
            for one in agreed
        ]
    return "\n\n".join(lines)
