"""What is missing where a promise was broken, beside matched customers whose promise was kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tillit.friction.find import LEAST_JOURNEYS
from tillit.friction.matched import LEAST_VISITS
from tillit.friction.matters import Matters, undue
from tillit.friction.resampling import groups_of, range_of, weights
from tillit.friction.tails import Floats
from tillit.journeys.cases import DAY
from tillit.journeys.traces import Micros

HORIZON_DAYS = 60  # after the asking, in which a customer comes to the goal or does not
NO_GOAL = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Lost:
    """Goals that did not come, with their 95 % range; `bought` is how many of the broken and of the kept did."""

    compared: int
    broken: int
    bought: tuple[int, int]
    goals: float
    goals_range: tuple[float, float]
    value: float | None
    value_range: tuple[float, float] | None
    currency: int


@dataclass(frozen=True, slots=True)
class _Stratum:
    """Kept and broken matters of alike customers; each kept one beside the broken ones without a goal so far.

    Attributes:
        kept: Shape (kept,), groups of customers; `reached` whether the goal came within the horizon.
        broken: Shape (broken,), groups, in the order of their goals.
        gone: Shape (kept,); how many of `broken` had the goal before this one's answer.
        in_time: How many of `broken` had it within the horizon.
    """

    kept: NDArray[np.int64]
    reached: NDArray[np.bool_]
    broken: NDArray[np.int64]
    gone: NDArray[np.int64]
    in_time: int

    def missing(self, weight: Floats) -> float:
        """Goals missing among the broken ones, when each group counts as often as its weight says."""
        of_kept = weight[self.kept]
        counted = np.concatenate([np.zeros(1), np.cumsum(weight[self.broken])])
        waiting = counted[-1] - counted[self.gone]
        known = (waiting > 0) & (of_kept > 0)
        if not known.any():
            return 0.0
        theirs = (counted[self.in_time] - counted[self.gone])[known] / waiting[known]
        share = np.average(self.reached[known] - theirs, weights=of_kept[known])
        return float(share * np.average(waiting[known], weights=of_kept[known]))


def lost_to(
    matters: Matters, *, newest_at: int, rng: np.random.Generator, margin_share: float | None = None
) -> Lost | None:
    """Goals that did not come, of those whose promise was broken, against matched ones with a kept promise.

    Each kept one is looked at from its answer on, beside broken ones that had waited as long and had no goal so far:
    who buys at once needs no answer, and would otherwise make slow or quick answers look good. Goals count within
    `HORIZON_DAYS` of the asking; matters of which these days are not over are left out. Matched by entry channel and
    new or known. Where a purchase makes the answer needless it looks like a broken promise that sold: the loss is then
    understated.

    Returns:
        None where fewer than `LEAST_JOURNEYS` matters can be compared, or fewer than `LEAST_VISITS` on either side.
    """
    horizon = HORIZON_DAYS * DAY
    ripe = (matters.broken(newest_at) | matters.kept()) & ~undue(matters) & (matters.asked_at <= newest_at - horizon)
    goal_after = np.where(matters.goal_at < 0, NO_GOAL, matters.goal_at - matters.asked_at)
    kept, answer_after = matters.kept(), matters.answered_at - matters.asked_at
    ripe &= ~kept | (goal_after >= answer_after)
    found, kept, goal_after, answer_after = matters.keep(ripe), kept[ripe], goal_after[ripe], answer_after[ripe]
    if len(kept) < LEAST_JOURNEYS or min(kept.sum(), (~kept).sum()) < LEAST_VISITS:
        return None
    group = groups_of(found.person)
    reached = goal_after <= horizon
    stratum = _strata(found, kept)
    strata = [_stratum(stratum == one, kept, group, goal_after, answer_after, horizon) for one in np.unique(stratum)]
    paid = found.currency[reached & (found.currency >= 0)]
    currency = int(np.bincount(paid).argmax()) if len(paid) else 0
    valued = reached & (found.currency == currency) if len(paid) else np.zeros(len(kept), np.bool_)
    amount = found.amount_minor[valued] * (1.0 if margin_share is None else margin_share)
    groups = int(group.max()) + 1

    def sized(weight: Floats) -> tuple[float, float]:
        goals, times = sum(one.missing(weight) for one in strata), weight[group[valued]]
        return goals, goals * float(np.average(amount, weights=times)) if times.sum() else float("nan")

    goals, value = sized(np.ones(groups))
    drawn = np.array([sized(weight) for weight in weights(rng, groups)])
    return Lost(
        compared=len(kept),
        broken=int((~kept).sum()),
        bought=(int((reached & ~kept).sum()), int((reached & kept).sum())),
        goals=goals,
        goals_range=range_of(drawn[:, 0]),
        value=None if np.isnan(value) else value,
        value_range=None if np.isnan(value) else range_of(drawn[:, 1]),
        currency=currency,
    )


def _stratum(
    here: NDArray[np.bool_],
    kept: NDArray[np.bool_],
    group: NDArray[np.int64],
    goal_after: Micros,
    answer_after: Micros,
    horizon: int,
) -> _Stratum:
    ours, theirs = np.flatnonzero(here & kept), np.flatnonzero(here & ~kept)
    theirs = theirs[np.argsort(goal_after[theirs], kind="stable")]
    goals = goal_after[theirs]
    return _Stratum(
        kept=group[ours],
        reached=goal_after[ours] <= horizon,
        broken=group[theirs],
        # A goal at the very instant of the answer counts on both sides.
        gone=np.searchsorted(goals, answer_after[ours], side="left"),
        in_time=int(np.searchsorted(goals, horizon, side="right")),
    )


def _strata(found: Matters, kept: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Entry channel and new or known; where either side has too few, new or known alone, or all that are left."""
    pair = (found.entry_channel.astype(np.int64) + 1) * 2 + found.known
    stratum = np.full(len(kept), -1, np.int64)
    for key in (pair, found.known.astype(np.int64)):
        left = np.flatnonzero(stratum < 0)
        _, place = np.unique(key[left], return_inverse=True)
        sides = np.array([np.bincount(place, side[left], int(place.max(initial=0)) + 1) for side in (kept, ~kept)])
        fits = (sides.min(axis=0) >= LEAST_VISITS)[place]
        stratum[left[fits]] = stratum.max(initial=-1) + 1 + place[fits]
    return np.where(stratum < 0, stratum.max(initial=-1) + 1, stratum)
