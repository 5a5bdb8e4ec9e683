"""What the pages of Home and Journeys ask of a view, each answered once for a build and its filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tillit.journeys.funnel import FunnelSpec, funnel
from tillit.journeys.paths import PathSpec, paths
from tillit.journeys.results import Funnel, Paths, StageCount, StageMove, Variants
from tillit.journeys.stage_rules import default_stage_rules
from tillit.journeys.stages import stage_moves, stages_over_time
from tillit.journeys.variants import variants
from tillit.journeys.view import View
from tillit.reports.repeat import RepeatPurchase, repeat_purchase
from tillit.reports.stage_reach import stage_reach
from tillit.reports.unanswered import Waiting, waiting
from tillit.vocabulary import Period, Stage
from tillit_web.insight import queries
from tillit_web.people.queries import CompanyFacts
from tillit_web.warehouse.queries import cached

MOST_WAYS = 50  # that a page shows
MOST_BARS = 12  # in one column of paths, before rare activities are folded together
LEAST_SHARE = 0.02  # of those who began


def repeat_of(view: View, order: str) -> RepeatPurchase:
    """Who ordered again, seen from the last event."""
    as_of = queries.last_event_at(view)
    return cached(view, ("repeat", order), lambda: repeat_purchase(view, order, as_of=as_of))


def waiting_of(view: View) -> tuple[Waiting, ...]:
    """Who waits for an answer, by what they asked."""
    return cached(view, "waiting", lambda: waiting(view))


def stages_of(view: View, company: CompanyFacts, period: Period) -> tuple[StageCount, ...]:
    """How many customers stood where, period by period of the company's calendar."""
    rules, zone = default_stage_rules(), company.timezone
    week_start = company.week_start - 1  # ISO counts from Monday = 1
    return cached(
        view,
        ("stages", rules, zone, period, week_start),
        lambda: stages_over_time(view, rules, zone, period, week_start=week_start),
    )


def moves_of(view: View) -> tuple[StageMove, ...]:
    """How they moved between stages."""
    rules = default_stage_rules()
    return cached(view, ("moves", rules), lambda: stage_moves(view, rules))


def reach_of(view: View) -> Mapping[Stage, int]:
    """How many journeys came to each stage."""
    rules = default_stage_rules()
    return cached(view, ("reach", rules), lambda: stage_reach(view, rules))


def variants_of(view: View, shown: int) -> Variants:
    """The most common ways, at most `MOST_WAYS`."""
    found = cached(view, ("variants", MOST_WAYS), lambda: variants(view, limit=MOST_WAYS))
    return replace(found, variants=found.variants[:shown])


def funnel_of(view: View, spec: FunnelSpec) -> Funnel:
    """How many go all the way."""
    return cached(view, ("funnel", spec), lambda: funnel(view, spec))


def paths_of(view: View, spec: PathSpec) -> Paths:
    """What came after an activity or before it, with what is too rare to be read folded together."""
    every = cached(view, ("paths", spec), lambda: paths(view, spec))
    most_bars = max((sum(node.depth == depth for node in every.nodes) for depth in range(spec.depth + 1)), default=0)
    if most_bars <= MOST_BARS:
        return every
    readable = replace(spec, min_units=max(2, round(every.units * LEAST_SHARE)))
    return cached(view, ("paths", readable), lambda: paths(view, readable))


def example_steps(view: View) -> tuple[str, ...]:
    """Steps of a funnel that these data have, for whoever opens the page anew: two common ones and the goal."""
    goal = view.rule.goal
    stage_of = default_stage_rules().stage_of(view.names.activity)
    by_journeys = sorted(queries.graph(view).activities, key=lambda activity: -activity.journeys)
    steps = []
    for stage in (Stage.EXPLORE, Stage.DECIDE):
        fitting = (a.name for a in by_journeys if stage_of.get(a.name) is stage and a.name != goal)
        steps += list(fitting)[:1]
    return (*steps, goal) if goal and steps else ()


def example_anchor(view: View) -> str | None:
    """An activity to begin paths with: the most common one that is neither first nor last for most."""
    seen = queries.graph(view)
    edge = {end.activity: end.journeys for end in (*seen.starts, *seen.ends)}
    inner = max(seen.activities, key=lambda activity: activity.journeys - edge.get(activity.name, 0), default=None)
    return None if inner is None else inner.name
