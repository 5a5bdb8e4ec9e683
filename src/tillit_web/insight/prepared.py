"""What the pages of insight ask before anybody has chosen anything: the job that builds answers it ahead.

Each line is what a page asks when it is opened from the rail, from Home, or by one of its own tabs. What a reader
chooses (a filter, a funnel of one's own, two names to be without) nobody can foresee: the page counts it, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from zoneinfo import ZoneInfo

from tillit.credit.cells import Headcounts, tells_apart
from tillit.errors import QueryError
from tillit.journeys.view import View
from tillit_web.insight import friction_queries, queries, questions
from tillit_web.insight.asking import FunnelAsked, PathsAsked
from tillit_web.insight.credit import heaps
from tillit_web.insight.credit.questions import Ways, statement_of
from tillit_web.insight.credit.statement import bounds, months_of
from tillit_web.insight.credit.who import highlighted_in
from tillit_web.insight.credit.words import BY_LABELS
from tillit_web.insight.filters import Filters
from tillit_web.insight.views.friction import splits
from tillit_web.insight.views.stages import SHOWN as PERIODS
from tillit_web.people import queries as people
from tillit_web.people.queries import CompanyFacts
from tillit_web.warehouse.preparing import Question

MOST_MONTHS = 3  # of statements: the running one, the last whole one that the page shows first, and one before
MOST_WITHOUT = 30  # touchpoints that one may be without


def ahead() -> Iterator[Question]:
    """What is answered before a build is shown: each question with what asks it as its page does."""
    company, headcounts = people.company(), queries.headcounts()
    view = queries.view_for(company, Filters())
    if view is None:
        return
    yield from _of_journeys(view, company)
    for by in splits(view):
        yield f"where it hurts by {by}", partial(_hurts, view, company, by)
    if view.rule.goal is not None:
        yield from _of_credit(view, company, headcounts)


def afterwards() -> Iterator[Question]:
    """What is answered once it is shown, since there is more of it than a manager waits for: each channel left out."""
    company, headcounts = people.company(), queries.headcounts()
    view = queries.view_for(company, Filters())
    if view is not None and view.rule.goal is not None:
        ways = Ways(view, company.goal_activity, "channel", headcounts)
        for name in ways.names()[:MOST_WITHOUT]:
            yield f"without {name}", partial(ways.without, (name,))
            yield f"a trial of {name} by turns", partial(ways.turns, name)


def _of_journeys(view: View, company: CompanyFacts) -> Iterator[Question]:
    yield "overview", partial(queries.graph, view)
    yield "outcomes", partial(queries.known_outcomes, view)
    yield "repeat", partial(questions.repeat_of, view, company.goal_activity)
    yield "waiting", partial(questions.waiting_of, view)
    if view.rule.goal is not None:
        yield "showroom", partial(queries.showroom_of, view, view.rule.goal)
    for period in PERIODS:
        yield f"stages by {period}", partial(questions.stages_of, view, company, period)
    yield "moves", partial(questions.moves_of, view)
    yield "reach", partial(questions.reach_of, view)
    yield "ways", partial(questions.variants_of, view, questions.MOST_WAYS)
    yield "example of a funnel", partial(_example_funnel, view)
    yield "example of paths", partial(_example_paths, view)


def _of_credit(view: View, company: CompanyFacts, headcounts: Headcounts) -> Iterator[Question]:
    goal, zone = company.goal_activity, company.timezone
    yield "heaps", partial(heaps.warnings, view, goal, zone)
    for by in (by for by in BY_LABELS if tells_apart(by, headcounts)):
        try:
            ways = Ways(view, goal, by, headcounts)
        except QueryError:
            continue  # these data cannot be told apart so, and the page says it
        yield f"who contributed by {by}", ways.contributed
        yield f"a trial by turns, by {by}", partial(_trial, view, ways, by)
        yield f"touchpoints by {by}", ways.names
    for month in months_of(view, ZoneInfo(zone))[:MOST_MONTHS]:
        start_at, end_at = bounds(month, ZoneInfo(zone))
        ask = partial(statement_of, view, goal, headcounts, start_at=start_at, end_at=end_at)
        yield f"statement of {month:%Y-%m}", ask


def _hurts(view: View, company: CompanyFacts, by: str) -> None:
    friction_queries.where_it_hurts(view, friction_queries.asked_of(company, by))


def _trial(view: View, ways: Ways, by: str) -> None:
    found = ways.contributed()
    name = highlighted_in(found, by, queries.showroom_of(view, ways.spec.goal))
    if name in found.reaches:
        ways.turns(name)


def _example_funnel(view: View) -> None:
    steps = questions.example_steps(view)
    spec = FunnelAsked(steps=steps, step_within=(None,) * len(steps)).spec()
    if spec is not None:
        questions.funnel_of(view, spec)


def _example_paths(view: View) -> None:
    spec = PathsAsked(anchor=questions.example_anchor(view) or "").spec()
    if spec is not None:
        questions.paths_of(view, spec)
