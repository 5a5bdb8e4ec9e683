"""Where it hurts in a view: every step against matched journeys, in two periods. See docs/methods/friction.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tillit.friction.matched import comparable
from tillit.friction.results import Friction, StepFriction, Waiting
from tillit.friction.split import UNSPLIT, Split
from tillit.friction.tails import Floats
from tillit.friction.verdicts import Measure, Verdict, Visits, slow_limits, verdicts
from tillit.friction.visits import VisitRows, is_finished, strata_of, visit_rows
from tillit.friction.worth import Worth, worth
from tillit.journeys.cases import DAY
from tillit.journeys.numbering import numbered
from tillit.journeys.stage_rules import StageRules, default_stage_rules
from tillit.journeys.stages import STAGES
from tillit.journeys.traces import Micros, Names
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
    newest_at, lapse_days = view.span[1], view.rule.lapse_days
    over = is_finished(journeys.ended_at, journeys.reached_goal, newest_at=newest_at, lapse_days=lapse_days)
    began_at = journeys.began_at[over]
    if split_at is None:
        split_at = int(np.median(began_at)) if len(began_at) else 0
    journeys_counted = (int((began_at < split_at).sum()), int((began_at >= split_at).sum()))

    names, group, step = _steps(rows, view.names, rules or default_stage_rules(), parts, natural_ends)
    stratum = strata_of(rows, timezone)
    second = rows.began_at >= split_at
    before, after = (_visits(rows, step, stratum, group, period) for period in (~second, second))
    amount, currency = _amounts(rows, view.names, margin_share)
    if min(journeys_counted) >= LEAST_JOURNEYS:
        compared = comparable(after.counted().sum(axis=1), group)
        found = verdicts(before, after)
        usual = ~found[Measure.EXIT].suspected
        steps = _judged(names, found, after, worth(after, amount[second], compared, rng=rng, reference=usual))
        steps.sort(key=_worst_first)
    else:
        steps = _counted(names, before, after)
    return Friction(
        tuple(steps),
        enough=min(journeys_counted) >= LEAST_JOURNEYS,
        journeys=journeys_counted,
        open_journeys=len(over) - int(over.sum()),
        first_at=int(began_at.min()) if len(began_at) else None,
        split_at=split_at if len(began_at) else None,
        over_by=None if lapse_days is None else newest_at - round(lapse_days * DAY),
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
) -> tuple[tuple[_Named, ...], NDArray[np.int64], NDArray[np.int64]]:
    """The steps' names and comparison groups, and the step of each visit."""
    wide = len(parts) + 1
    codes, step = numbered(rows.activity.astype(np.int64) * wide + rows.part + 1)
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
    return tuple(named), np.array(groups, np.int64), step


def _visits(
    rows: VisitRows,
    step: NDArray[np.int64],
    stratum: NDArray[np.int64],
    group: NDArray[np.int64],
    period: NDArray[np.bool_],
) -> Visits:
    return Visits(
        step=step[period],
        stratum=stratum[period],
        customer=_customers(rows.person[period], rows.began_at[period], rows.at[period], rows.activity[period]),
        left=rows.left[period],
        waited_seconds=rows.waited_seconds[period],
        reached_goal=rows.reached_goal[period],
        group=group,
    )


def _customers(
    person: NDArray[np.int64], began_at: Micros, at: Micros, activity: NDArray[np.int32]
) -> NDArray[np.int64]:
    """Customers in the order of their first visits: internal codes change with every key, and so would the draws."""
    starts = np.flatnonzero(np.append(True, person[1:] != person[:-1])[: len(person)])  # a person's rows stand together
    lengths = np.diff(np.append(starts, len(person)))
    keys: list[NDArray[Any]] = []
    is_first = np.ones(len(person), np.bool_)
    for column in (began_at, at, activity):
        # The least of those that are least in all columns before.
        masked = np.where(is_first, column, np.iinfo(column.dtype).max)
        keys.append(np.minimum.reduceat(masked, starts) if len(starts) else masked)
        is_first &= masked == np.repeat(keys[-1], lengths)
    place = np.empty(len(starts), np.int64)
    place[np.lexsort(keys[::-1])] = np.arange(len(starts))
    return np.repeat(place, lengths)


def _amounts(rows: VisitRows, names: Names, margin_share: float | None) -> tuple[Floats, str | None]:
    """Value of the goal of each visit's journey, in the currency that most goals have; NaN for all others."""
    with_money = rows.currency[rows.currency >= 0]
    if not len(with_money):
        return np.full(len(rows.currency), np.nan), None
    code = int(np.bincount(with_money).argmax())
    share = 1.0 if margin_share is None else margin_share
    return np.where(rows.currency == code, rows.amount_minor * share, np.nan), names.currency[code]


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
