"""What the team and its customers write: answers, experts, comparisons, questions and judgements."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import phonenumbers

from tillit.answers.library import Point, missing_for_honesty
from tillit.events.personal_numbers import without_numbers
from tillit_web.answers.finding import Found
from tillit_web.answers.models import AskedQuestion, Comparison, Expert, LibraryAnswer

E_MAIL, PHONE_NUMBER = "[e-mail]", "[phone number]"
LONGEST_QUESTION = 300
MOST_AN_HOUR = 2000
_MAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.\w+")


def agree(expert: Expert, *, at: datetime | None) -> None:
    """The colleague agrees to be named to customers; None: no longer, and what they answered is not shown."""
    expert.agreed_at = at
    expert.save(update_fields=["agreed_at"])


def still_right(answer: LibraryAnswer, *, on: date) -> None:
    """Its expert has looked at it again."""
    answer.checked_on = on
    answer.save(update_fields=["checked_on", "changed_at"])


def publish(answer: LibraryAnswer, *, shown: bool) -> None:
    """Show an answer to customers, or no longer."""
    answer.is_published = shown
    answer.save(update_fields=["is_published", "changed_at"])


def missing_in(comparison: Comparison, today: date) -> tuple[str, ...]:
    """What keeps a comparison from customers; see `missing_for_honesty`."""
    points = tuple(Point(row.text, row.better, row.source, row.seen_on) for row in comparison.points.all())
    return missing_for_honesty(points, today=today, holds_days=comparison.holds_days)


def scrubbed(question: str) -> str:
    """A question without numbers and addresses of people."""
    text = without_numbers(" ".join(question.split()))
    text = _MAIL.sub(E_MAIL, text)
    for found in reversed(list(phonenumbers.PhoneNumberMatcher(text, "SE"))):
        text = text[: found.start] + PHONE_NUMBER + text[found.end :]
    return text[:LONGEST_QUESTION]


def keep_question(question: str, language: str, found: Found, *, answered: bool, at: datetime) -> AskedQuestion | None:
    """Keep what was asked and what came of it, without who asked; None: more was asked within the hour than is kept."""
    if AskedQuestion.objects.filter(asked_at__gt=at - timedelta(hours=1)).count() >= MOST_AN_HOUR:
        return None
    best = LibraryAnswer.objects.filter(slug=found.keys[0]).first() if found.keys else None
    outcome = AskedQuestion.Outcome.NOTHING if best is None else AskedQuestion.Outcome.SHOWN
    if answered:
        outcome = AskedQuestion.Outcome.ANSWERED
    return AskedQuestion.objects.create(
        language=language, text=scrubbed(question), asked_at=at, outcome=outcome, best=best, chance=found.chance
    )


def judge(question: AskedQuestion, right: LibraryAnswer | None, *, at: datetime | None) -> None:
    """A colleague says which answer is right for a question, or that none is; `at` None takes it back."""
    question.right, question.judged_at = (right if at else None), at
    question.save(update_fields=["right", "judged_at"])


def did_it_help(question: AskedQuestion, *, helped: bool) -> None:
    """What the customer said of the answer; the last word counts."""
    question.helped = helped
    question.save(update_fields=["helped"])


def questions_became(answer: LibraryAnswer, questions: list[AskedQuestion], *, at: datetime) -> None:
    """Questions that nobody had answered now have this one."""
    for question in questions:
        judge(question, answer, at=at)
