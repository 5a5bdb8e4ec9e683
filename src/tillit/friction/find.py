"""Where it hurts in a view: every step against matched journeys, in two periods. See docs/methods/friction.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tillit.friction.matched import comparable
from tillit.friction.results import Friction, StepFriction, Waiting
from tillit.friction.split import UNSPLIT, Split
from tillit.friction.tails import Floats
from tillit.friction.verdicts import Measure, Verdict, Visits, slow_limits, verdicts
from tillit.friction.visits import BucketRows, JourneyRows, VisitRows, latest_end, strata_of, visit_rows
from tillit.friction.worth import Worth, worth
from tillit.journeys.numbering import numbered
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
    rows, parts = visit_rows(view, split, timezone=timezone)
    began_at = np.concatenate([np.zeros(0, np.int64), *(journeys.began_at[journeys.over] for _, journeys in rows)])
    if split_at is None:
        split_at = int(np.median(began_at)) if len(began_at) else 0
    journeys_counted = (int((began_at < split_at).sum()), int((began_at >= split_at).sum()))
    open_journeys = sum(int((~journeys.over).sum()) for _, journeys in rows)

    names, group, step_codes = _steps(rows, view.names, rules or default_stage_rules(), parts, natural_ends)
    strata = _strata(rows)
    currency = _currency(rows)
    before, after, amount = _periods(rows, split_at, step_codes, strata, group, len(parts), currency)
    if margin_share is not None:
        amount *= margin_share
    if min(journeys_counted) >= LEAST_JOURNEYS:
        compared = comparable(after.counted().sum(axis=1), group)
        found = verdicts(before, after)
        del before  # of tens of millions of events it takes hundreds of megabytes, as what follows does
        usual = ~found[Measure.EXIT].suspected
        steps = _judged(names, found, after, worth(after, amount, compared, rng=rng, reference=usual))
        steps.sort(key=_worst_first)
    else:
        steps = _counted(names, before, after)
    return Friction(
        tuple(steps),
        enough=min(journeys_counted) >= LEAST_JOURNEYS,
        journeys=journeys_counted,
        open_journeys=open_journeys,
        first_at=int(began_at.min()) if len(began_at) else None,
        split_at=split_at if len(began_at) else None,
        over_by=latest_end(view),
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


def _step_codes(visits: VisitRows, parts: int) -> Indices:
    """What tells the steps of visits apart, as one number."""
    return visits.activity.astype(np.int64) * (parts + 1) + visits.part + 1


def _steps(
    rows: Sequence[BucketRows],
    names: Names,
    rules: StageRules,
    parts: tuple[str, ...],
    natural_ends: frozenset[str],
) -> tuple[tuple[_Named, ...], Indices, Indices]:
    """The steps' names and comparison groups, and their codes in order."""
    wide = len(parts) + 1
    found = [numbered(_step_codes(visits, len(parts)))[0] for visits, _ in rows]
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


def _strata(rows: Sequence[BucketRows]) -> NDArray[np.int32]:
    """The stratum of whatever is known before a visit, by its number; of no meaning where nothing is."""
    end = 1 + max((int(visits.known_before.max(initial=0)) for visits, _ in rows), default=0)
    count = sum((np.bincount(visits.known_before, minlength=end) for visits, _ in rows), np.zeros(end, np.int64))
    different = np.flatnonzero(count)
    strata = np.zeros(end, np.int32)
    strata[different] = strata_of(different, count[different])
    return strata


def _currency(rows: Sequence[BucketRows]) -> int | None:
    """The code of the currency that the goals of most visits have; None where none has money."""
    end = 1 + max((int(journeys.currency.max(initial=-1)) for _, journeys in rows), default=-1)
    visits = np.zeros(end)
    for _, journeys in rows:
        with_money = np.flatnonzero(journeys.currency >= 0)
        visits += np.bincount(journeys.currency[with_money], journeys.visits[with_money], minlength=end)
    return int(visits.argmax()) if visits.any() else None


def _periods(
    rows: list[BucketRows],
    split_at: int,
    step_codes: Indices,
    strata: NDArray[np.int32],
    group: Indices,
    parts: int,
    currency: int | None,
) -> tuple[Visits, Visits, Floats]:
    """The visits of both periods, and for each of the second's the value of its journey's goal, NaN without one.

    Each bucket's rows are let go once they are taken over, so `rows` is empty afterwards: they take as much memory as
    all visits do.
    """
    customers = _customers([journeys for _, journeys in rows], split_at)
    sizes = [0, 0]
    for _, journeys in rows:
        second = journeys.began_at >= split_at
        sizes[0] += int(journeys.visits[~second].sum())
        sizes[1] += int(journeys.visits[second].sum())
    before, after = (_empty(size, group) for size in sizes)
    amount = np.full(sizes[1], np.nan)
    filled = [0, 0]
    for customer in customers:
        visits, journeys = rows.pop(0)
        step = np.searchsorted(step_codes, _step_codes(visits, parts))
        stratum = strata[visits.known_before]
        is_second = (journeys.began_at >= split_at)[visits.journey]
        for number, (period, chosen) in enumerate(((before, ~is_second), (after, is_second))):
            taken = np.flatnonzero(chosen)
            place = slice(filled[number], filled[number] + len(taken))
            filled[number] += len(taken)
            journey, waited = visits.journey[taken], visits.waited_seconds[taken]
            period.step[place], period.stratum[place] = step[taken], stratum[taken]
            period.customer[place] = customer[journey]
            period.left[place], period.waited_seconds[place] = np.isnan(waited), waited
            period.reached_goal[place] = journeys.reached_goal[journey]
            if period is after and currency is not None:
                amount[place] = np.where(journeys.currency == currency, journeys.amount_minor, np.nan)[journey]
    return before, after, amount


def _empty(visits: int, group: Indices) -> Visits:
    """Room for so many visits."""
    step, stratum, customer = (np.empty(visits, np.int32) for _ in range(3))
    left, reached_goal = np.empty(visits, np.bool_), np.empty(visits, np.bool_)
    return Visits(step, stratum, customer, left, np.empty(visits), reached_goal, group)


def _customers(journeys: Sequence[JourneyRows], split_at: int) -> list[NDArray[np.int32]]:
    """The customer of each journey with a visit, bucket by bucket: by the order of their first visits in its period.

    Internal codes change with every key, and so would the draws.
    """
    customers = [np.zeros(len(of_bucket.over), np.int32) for of_bucket in journeys]
    for second in (False, True):
        chosen = [
            np.flatnonzero((of_bucket.visits > 0) & ((of_bucket.began_at >= split_at) == second))
            for of_bucket in journeys
        ]
        opens = [
            np.append(True, np.diff(of_bucket.person[rows]) != 0)[: len(rows)]  # a person's journeys in order
            for of_bucket, rows in zip(journeys, chosen, strict=True)
        ]
        keys = [
            np.concatenate(
                [np.zeros(0, np.int64)]
                + [
                    getattr(of_bucket, column)[rows[first]]
                    for of_bucket, rows, first in zip(journeys, chosen, opens, strict=True)
                ]
            )
            for column in ("came_to", "came_at", "began_at")
        ]
        place = np.empty(len(keys[0]), np.int32)
        place[np.lexsort(keys)] = np.arange(len(place))
        before = 0
        for customer, rows, first in zip(customers, chosen, opens, strict=True):
            count = int(first.sum())
            customer[rows] = place[before : before + count][np.cumsum(first) - 1]
            before += count
    return customers


def _judged(
    names: tuple[_Named, ...], found: dict[Measure, Verdict], after: Visits, sized: Worth
) -> list[StepFriction]:
    exits = found[Measure.EXIT]
    waits = _waiting(found[Measure.WAIT], after)
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
            waiting=waits[place],
        )
        for place, name in enumerate(names)
    ]


def _counted(names: tuple[_Named, ...], before: Visits, after: Visits) -> list[StepFriction]:
    """Counts alone: too few journeys to compare."""
    came, left = after.counted().sum(axis=1), after.counted(after.left).sum(axis=1)
    came_before, waits = before.counted().sum(axis=1), after.counted(~after.left).sum(axis=1)
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
            waiting=Waiting(0, None, int(waits[place]), None, None, None, suspected=False, confirmed=False),
        )
        for place, name in enumerate(names)
    ]


def _waiting(verdict: Verdict, after: Visits) -> list[Waiting]:
    limits = slow_limits(after)
    found = []
    for place in range(after.steps):
        waits = after.waited_seconds[(after.step == place) & ~after.left]
        found.append(
            Waiting(
                slow=int(verdict.second.observed[place]),
                expected=_or_none(verdict.second.expected[place]),
                of=int(verdict.second.visits[place]),
                limit_seconds=_or_none(limits[place]),
                p50_seconds=float(np.median(waits)) if len(waits) else None,
                p_adjusted=_or_none(verdict.p_adjusted[place]),
                suspected=bool(verdict.suspected[place]),
                confirmed=bool(verdict.confirmed[place]),
            )
        )
    return found


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
