"""What pages read of the library."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q

from tillit.answers.coverage import Step, risk_coverage
from tillit.answers.searches import Searched, Worth, searched, worth
from tillit.answers.unanswered import alike
from tillit.vocabulary import Purpose
from tillit_web.answers.finding import library_of, shown_to_customers, surest
from tillit_web.answers.models import AnswerRules, AskedQuestion, Comparison, Expert, LibraryAnswer
from tillit_web.people.queries import company
from tillit_web.warehouse.queries import cached, current_view

MOST_UNANSWERED = 500


def rules() -> AnswerRules:
    """What the company chose."""
    return AnswerRules.objects.filter(pk=1).first() or AnswerRules(pk=1)


def team_answers() -> list[LibraryAnswer]:
    """Every answer, those to look at again first."""
    rows = list(LibraryAnswer.objects.select_related("expert"))
    return sorted(rows, key=lambda row: row.holds_until)


def count_stale(today: date) -> int:
    """Published answers that the machine no longer gives."""
    rows = LibraryAnswer.objects.filter(is_published=True)
    return sum(today > row.holds_until for row in rows)


def count_open() -> int:
    """Answers that customers can read."""
    return shown_to_customers().count()


def experts() -> list[Expert]:
    """Colleagues whose names stand on answers."""
    return list(Expert.objects.prefetch_related("answers"))


def published_comparisons(language: str) -> list[Comparison]:
    """Comparisons that may be shown; whether they are honest today is asked of each."""
    rows = Comparison.objects.filter(is_published=True, language=language, expert__agreed_at__isnull=False)
    return list(rows.select_related("expert").prefetch_related("points"))


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that mean the same, as far as their words say, and nobody has answered."""

    heading: str
    language: str
    questions: tuple[AskedQuestion, ...]
    worth: Worth | None = None  # of the journeys that searched for the same; None: too few did


def unanswered(*, by_value: bool = False) -> list[Group]:
    """The latest questions without an answer, in groups, the largest first; by what they are worth if so asked."""
    open_ones = AskedQuestion.objects.filter(
        Q(judged_at__isnull=True, outcome__in=("shown", "nothing"))
        | Q(judged_at__isnull=True, helped=False)
        | Q(judged_at__isnull=False, right__isnull=True)
    )
    groups: list[Group] = []
    for language in open_ones.values_list("language", flat=True).distinct():
        asked = list(open_ones.filter(language=language).order_by("-asked_at").select_related("best")[:MOST_UNANSWERED])
        groups += [
            Group(one.heading, language, tuple(asked[place] for place in one.places))
            for one in alike([question.text for question in asked])
        ]
    values = worth([[question.text for question in group.questions] for group in groups], searches())
    groups = [replace(group, worth=value) for group, value in zip(groups, values, strict=True)]
    if by_value:
        return sorted(
            groups, key=lambda group: (-(group.worth.value_minor if group.worth else 0), -len(group.questions))
        )
    return sorted(groups, key=lambda group: -len(group.questions))


def searches() -> tuple[Searched, ...]:
    """What was searched for on the site, as far as the events say."""
    view = current_view(purpose=Purpose.MEASUREMENT)
    if view is None or view.rule.goal is None:
        return ()
    goal, currency = view.rule.goal, company().currency
    return cached(view, ("searches", goal, currency), lambda: searched(view, goal, currency))


@dataclass(frozen=True, slots=True)
class Sureness:
    """What the machine would answer at each limit.

    Attributes:
        steps: Limits, the surest first; empty: too little to say.
        examples: Questions it was held against.
        judged: Of these, judged by colleagues; the rest is the library held against itself.
        at_limit: What the chosen limit gives; None: nothing reaches it.
    """

    steps: tuple[Step, ...]
    examples: int
    judged: int
    at_limit: Step | None

    @property
    def tenths(self) -> tuple[Step, ...]:
        """Ten of the steps, evenly spread, for a table."""
        last = len(self.steps) - 1
        return tuple(self.steps[place] for place in sorted({round(last * tenth / 9) for tenth in range(10)}))


def sureness(language: str, today: date, limit: int) -> Sureness:
    """How sure the machine is, and how often that is right, in one language."""
    library = library_of(language, today)
    judged = AskedQuestion.objects.filter(language=language, judged_at__isnull=False).count()
    chance = None if library.examples is None else surest(library.examples)
    if library.examples is None or chance is None:
        return Sureness((), 0 if library.examples is None else len(library.examples.right), judged, None)
    steps = risk_coverage(chance, library.examples.right)
    reached = [step for step in steps if step.limit >= limit / 100]
    return Sureness(steps, len(chance), judged, reached[-1] if reached else None)
