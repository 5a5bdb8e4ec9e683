"""How many weeks a trial by turns takes: two weeks with and two without, again and again, which comes first by lot.

For what cannot be withheld from single customers, such as a sign, an answer within the hour or an ad that all can see.
Each turn with is compared with its neighbour without, and the mean of the differences is held against how much they
differ among each other (paired t-test). How much neighbours differ when nothing is tried, the weeks there were tell:
squared differences of all neighbouring fortnights, which hold unevenness, trend, season and what one week passes on to
the next. The order is drawn anew in each pair, so differences of pairs are not correlated, however weeks are.

Source: the paired design; Bojinov, Simchi-Levi & Zhao (2023), Design and analysis of switchback experiments,
doi:10.1287/mnsc.2022.4583, for turns drawn by lot and for what is carried over from one to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy import optimize
from scipy.special import ncfdtr, stdtrit

from tillit.credit.plan import POWER
from tillit.credit.resampling import CONFIDENCE
from tillit.credit.trials import FEWEST_SALES
from tillit.credit.weekly import WeeklySales

TURN_WEEKS = 2
PAIR_WEEKS = 2 * TURN_WEEKS
FEWEST_WEEKS = 13  # to see how much neighbouring fortnights differ
FEWEST_PAIRS = 3  # two differences tell nothing of how much differences differ
HALF_A_YEAR = 26
A_YEAR = 52  # no trial is longer
PARTS = (0.1, 0.2, 0.5)  # of the sales on its ways, that it may bring

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


class Counted(StrEnum):
    """Which sales are compared."""

    ON_ITS_WAYS = "on its ways"  # customers still come to it, and something at it takes turns
    BY_SHOP = "on its ways, shops in opposite turns"
    EVERY = "all sales"  # it is taken away itself, so that its sales may come another way


@dataclass(frozen=True, slots=True)
class TurnsPlan:
    """A trial by turns, as it could be.

    Attributes:
        counted: Which sales are compared.
        sales_a_week: That are counted, on average.
        shops: That take turns; 1 where all do the same.
        unevenness: How many times what chance alone makes neighbouring turns differ (variance), at least 1.
        weeks_needed: For each of `PARTS` the weeks after which it is found in 8 of 10 trials; None beyond a year.
        findable: The smallest part of the sales on its ways that is found in 8 of 10 trials of half a year; None where
            all of them are too little.
    """

    counted: Counted
    sales_a_week: float
    shops: int
    unevenness: float
    weeks_needed: tuple[int | None, ...]
    findable: float | None


def turns_plans(weekly: WeeklySales) -> tuple[TurnsPlan, ...]:
    """What could be learnt by turns, by each way to count; empty where weeks or sales are too few to tell."""
    touched = float(weekly.on_its_ways.mean()) if len(weekly.on_its_ways) else 0.0
    if len(weekly.every) < FEWEST_WEEKS or not touched:
        return ()
    found = [turns_plan(Counted.ON_ITS_WAYS, weekly.on_its_ways[None, :], touched)]
    if len(weekly.by_shop) > 1:
        found.append(turns_plan(Counted.BY_SHOP, weekly.by_shop, float(weekly.by_shop.sum(axis=0).mean())))
    return (*found, turns_plan(Counted.EVERY, weekly.every[None, :], touched))


def turns_plan(counted: Counted, sales: Indices, touched_a_week: float) -> TurnsPlan:
    """One trial.

    Args:
        counted: What `sales` are.
        sales: Shape (shops, weeks), at least `FEWEST_WEEKS`; one row where all take the same turn.
        touched_a_week: Sales on the ways of what is tried, of which it may bring a part.
    """
    a_week = float(sales.sum(axis=0).mean())
    variance = pair_variance(sales)
    turn = touched_a_week * TURN_WEEKS
    return TurnsPlan(
        counted,
        a_week,
        len(sales),
        variance / (2 * TURN_WEEKS * a_week),
        tuple(_weeks_needed(part * turn, variance, a_week) for part in PARTS),
        _findable(turn, variance, a_week),
    )


def pair_variance(sales: Indices) -> float:
    """The mean square of a turn's sales less its neighbour's, when nothing is tried and the order is drawn by lot.

    With several shops half of them have the one turn while the others have the other, so what befalls all of them in
    one fortnight stands on both sides.

    Args:
        sales: Shape (shops, weeks).

    Returns:
        At least what independent buyers would make: two turns' mean sales.
    """
    shops = len(sales)
    turns = np.lib.stride_tricks.sliding_window_view(sales, TURN_WEEKS, axis=1).sum(axis=2)
    differs = (turns[:, TURN_WEEKS:] - turns[:, :-TURN_WEEKS]).astype(np.float64)
    own, together = (differs**2).sum(axis=0), differs.sum(axis=0) ** 2
    # Two shops' lots: opposite as often as halves of all shops allow.
    alike = (shops % 2 - shops) / (shops * (shops - 1)) if shops > 1 else 0.0
    return max(float((own + alike * (together - own)).mean()), 2 * TURN_WEEKS * float(sales.sum(axis=0).mean()))


def found_in(effect: float, variance: float, pairs: int) -> float:
    """How often so many pairs of turns tell an effect from nothing, both ways, at 5 %.

    Args:
        effect: Sales of a turn with it less those of a turn without.
        variance: Of the difference of a pair.
        pairs: At least two.
    """
    edge = stdtrit(pairs - 1, (1 + CONFIDENCE) / 2)
    # The square of a t has both its sides.
    return float(1 - ncfdtr(1, pairs - 1, effect**2 * pairs / variance, edge**2))


def _is_enough(pairs: int, a_week: float) -> bool:
    return pairs * TURN_WEEKS * a_week >= FEWEST_SALES


def _weeks_needed(effect: float, variance: float, a_week: float) -> int | None:
    for pairs in range(FEWEST_PAIRS, A_YEAR // PAIR_WEEKS + 1):
        if _is_enough(pairs, a_week) and found_in(effect, variance, pairs) >= POWER:
            return pairs * PAIR_WEEKS
    return None


def _findable(turn: float, variance: float, a_week: float) -> float | None:
    pairs = HALF_A_YEAR // PAIR_WEEKS
    if not _is_enough(pairs, a_week) or found_in(turn, variance, pairs) < POWER:
        return None

    def lacking(part: float) -> float:
        return found_in(part * turn, variance, pairs) - POWER

    return float(optimize.brentq(lacking, 0.0, 1.0, xtol=1e-4))  # type: ignore[no-untyped-call]


def quickest(plans: Sequence[TurnsPlan], *, is_taken_away: bool) -> TurnsPlan | None:
    """The trial to speak of: of those that count what may be counted, the one that finds least; None without any.

    Args:
        plans: As `turns_plans` gives them.
        is_taken_away: Whether what is tried is gone in turns without; then all sales are counted.
    """
    fit = [plan for plan in plans if (plan.counted is Counted.EVERY) == is_taken_away]
    return min(fit, key=lambda plan: (plan.findable is None, plan.findable or 0.0), default=None)
