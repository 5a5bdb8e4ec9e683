"""Known truth: how often friction is named where there is none, and how much of what is there is found.

    friction_evaluation.py [--worlds 300]     part of `make evaluate`

Worlds of 40 steps (`tillit.simulate.steps`), visits a step per period as said in each line. The goals are those of
docs/methods/friction.md; exit code 1 if one is missed.
"""

from __future__ import annotations

import argparse
import sys

import numpy as np
from numpy.typing import NDArray

from tillit.friction.matched import comparable
from tillit.friction.verdicts import Measure, Visits, verdicts
from tillit.friction.worth import worth
from tillit.simulate.steps import StepsWorld, steps_world

VISITS = (400, 1_000, 3_000)
GOAL_VISITS = 1_000


def periods(world: StepsWorld) -> tuple[Visits, Visits]:
    """Every other visit as the first period, the rest as the second."""
    even = np.arange(len(world.step)) % 2 == 0
    return _visits(world, even), _visits(world, ~even)


def _visits(world: StepsWorld, kept: NDArray[np.bool_]) -> Visits:
    left = world.left[kept]
    return Visits(
        step=world.step[kept],
        stratum=2 * world.small_screen[kept] + world.new_customer[kept],
        customer=np.arange(int(kept.sum())),
        left=left,
        waited_seconds=np.where(left, np.nan, world.seconds[kept]),
        reached_goal=~left,
        group=np.zeros(len(world.bad), np.int64),
    )


def without_friction(worlds: int, visits: int) -> tuple[float, float]:
    """Share of worlds without friction with any alarm: at the first stage, and after confirmation."""
    suspected = confirmed = 0
    for seed in range(worlds):
        found = verdicts(
            *periods(steps_world(np.random.default_rng([seed, visits]), visits_a_step=2 * visits, bad=0))
        ).values()
        suspected += any(verdict.suspected.any() for verdict in found)
        confirmed += any(verdict.confirmed.any() for verdict in found)
    return suspected / worlds, confirmed / worlds


def with_friction(worlds: int, visits: int) -> tuple[float, float, float, float]:
    """By exits alone: bad steps suspected and confirmed, and the mean false share among the steps so named."""
    suspected = confirmed = bad = 0
    false_suspected, false_confirmed = [], []
    for seed in range(worlds):
        world = steps_world(np.random.default_rng([seed, visits, 1]), visits_a_step=2 * visits)
        verdict = verdicts(*periods(world))[Measure.EXIT]
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
        before, period = periods(world)
        usual = ~verdicts(before, period)[Measure.EXIT].suspected
        compared = comparable(period.counted().sum(axis=1), period.group)
        amount = np.full(len(period.step), np.nan)
        low, high = worth(period, amount, compared, rng=np.random.default_rng([seed, 3]), reference=usual).excess_range
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
