"""What the page Where it hurts reads: the team's own rules, and the answers about a view."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from tillit.friction.after_meetings import AfterMeetings, after_meetings
from tillit.friction.conformance import conformance
from tillit.friction.find import friction
from tillit.friction.pattern_counts import pattern_counts
from tillit.friction.promise_files import default_promises
from tillit.friction.promise_rules import Clock, PromiseRule, Promises
from tillit.friction.results import Conformance, Friction, PatternCount
from tillit.friction.split import Split
from tillit.journeys.opening import OpeningHours
from tillit.journeys.view import View
from tillit_web.insight.models import NaturalEnd, ServiceHours, ServicePromise
from tillit_web.people.queries import CompanyFacts
from tillit_web.warehouse import queries as warehouse

Answer = TypeVar("Answer")

SEED = 3  # of the resampled customers: the same build gives the same ranges


@dataclass(frozen=True, slots=True)
class FrictionAsked:
    """What is asked of a view besides its journeys."""

    by: str  # "activity", "channel" or "place"
    timezone: str
    natural_ends: frozenset[str]
    promises: Promises


@dataclass(frozen=True, slots=True)
class FrictionAnswer:
    """Everything the page says; `friction` is None where the data have no goal."""

    friction: Friction | None
    patterns: tuple[PatternCount, ...]
    after: AfterMeetings
    conformance: Conformance


def natural_ends() -> tuple[NaturalEnd, ...]:
    """The activities that the team has declared, in the order of their names."""
    return tuple(NaturalEnd.objects.all())


def promises() -> Promises:
    """The company's promises; those that come with tillit until it has written its own."""
    hours = ServiceHours.objects.first()
    if hours is None:
        return default_promises()
    rules = tuple(rule_of(row) for row in ServicePromise.objects.filter(removed_at=None))
    return Promises(rules, OpeningHours.parse(hours.week, holidays=hours.holidays))


def promise_rows() -> tuple[ServicePromise, ...]:
    """The promises as rows, the removed ones too; none while the defaults hold."""
    return tuple(ServicePromise.objects.all())


def rule_of(row: ServicePromise) -> PromiseRule:
    """A row as the rule that it keeps."""
    return PromiseRule(row.ask, tuple(row.answers), row.within_hours, Clock(row.clock))


def asked_of(company: CompanyFacts, by: str) -> FrictionAsked:
    """The question as the company's settings and one page make it."""
    declared = frozenset(row.activity for row in natural_ends())
    return FrictionAsked(by, company.timezone, declared, promises())


def where_it_hurts(view: View, asked: FrictionAsked) -> FrictionAnswer:
    """The answer.

    Raises:
        QueryError: The data cannot be asked this.
        StillCounting: A page asked, and it is being worked out.
    """
    zone, ends = asked.timezone, asked.natural_ends
    found = None
    if view.rule.goal is not None:
        found = _cached(
            view,
            ("friction", asked.by, zone, ends),
            lambda rng: friction(view, rng=rng, timezone=zone, split=Split.parse(asked.by), natural_ends=ends),
        )
    return FrictionAnswer(
        found,
        warehouse.cached(view, "patterns", lambda: pattern_counts(view)),
        warehouse.cached(view, "after_meetings", lambda: after_meetings(view)),
        _cached(
            view,
            ("promises", asked.promises, zone),
            lambda rng: conformance(view, asked.promises, rng=rng, timezone=zone),
        ),
    )


def _cached(view: View, question: Hashable, compute: Callable[[np.random.Generator], Answer]) -> Answer:
    return warehouse.cached(view, question, lambda: compute(np.random.default_rng(SEED)))
