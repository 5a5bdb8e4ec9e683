"""Ask the library a question, and know whether the machine may answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from django.db.models import Count, Max, QuerySet

from tillit.answers.confidence import Confidence, Examples, Judged, cross_fitted, examples_of, learn_confidence, signs
from tillit.answers.library import Answer
from tillit.answers.search import Index
from tillit.answers.terms import read_synonyms
from tillit.readiness.logistic import Floats
from tillit_web.answers.models import AnswerRules, AskedQuestion, LibraryAnswer

SHOWN = 5
LEAST_SCORE = 0.05  # below it, what is found has hardly a piece of a word in common with what was asked
MOST_JUDGED = 2000


@dataclass(frozen=True, slots=True)
class Library:
    """All answers of one language that the machine may give, with what it has learned about itself."""

    index: Index | None
    examples: Examples | None
    confidence: Confidence | None


@dataclass(frozen=True, slots=True)
class Found:
    """What the machine makes of a question.

    Attributes:
        keys: Slugs of the answers nearest, best first.
        chance: P(the first is right); None while there is too little to say.
    """

    keys: tuple[str, ...]
    chance: float | None


def find(question: str, language: str, today: date) -> Found:
    """What is nearest to a question among the answers that hold today."""
    library = library_of(language, today)
    if library.index is None or not question.strip():
        return Found((), None)
    scores = library.index.scores(question)
    near = [place for place in scores.best(SHOWN) if scores.total[place] >= LEAST_SCORE]
    if not near:
        return Found((), None)
    learned = library.confidence
    chance = None if learned is None else float(learned.chance(signs(scores)[None, :])[0])
    return Found(tuple(library.index.answers[place].key for place in near), chance)


def library_of(language: str, today: date) -> Library:
    """The library as it is now; made anew when an answer, a judgement, the synonyms or the day has changed."""
    written = shown_to_customers(language).aggregate(Count("pk"), Max("changed_at"), Max("expert__agreed_at"))
    judged = AskedQuestion.objects.filter(judged_at__isnull=False).aggregate(Count("pk"), Max("judged_at"))
    rules = AnswerRules.objects.filter(pk=1).values_list("changed_at").first()
    return _library(language, today, (*written.values(), *judged.values(), rules))


def shown_to_customers(language: str | None = None) -> QuerySet[LibraryAnswer]:
    """Answers that are published, by people who agreed to be named."""
    answers = LibraryAnswer.objects.filter(is_published=True, expert__agreed_at__isnull=False).select_related("expert")
    return answers if language is None else answers.filter(language=language)


@lru_cache(maxsize=8)
def _library(language: str, today: date, _version: object) -> Library:
    answers = [
        answer for row in shown_to_customers(language).order_by("pk") if not (answer := as_answer(row)).is_stale(today)
    ]
    if not answers:
        return Library(None, None, None)
    rules = AnswerRules.objects.filter(pk=1).first()
    index = Index(answers, read_synonyms(rules.synonyms if rules else ""))
    examples = examples_of(index, _judged(language))
    return Library(index, examples, learn_confidence(examples))


def _judged(language: str) -> list[Judged]:
    rows = AskedQuestion.objects.filter(language=language, judged_at__isnull=False).order_by("-judged_at")
    return [Judged(text, right) for text, right in rows.values_list("text", "right__slug")[:MOST_JUDGED]]


def as_answer(row: LibraryAnswer) -> Answer:
    """An answer as the core knows it."""
    return Answer(row.slug, row.language, row.questions, row.text, row.checked_on, row.review_days)


def surest(examples: Examples) -> Floats | None:
    """Each example's chance by what other answers taught; the same at every look. Shape (n,)."""
    return cross_fitted(examples, np.random.default_rng(0))
