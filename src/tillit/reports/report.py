"""Everything the report page says, as one value: read once from a view, rendered by `page`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tillit.friction.promise_files import default_promises
from tillit.friction.promise_rules import Promises
from tillit.journeys.behind import Everything, journeys_behind
from tillit.journeys.funnel import FunnelSpec, funnel
from tillit.journeys.graph import overview
from tillit.journeys.results import (
    Follow,
    Funnel,
    JourneyRow,
    Overview,
    StageCount,
    StageMove,
    Variants,
)
from tillit.journeys.stage_rules import StageRules
from tillit.journeys.stages import stage_moves, stages_over_time
from tillit.journeys.variants import variants
from tillit.journeys.view import CaseRule, View
from tillit.reports.contributed import Contributed, contributed
from tillit.reports.hurts import Hurts, hurts
from tillit.reports.map import JourneyMap, journey_map
from tillit.reports.size import CASES_BELOW, Size, size_of
from tillit.reports.stage_chart import StageChart, stage_chart
from tillit.vocabulary import Period, Stage

SHOWN_VARIANTS = 20
DAY = 86_400_000_000
DAYS_UP_TO = 21 * DAY  # a report over three weeks at most goes by day, over half a year by week, else by month
WEEKS_UP_TO = 185 * DAY


@dataclass(frozen=True, slots=True)
class CustomerCase:
    """One customer where there are too few for rates; `number` says nothing about who it is."""

    number: int
    journeys: tuple[JourneyRow, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What the page shows. `cases` stands in for rates while there are fewer than 30 journeys.

    `hurts` is None without journeys, `contributed` without a goal too.
    """

    rule: CaseRule
    timezone: str
    period: Period
    overview: Overview
    variants: Variants
    map: JourneyMap
    stage_of: dict[str, Stage]
    stages: tuple[StageCount, ...]
    chart: StageChart
    moves: tuple[StageMove, ...]
    funnel_spec: FunnelSpec | None
    funnel: Funnel | None
    longest_wait: Follow | None
    cases: tuple[CustomerCase, ...]
    hurts: Hurts | None
    contributed: Contributed | None


def report(
    view: View,
    rules: StageRules,
    *,
    timezone: str,
    funnel_spec: FunnelSpec | None = None,
    promises: Promises | None = None,
    margin_share: float | None = None,
) -> Report:
    """Ask a view everything the page says.

    Args:
        view: Which journeys.
        rules: Which stage activities speak of.
        timezone: An IANA name; periods and dates are local.
        funnel_spec: A funnel to show, if any.
        promises: What customers were promised; None is what tillit comes with.
        margin_share: Share of an order's value that is earned, if the reader declares it.

    Raises:
        QueryError: There is no such time zone, or the funnel names an activity that never happens.
    """
    found = overview(view)
    names = [activity.name for activity in found.activities]
    stage_of = rules.stage_of(names)
    period = _period(found)
    counts = stages_over_time(view, rules, timezone, period)
    goals = [view.rule.goal] if view.rule.goal else []
    few = size_of(found.journeys) is Size.CASES
    return Report(
        rule=view.rule,
        timezone=timezone,
        period=period,
        overview=found,
        variants=variants(view, limit=SHOWN_VARIANTS),
        map=journey_map(found, stage_of=stage_of, goals=goals),
        stage_of=stage_of,
        stages=counts,
        chart=stage_chart(counts),
        moves=stage_moves(view, rules),
        funnel_spec=funnel_spec,
        funnel=funnel(view, funnel_spec) if funnel_spec else None,
        longest_wait=_longest_wait(found.follows),
        cases=_cases(journeys_behind(view, Everything(), limit=CASES_BELOW).rows) if few else (),
        hurts=hurts(view, promises or default_promises(), timezone=timezone, margin_share=margin_share)
        if found.journeys
        else None,
        contributed=contributed(view, view.rule.goal) if found.journeys and view.rule.goal else None,
    )


def _period(found: Overview) -> Period:
    if found.first_at is None or found.last_at is None or found.last_at - found.first_at <= DAYS_UP_TO:
        return Period.DAY
    return Period.WEEK if found.last_at - found.first_at <= WEEKS_UP_TO else Period.MONTH


def _longest_wait(follows: Iterable[Follow]) -> Follow | None:
    """The arrow with the longest median wait among those counted often enough to speak of a median."""
    often = [follow for follow in follows if follow.persons >= CASES_BELOW and follow.source != follow.target]
    return max(often, key=lambda follow: (follow.p50_seconds, follow.source, follow.target), default=None)


def _cases(rows: Iterable[JourneyRow]) -> tuple[CustomerCase, ...]:
    """Customers numbered by what they did, never by a pseudonym, so that the same events give the same page."""
    of_person: dict[str, list[JourneyRow]] = {}
    for row in rows:
        of_person.setdefault(row.person, []).append(row)
    in_order = (tuple(sorted(theirs, key=lambda row: row.number)) for theirs in of_person.values())
    people = sorted(in_order, key=lambda theirs: [(row.first_at, row.last_at, row.activities) for row in theirs])
    return tuple(CustomerCase(number, theirs) for number, theirs in enumerate(people, start=1))
