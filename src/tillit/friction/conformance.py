"""Are promises kept, and what is lost where they are not? See docs/methods/friction.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tillit.friction.find import LEAST_JOURNEYS
from tillit.friction.matched import LEAST_VISITS
from tillit.friction.matters import COLUMNS, Matters, matters_of, undue
from tillit.friction.promise_rules import PromiseRule, Promises
from tillit.friction.resampling import grouped, range_of, weights
from tillit.friction.results import Conformance, PromiseKept
from tillit.friction.tails import Floats
from tillit.journeys.cases import DAY
from tillit.journeys.opening import OpeningHours, OpenTime, open_time
from tillit.journeys.traces import Names, Traces
from tillit.journeys.view import View

HORIZON_DAYS = 60  # in which a customer comes back to buy, or does not
LEAST_IN_STRATUM = 50
NO_TIME = np.iinfo(np.int64).max
LEAN = 5.0  # as in worth: a thin stratum's share leans on the rule's own


@dataclass(frozen=True, slots=True)
class Broken:
    """Journeys in which a promise was made and broken, as far as is known at `newest_at`."""

    columns: ClassVar[tuple[str, ...]] = COLUMNS
    rule: PromiseRule
    hours: OpeningHours
    timezone: str
    newest_at: int  # microseconds UTC

    def holds(self, traces: Traces, names: Names) -> NDArray[np.bool_]:
        first = int(traces.occurred_at.min(initial=self.newest_at))
        opened = open_time(self.hours, self.timezone, first, self.newest_at)
        found = matters_of(traces, names, self.rule, goal=None, open_time=opened)
        has = np.zeros(traces.journeys, np.bool_)
        has[found.journey[found.broken(self.newest_at)]] = True
        return has


def conformance(
    view: View,
    promises: Promises,
    *,
    rng: np.random.Generator,
    timezone: str = "UTC",
    margin_share: float | None = None,
) -> Conformance:
    """Hold every promise against what happened, the costliest first.

    Args:
        view: Journeys; with a goal, what is lost is estimated.
        promises: What was promised, and when it is open.
        rng: Resamples customers for the ranges.
        timezone: Of the opening hours.
        margin_share: Share of an order's value that is earned, if the reader declares it.

    Raises:
        QueryError: There is no such time zone.
    """
    span = view.map(
        lambda traces: (int(traces.occurred_at.min(initial=NO_TIME)), int(traces.occurred_at.max(initial=0)))
    )
    first_at, newest_at = min((low for low, _ in span), default=0), max((high for _, high in span), default=0)
    opened = open_time(promises.hours, timezone, min(first_at, newest_at), newest_at)
    found = [
        _rule_kept(view, rule, opened, newest_at=newest_at, rng=rng, margin_share=margin_share)
        for rule in promises.rules
        if rule.ask in view.names.activity
    ]
    return Conformance(
        rules=tuple(sorted(found, key=_costliest_first)),
        unseen=tuple(rule for rule in promises.rules if rule.ask not in view.names.activity),
        newest_at=newest_at,
        horizon_days=HORIZON_DAYS,
    )


def _rule_kept(
    view: View,
    rule: PromiseRule,
    opened: OpenTime,
    *,
    newest_at: int,
    rng: np.random.Generator,
    margin_share: float | None,
) -> PromiseKept:
    kernel = partial(matters_of, names=view.names, rule=rule, goal=view.rule.goal, open_time=opened)
    parts = view.map(kernel, columns=COLUMNS)
    all_matters = _joined(parts)
    kept, broken = all_matters.kept(), all_matters.broken(newest_at)
    broken_journeys = 0
    for matters in parts:
        broken_journeys += len(np.unique(matters.journey[matters.broken(newest_at)]))
    answered = all_matters.answered_at >= 0
    waits = (all_matters.answered_at - all_matters.asked_at)[answered] / 1e6
    lost = None
    if view.rule.goal is not None:
        lost = lost_to(all_matters, newest_at=newest_at, rng=rng, margin_share=margin_share)
    return PromiseKept(
        rule=rule,
        kept=int(kept.sum()),
        late=int((broken & answered).sum()),
        unanswered=int((broken & ~answered).sum()),
        pending=int((~kept & ~broken).sum()),
        broken_journeys=broken_journeys,
        answers_known=any(answer in view.names.activity for answer in rule.answers),
        p50_seconds=float(np.median(waits)) if len(waits) else None,
        compared=0 if lost is None else lost.compared,
        compared_broken=0 if lost is None else lost.broken,
        bought=None if lost is None else lost.bought,
        lost_goals=None if lost is None else lost.goals,
        low=None if lost is None else lost.goals_range[0],
        high=None if lost is None else lost.goals_range[1],
        value_minor=None if lost is None or lost.value is None else round(lost.value),
        value_low=None if lost is None or lost.value_range is None else round(lost.value_range[0]),
        value_high=None if lost is None or lost.value_range is None else round(lost.value_range[1]),
        currency=None if lost is None or lost.value is None else view.names.currency[lost.currency],
    )


def _joined(parts: Sequence[Matters]) -> Matters:
    return Matters(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Matters)))


@dataclass(frozen=True, slots=True)
class Lost:
    """What is missing among those whose promise was broken, beside matched ones whose promise was kept."""

    compared: int
    broken: int
    bought: tuple[int, int]  # of the broken, of the kept
    goals: float
    goals_range: tuple[float, float]
    value: float | None
    value_range: tuple[float, float] | None
    currency: int


def lost_to(
    matters: Matters, *, newest_at: int, rng: np.random.Generator, margin_share: float | None = None
) -> Lost | None:
    """Goals that did not come, of those whose promise was broken, against matched ones with a kept promise.

    Everybody is looked at from the moment the answer was due, and only who had not reached the goal by then: who buys
    at once needs no answer, and would make quick answers look good. Goals count within `HORIZON_DAYS` from there, so
    matters of which these days are not over are left out. Matched by entry channel and new or known.

    Returns:
        None where fewer than `LEAST_JOURNEYS` matters can be compared, or fewer than `LEAST_VISITS` on either side.
    """
    horizon = HORIZON_DAYS * DAY
    broken = matters.broken(newest_at)
    ripe = (broken | matters.kept()) & ~undue(matters) & (matters.due_at <= newest_at - horizon)
    ripe &= (matters.goal_at < 0) | (matters.goal_at >= matters.due_at)
    found = matters.keep(ripe)
    broken = broken[ripe]
    if len(broken) < LEAST_JOURNEYS or min(broken.sum(), (~broken).sum()) < LEAST_VISITS:
        return None
    bought = (found.bought_at >= 0) & (found.bought_at - found.due_at <= horizon)
    paid = found.currency[bought & (found.currency >= 0)]
    currency = int(np.bincount(paid).argmax()) if len(paid) else 0
    valued = bought & (found.currency == currency) if len(paid) else np.zeros(len(bought), np.bool_)
    amount = np.where(valued, found.amount_minor * (1.0 if margin_share is None else margin_share), 0.0)
    stratum = _strata(found)
    table = grouped(
        found.person,
        stratum * 2 + broken,
        (np.ones(len(broken)), bought.astype(np.float64), amount, valued.astype(np.float64)),
        cells=2 * (int(stratum.max()) + 1),
    )
    goals, value = _missing(table.counted())
    drawn = np.array([_missing(table.counted(weight)) for weight in weights(rng, table.groups)])
    return Lost(
        compared=len(broken),
        broken=int(broken.sum()),
        bought=(int((bought & broken).sum()), int((bought & ~broken).sum())),
        goals=goals,
        goals_range=range_of(drawn[:, 0]),
        value=None if np.isnan(value) else value,
        value_range=None if np.isnan(value) else range_of(drawn[:, 1]),
        currency=currency,
    )


def _missing(counted: Floats) -> tuple[float, float]:
    """Goals missing among the broken, and their value; from visits, goals, amounts and amounts' counts by cell."""
    came, bought = counted[0].reshape(-1, 2), counted[1].reshape(-1, 2)
    of_kept, valued = came[:, 0].sum(), counted[3].sum()
    share = bought[:, 0].sum() / of_kept if of_kept else 0.0
    expected = came[:, 1] * (bought[:, 0] + LEAN * share) / (came[:, 0] + LEAN)
    goals = float(expected.sum() - bought[:, 1].sum())
    return goals, goals * float(counted[2].sum() / valued) if valued else float("nan")


def _strata(found: Matters) -> NDArray[np.int64]:
    pair = (found.entry_channel.astype(np.int64) + 1) * 2 + found.known
    _, place, count = np.unique(pair, return_inverse=True, return_counts=True)
    thin = count[place] < LEAST_IN_STRATUM
    return np.unique(np.where(thin, found.known.astype(np.int64) - 2, pair), return_inverse=True)[1].astype(np.int64)


def _costliest_first(one: PromiseKept) -> tuple[bool, float, float, int, str]:
    value = one.value_minor if one.value_minor is not None else -np.inf
    goals = one.lost_goals if one.lost_goals is not None else -np.inf
    return one.lost_goals is None, -value, -goals, -(one.late + one.unanswered), one.rule.ask
