"""Known truth: how often friction is named where there is none, and how much of what is there is found.

    friction_evaluation.py [--worlds 300]     part of `make evaluate`

Worlds of 40 steps (`tillit.simulate.steps`), visits a step per period as said in each line. The goals are those of
docs/methods/friction.md; exit code 1 if one is missed.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tillit.friction.matched import comparable
from tillit.friction.resampling import MOST_GROUPS, grouped
from tillit.friction.verdicts import Measure, Period, Verdict, verdicts
from tillit.friction.waits import Waits, by_step, slow_limits, slower
from tillit.friction.worth import Outcome, Outcomes, worth
from tillit.journeys.units import Indices
from tillit.simulate.steps import StepsWorld, steps_world

VISITS = (400, 1_000, 3_000)
GOAL_VISITS = 1_000


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits one by one, each column of shape (visits,); `waited` in microseconds, of no meaning where they left."""

    step: Indices
    stratum: Indices
    left: NDArray[np.bool_]
    reached_goal: NDArray[np.bool_]
    waited: Indices
    group: Indices  # shape (steps,)

    def period(self) -> Period:
        """The same, counted."""
        steps, strata = len(self.group), int(self.stratum.max(initial=0)) + 1
        cell = self.step * strata + self.stratum
        visits, left = (
            np.bincount(cell[chosen], minlength=steps * strata).astype(np.float64).reshape(steps, strata)
            for chosen in (np.ones(len(cell), np.bool_), self.left)
        )
        stayed = np.flatnonzero(~self.left)
        order = stayed[np.argsort(cell[stayed])]
        waits = [Waits(self.step[order], self.stratum[order], np.ones(len(order), np.int64), self.waited[order])]
        limits = slow_limits(by_step(waits, steps), self.group)
        return Period(visits, left, slower(waits, limits, strata), limits, self.group)

    def outcomes(self, customer: Indices, amount: NDArray[np.float64]) -> Outcomes:
        """What became of them; `amount` of shape (visits,), NaN where no goal was reached, or none with a value."""
        steps, strata, groups = len(self.group), int(self.stratum.max(initial=0)) + 1, int(customer.max()) + 1
        outcome = np.where(self.reached_goal, Outcome.REACHED, Outcome.WENT_ON + self.left)
        cell, valued = (outcome * steps + self.step) * strata + self.stratum, ~np.isnan(amount)
        goals = self.step[valued] * groups + customer[valued]
        return Outcomes(
            visits=grouped(cell * groups + customer, groups=groups, cells=len(Outcome) * steps * strata),
            goals=grouped(goals, groups=groups, cells=steps),
            values=grouped(goals, amount[valued], groups=groups, cells=steps),
            strata=strata,
            group=self.group,
        )


def periods(world: StepsWorld) -> tuple[Visits, Visits]:
    """Every other visit as the first period, the rest as the second."""
    even = np.arange(len(world.step)) % 2 == 0
    return _visits(world, even), _visits(world, ~even)


def judged(world: StepsWorld) -> dict[Measure, Verdict]:
    first, second = periods(world)
    return verdicts(first.period(), second.period())


def _visits(world: StepsWorld, kept: NDArray[np.bool_]) -> Visits:
    return Visits(
        step=world.step[kept].astype(np.int64),
        stratum=2 * world.small_screen[kept].astype(np.int64) + world.new_customer[kept],
        left=world.left[kept],
        reached_goal=~world.left[kept],
        waited=np.round(world.seconds[kept] * 1e6).astype(np.int64),
        group=np.zeros(len(world.bad), np.int64),
    )


def without_friction(worlds: int, visits: int) -> tuple[float, float]:
    """Share of worlds without friction with any alarm: at the first stage, and after confirmation."""
    suspected = confirmed = 0
    for seed in range(worlds):
        found = judged(steps_world(np.random.default_rng([seed, visits]), visits_a_step=2 * visits, bad=0)).values()
        suspected += any(verdict.suspected.any() for verdict in found)
        confirmed += any(verdict.confirmed.any() for verdict in found)
    return suspected / worlds, confirmed / worlds


def with_friction(worlds: int, visits: int) -> tuple[float, float, float, float]:
    """By exits alone: bad steps suspected and confirmed, and the mean false share among the steps so named."""
    suspected = confirmed = bad = 0
    false_suspected, false_confirmed = [], []
    for seed in range(worlds):
        world = steps_world(np.random.default_rng([seed, visits, 1]), visits_a_step=2 * visits)
        verdict = judged(world)[Measure.EXIT]
        bad += int(world.bad.sum())
        suspected += int((verdict.suspected & world.bad).sum())
        confirmed += int((verdict.confirmed & world.bad).sum())
        false_suspected.append((verdict.suspected & ~world.bad).sum() / max(1, verdict.suspected.sum()))
        false_confirmed.append((verdict.confirmed & ~world.bad).sum() / max(1, verdict.confirmed.sum()))
    return suspected / bad, confirmed / bad, float(np.mean(false_suspected)), float(np.mean(false_confirmed))


def covered(worlds: int, visits: int) -> tuple[float, float]:
    """How often the range of the excess exits holds the truth: at bad steps, and at all others."""
    hits: dict[bool, list[bool]] = {True: [], False: []}
    for seed in range(worlds):
        world = steps_world(np.random.default_rng([seed, visits, 2]), visits_a_step=2 * visits)
        first, second = periods(world)
        before, after = first.period(), second.period()
        usual = ~verdicts(before, after)[Measure.EXIT].suspected
        compared = comparable(after.visits.sum(axis=1), after.group)
        each = np.arange(len(second.step))
        outcomes = second.outcomes(each % MOST_GROUPS, np.full(len(each), np.nan))
        low, high = worth(outcomes, compared, rng=np.random.default_rng([seed, 3]), reference=usual).excess_range
        truth = world.excess * visits
        for step, bad in enumerate(world.bad):
            hits[bool(bad)].append(bool(low[step] <= truth[step] <= high[step]))
    return float(np.mean(hits[True])), float(np.mean(hits[False]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", help="not needed: these worlds are made")
    parser.add_argument("--worlds", type=int, default=300)
    worlds = parser.parse_args().worlds
    missed = 0
    for visits in VISITS:
        alarm, alarm_confirmed = without_friction(worlds, visits)
        found, found_confirmed, false, false_confirmed = with_friction(worlds, visits)
        print(
            f"{visits:>5} visits, {worlds} worlds: alarm without friction {alarm:.1%} → {alarm_confirmed:.1%}; "
            f"found {found:.1%} → {found_confirmed:.1%}; false among them {false:.1%} → {false_confirmed:.1%}"
        )
        missed += alarm > 0.13 or alarm_confirmed > 0.03 or false > 0.10 or false_confirmed > 0.10
        if visits == GOAL_VISITS:
            missed += found < 0.95 or found_confirmed < 0.92
    bad, good = covered(worlds // 5, GOAL_VISITS)
    print(f"95 % ranges hold the truth at {bad:.1%} of bad steps, at {good:.1%} of others ({worlds // 5} worlds)")
    missed += min(bad, good) < 0.88  # 95 % is not reached, see the method
    print("every goal is met" if not missed else f"goals are missed in {missed} places")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
