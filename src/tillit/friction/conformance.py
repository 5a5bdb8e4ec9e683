"""Are promises kept, and what is lost where they are not? See docs/methods/friction.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tillit.friction.lost import HORIZON_DAYS, lost_to
from tillit.friction.matters import COLUMNS, Matters, matters_of
from tillit.friction.promise_rules import PromiseRule, Promises
from tillit.friction.results import Conformance, PromiseKept
from tillit.journeys.opening import OpeningHours, OpenTime, open_time
from tillit.journeys.traces import Names, Traces
from tillit.journeys.view import View


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
    first_at, newest_at = view.span
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


def _costliest_first(one: PromiseKept) -> tuple[bool, float, float, int, str]:
    value = one.value_minor if one.value_minor is not None else -np.inf
    goals = one.lost_goals if one.lost_goals is not None else -np.inf
    return one.lost_goals is None, -value, -goals, -(one.late + one.unanswered), one.rule.ask
