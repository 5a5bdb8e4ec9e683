"""Where it hurts in a view: every step against matched journeys, in two periods. See docs/methods/friction.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tillit.friction.counts import CountedVisits, counted_visits, finished
from tillit.friction.matched import comparable
from tillit.friction.periods import Plan, currency_of, outcomes, period, step_codes, strata_by_number, waits_of
from tillit.friction.results import Friction, StepFriction, Waiting
from tillit.friction.split import UNSPLIT, Split
from tillit.friction.tails import Floats
from tillit.friction.verdicts import Measure, Period, Verdict, verdicts
from tillit.friction.waits import by_step, medians
from tillit.friction.worth import Worth, worth
from tillit.journeys.cases import SECOND
from tillit.journeys.stage_rules import StageRules, default_stage_rules
from tillit.journeys.stages import STAGES
from tillit.journeys.traces import Names
from tillit.journeys.units import Indices
from tillit.journeys.view import View

LEAST_JOURNEYS = 300  # finished ones in a period; below it groups are not compared


def friction(
    view: View,
    *,
    rng: np.random.Generator,
    timezone: str = "UTC",
    split: Split = UNSPLIT,
    margin_share: float | None = None,
    split_at: int | None = None,
    rules: StageRules | None = None,
    natural_ends: frozenset[str] = frozenset(),
) -> Friction:
    """Say which steps lose or hold up more journeys than matched ones elsewhere do.

    Args:
        view: Journeys with a goal; its lapse says when a journey is over.
        rng: Resamples customers for the ranges.
        timezone: In which it is day and night, week and weekend.
        split: What tells steps of one activity apart.
        margin_share: Share of an order's value that is earned, if the reader declares it.
        split_at: Where the second period begins, microseconds UTC; by default both have as many finished journeys.
        rules: Which steps are comparable: those of one stage.
        natural_ends: Activities at which journeys end for a good reason, as a reader declares; they are counted, and
            neither compared nor part of what is usual.

    Raises:
        QueryError: The view has no goal, its steps cannot be told apart so, or there is no such time zone.
    """
    done = finished(view)
    if split_at is None:
        split_at = int(np.median(done.began_at)) if len(done.began_at) else 0
    journeys_counted = (int((done.began_at < split_at).sum()), int((done.began_at >= split_at).sum()))
    first_at = int(done.began_at.min()) if len(done.began_at) else None
    buckets, parts = counted_visits(view, split, over_by=done.over_by, split_at=split_at, timezone=timezone)
    names, group, codes = _steps(buckets, view.names, rules or default_stage_rules(), parts, natural_ends)
    plan = Plan(len(parts), codes, group, strata_by_number(buckets))
    currency = currency_of(buckets)
    before, after = period(buckets, plan, second=False), period(buckets, plan, second=True)
    if min(journeys_counted) >= LEAST_JOURNEYS:
        found = verdicts(before, after)
        middle = medians(by_step(waits_of(buckets, plan, second=True), len(names)))
        sized = worth(
            outcomes(buckets, plan, currency),
            comparable(after.visits.sum(axis=1), group),
            rng=rng,
            reference=~found[Measure.EXIT].suspected,
            margin_share=margin_share,
        )
        steps = _judged(names, found, sized, waiting=_waiting(found[Measure.WAIT], after.limits, middle))
        steps.sort(key=_worst_first)
    else:
        steps = _counted(names, before, after)
    return Friction(
        tuple(steps),
        enough=min(journeys_counted) >= LEAST_JOURNEYS,
        journeys=journeys_counted,
        open_journeys=done.still_open,
        first_at=first_at,
        split_at=None if first_at is None else split_at,
        over_by=done.over_by,
        currency=None if currency is None else view.names.currency[currency],
        margin_share=margin_share,
    )


@dataclass(frozen=True, slots=True)
class _Named:
    """What a step is called."""

    activity: str
    part: str | None
    natural_end: bool

    @property
    def step(self) -> str:
        return self.activity if self.part is None else f"{self.activity} · {self.part}"


def _steps(
    buckets: Sequence[CountedVisits],
    names: Names,
    rules: StageRules,
    parts: tuple[str, ...],
    natural_ends: frozenset[str],
) -> tuple[tuple[_Named, ...], Indices, Indices]:
    """The steps' names and comparison groups, and their codes in order."""
    wide = len(parts) + 1
    found = [step_codes(bucket.cells, len(parts)) for bucket in buckets]
    codes = np.unique(np.concatenate([np.zeros(0, np.int64), *found]))
    stage_of = rules.stage_of(names.activity)
    named = []
    for code in codes:
        activity = names.activity[code // wide]
        part = None if code % wide == 0 else parts[code % wide - 1]
        named.append(_Named(activity, part, activity in natural_ends))
    # A natural end is a group of its own: alone there, it is compared with nothing.
    groups = [
        len(STAGES) + 1 + place
        if one.natural_end
        else STAGES.index(stage_of[one.activity])
        if one.activity in stage_of
        else len(STAGES)
        for place, one in enumerate(named)
    ]
    return tuple(named), np.array(groups, np.int64), codes


def _judged(
    names: tuple[_Named, ...], found: dict[Measure, Verdict], sized: Worth, waiting: list[Waiting]
) -> list[StepFriction]:
    exits = found[Measure.EXIT]
    return [
        StepFriction(
            step=name.step,
            activity=name.activity,
            part=name.part,
            natural_end=name.natural_end,
            n=int(exits.second.visits[place]),
            n_first=int(exits.first.visits[place]),
            exits=int(exits.second.observed[place]),
            excess_exits=_or_none(sized.excess_exits[place]),
            low=_or_none(sized.excess_range[0, place]),
            high=_or_none(sized.excess_range[1, place]),
            p_adjusted=_or_none(exits.p_adjusted[place]),
            p_retest=_or_none(exits.p_retest[place]),
            suspected=bool(exits.suspected[place]),
            confirmed=bool(exits.confirmed[place]),
            goal_share=_or_none(sized.goal_share[place]),
            value_minor=_rounded(sized.value[place]),
            value_low=_rounded(sized.value_range[0, place]),
            value_high=_rounded(sized.value_range[1, place]),
            waiting=waiting[place],
        )
        for place, name in enumerate(names)
    ]


def _counted(names: tuple[_Named, ...], before: Period, after: Period) -> list[StepFriction]:
    """Counts alone: too few journeys to compare."""
    came, left, came_before = after.visits.sum(axis=1), after.left.sum(axis=1), before.visits.sum(axis=1)
    nothing = (None,) * 5
    return [
        StepFriction(
            name.step,
            name.activity,
            name.part,
            name.natural_end,
            int(came[place]),
            int(came_before[place]),
            int(left[place]),
            *nothing,
            suspected=False,
            confirmed=False,
            goal_share=None,
            value_minor=None,
            value_low=None,
            value_high=None,
            waiting=Waiting(
                0, None, int(came[place] - left[place]), None, None, None, suspected=False, confirmed=False
            ),
        )
        for place, name in enumerate(names)
    ]


def _waiting(verdict: Verdict, limits: Floats, medians: Floats) -> list[Waiting]:
    """What is said of waits at each step; limits and medians in microseconds."""
    return [
        Waiting(
            slow=int(verdict.second.observed[place]),
            expected=_or_none(verdict.second.expected[place]),
            of=int(verdict.second.visits[place]),
            limit_seconds=_or_none(limits[place] / SECOND),
            p50_seconds=_or_none(medians[place] / SECOND),
            p_adjusted=_or_none(verdict.p_adjusted[place]),
            suspected=bool(verdict.suspected[place]),
            confirmed=bool(verdict.confirmed[place]),
        )
        for place in range(len(limits))
    ]


def _worst_first(step: StepFriction) -> tuple[bool, bool, float, float, str]:
    return (
        not step.confirmed,
        not step.suspected,
        -(step.value_minor or 0.0),
        -(step.excess_exits if step.excess_exits is not None else -np.inf),
        step.step,
    )


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _rounded(value: float) -> int | None:
    return None if np.isnan(value) else round(float(value))
