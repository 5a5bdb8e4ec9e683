"""Where it hurts in a view: every step against matched journeys, in two periods. See docs/methods/friction.md."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tillit.friction.matched import comparable
from tillit.friction.results import Friction, StepFriction, Waiting
from tillit.friction.split import UNSPLIT, Split
from tillit.friction.tails import Floats
from tillit.friction.verdicts import Measure, Verdict, Visits, slow_limits, verdicts
from tillit.friction.visits import JourneyRows, VisitRows, latest_end, strata_of, visit_rows
from tillit.friction.worth import Worth, worth
from tillit.journeys.numbering import numbered
from tillit.journeys.stage_rules import StageRules, default_stage_rules
from tillit.journeys.stages import STAGES
from tillit.journeys.traces import Names
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
    rows, journeys, parts = visit_rows(view, split)
    began_at = journeys.began_at[journeys.over]
    if split_at is None:
        split_at = int(np.median(began_at)) if len(began_at) else 0
    journeys_counted = (int((began_at < split_at).sum()), int((began_at >= split_at).sum()))

    names, group, step = _steps(rows, view.names, rules or default_stage_rules(), parts, natural_ends)
    stratum = strata_of(rows, journeys, timezone).astype(np.int32)
    is_second = journeys.began_at >= split_at
    in_second = is_second[rows.journey]
    before, after = (
        _visits(rows, journeys, step, stratum, group, np.flatnonzero(visits), period)
        for visits, period in ((~in_second, ~is_second), (in_second, is_second))
    )
    amount_of_journey, currency = _amounts(journeys, view.names, margin_share)
    amount = amount_of_journey[rows.journey[in_second]]
    del rows, step, stratum, in_second  # of tens of millions of events they take as much as what is left
    if min(journeys_counted) >= LEAST_JOURNEYS:
        compared = comparable(after.counted().sum(axis=1), group)
        found = verdicts(before, after)
        usual = ~found[Measure.EXIT].suspected
        steps = _judged(names, found, after, worth(after, amount, compared, rng=rng, reference=usual))
        steps.sort(key=_worst_first)
    else:
        steps = _counted(names, before, after)
    return Friction(
        tuple(steps),
        enough=min(journeys_counted) >= LEAST_JOURNEYS,
        journeys=journeys_counted,
        open_journeys=int((~journeys.over).sum()),
        first_at=int(began_at.min()) if len(began_at) else None,
        split_at=split_at if len(began_at) else None,
        over_by=latest_end(view),
        currency=currency,
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
    rows: VisitRows, names: Names, rules: StageRules, parts: tuple[str, ...], natural_ends: frozenset[str]
) -> tuple[tuple[_Named, ...], NDArray[np.int64], NDArray[np.int32]]:
    """The steps' names and comparison groups, and the step of each visit."""
    wide = len(parts) + 1
    # In 32 bits where they fit: these are numbers for every visit.
    times = np.int32(wide) if len(names.activity) * wide <= np.iinfo(np.int32).max else np.int64(wide)
    codes, step = numbered(rows.activity * times + rows.part + 1)
    stage_of = rules.stage_of(names.activity)
    named = []
    for code in codes:
        activity = names.activity[code // wide]
        part = None if code % wide == 0 else parts[code % wide - 1]
        named.append(_Named(activity, part, activity in natural_ends))
    # A natural end is a group of its own, and alone there is nothing to compare with.
    groups = [
        len(STAGES) + 1 + place
        if one.natural_end
        else STAGES.index(stage_of[one.activity])
        if one.activity in stage_of
        else len(STAGES)
        for place, one in enumerate(named)
    ]
    return tuple(named), np.array(groups, np.int64), step.astype(np.int32)


def _visits(
    rows: VisitRows,
    journeys: JourneyRows,
    step: NDArray[np.int32],
    stratum: NDArray[np.int32],
    group: NDArray[np.int64],
    chosen: NDArray[np.int64],
    period: NDArray[np.bool_],
) -> Visits:
    """The chosen visits, which are those of the journeys of one period."""
    journey, waited = rows.journey[chosen], rows.waited_seconds[chosen]
    return Visits(
        step=step[chosen],
        stratum=stratum[chosen],
        customer=_customers(journeys, period)[journey],
        left=np.isnan(waited),
        waited_seconds=waited,
        reached_goal=journeys.reached_goal[journey],
        group=group,
    )


def _customers(journeys: JourneyRows, period: NDArray[np.bool_]) -> NDArray[np.int32]:
    """The customer of each journey with a visit in a period, by the order of their first visits.

    Internal codes change with every key, and so would the draws.
    """
    rows = np.flatnonzero(period & (journeys.visits > 0))
    person = journeys.person[rows]
    starts = np.flatnonzero(np.append(True, person[1:] != person[:-1])[: len(person)])  # a person's journeys in order
    first = rows[starts]
    place = np.empty(len(first), np.int32)
    place[np.lexsort((journeys.came_to[first], journeys.came_at[first], journeys.began_at[first]))] = np.arange(
        len(first)
    )
    customer = np.full(len(period), -1, np.int32)
    customer[rows] = np.repeat(place, np.diff(np.append(starts, len(rows))))
    return customer


def _amounts(journeys: JourneyRows, names: Names, margin_share: float | None) -> tuple[Floats, str | None]:
    """Value of each journey's goal, in the currency that the goals of most visits have; NaN for all others."""
    with_money = journeys.currency >= 0
    if not journeys.visits[with_money].any():
        return np.full(len(with_money), np.nan), None
    code = int(np.bincount(journeys.currency[with_money], journeys.visits[with_money]).argmax())
    share = 1.0 if margin_share is None else margin_share
    return np.where(journeys.currency == code, journeys.amount_minor * share, np.nan), names.currency[code]


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
