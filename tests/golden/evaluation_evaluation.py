"""Known truth: how often the ranges of `tillit evaluate` hold, and how often help is claimed that is not there.

    evaluation_evaluation.py [--worlds 1500]     part of `make evaluate`

Markets of 4,000 customers (`tillit.simulate.meetings`), other ones for each truth. Goals: the overall range holds the
truth in 95 ± 2 % of worlds and those of stages in 95 ± 3 %; "a person helps" at some stage (Holm) in at most 5 % of
worlds without effect. Exit code 1 if one is missed.

Beside each row stands a control on the same markets: the chances that the simulator itself knows in place of a fitted
model, so that nothing but the draws and the outcomes is left to chance. Where both miss together it was the markets.
"""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one process a core; before numpy is there

import numpy as np

from tillit.errors import PropensityError
from tillit.evaluation.evaluate import evaluate
from tillit.evaluation.results import Effect
from tillit.evaluation.scores import Estimate, aipw, always, clustered
from tillit.simulate.meetings import MACHINE, PERSON, STAGES, Market, World, market

CUSTOMERS = 4_000
WORLDS = (World.EFFECT, World.NONE, World.HARM)


@dataclass(frozen=True, slots=True)
class Told:
    """What one world's log says, overall and by stage, and what it would say if the chances were known."""

    overall: Effect
    stages: tuple[Effect, ...]
    control: Estimate


def truth_of(world: World) -> dict[str | int | None, float]:
    """Person minus machine over the free moments of 400,000 other customers; None for all stages."""
    large = market(400_000, np.random.default_rng(2026), world=world)
    free, stage = large.decisions.free, large.decisions.stage
    difference = large.chance[:, PERSON] - large.chance[:, MACHINE]
    found: dict[str | int | None, float] = {None: float(difference[free].mean())}
    return found | {name: float(difference[free & (stage == place)].mean()) for place, name in enumerate(STAGES)}


def told_in(world: World, seed: int) -> Told | None:
    """None where the draws happen to lie more than four errors from their odds, so that the log is refused."""
    made = market(CUSTOMERS, np.random.default_rng([seed, WORLDS.index(world), 31]), world=world)
    try:
        found = evaluate(made.decisions)
    except PropensityError:
        return None
    return Told(found.overall, found.stages, control(made))


def control(made: Market) -> Estimate:
    """The overall difference with true chances in place of a model."""
    decisions, all_seen = made.decisions, np.ones(len(made.decisions))
    person, machine = (
        aipw(decisions, always(decisions, action), decisions.outcome, made.chance, all_seen)
        for action in (PERSON, MACHINE)
    )
    return clustered((person - machine)[decisions.free], decisions.customer[decisions.free])


def holds(effect: Effect, truth: float) -> bool | None:
    """Whether the range holds the truth; None if it was refused."""
    if effect.low is None or effect.high is None:
        return None
    return effect.low <= truth <= effect.high


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", nargs="?", help="not used: this comparison makes its own worlds")
    parser.add_argument("--worlds", type=int, default=1500)
    args = parser.parse_args()
    missed = 0
    with ProcessPoolExecutor() as pool:
        for world in WORLDS:
            truth = truth_of(world)
            answers = list(pool.map(told_in, [world] * args.worlds, range(args.worlds), chunksize=20))
            found = [told for told in answers if told is not None]
            overall = [holds(told.overall, truth[None]) for told in found]
            stages = [holds(effect, truth[effect.stage]) for told in found for effect in told.stages]
            told_stages = [held for held in stages if held is not None]
            helps = float(np.mean([any(effect.claim == "person" for effect in told.stages) for told in found]))
            points = [told.overall.person_minus_machine or 0.0 for told in found]
            errors = [((told.overall.high or 0.0) - (told.overall.low or 0.0)) / 3.92 for told in found]
            controls = [told.control for told in found]
            held = float(np.mean([one.low <= truth[None] <= one.high for one in controls]))
            scatter = np.std([one.value for one in controls]) / np.mean([one.error for one in controls])
            share, of_stages = float(np.mean([held is True for held in overall])), float(np.mean(told_stages))
            print(
                f"{world.value}: true {truth[None]:+.4f}; ranges hold {share:.1%} overall, {of_stages:.1%} of "
                f"{len(told_stages):,} at stages ({len(stages) - len(told_stages):,} refused); scatter / stated error "
                f"{np.std(points) / np.mean(errors):.3f}; 'a person helps' at some stage in {helps:.1%} of worlds\n"
                f"  {len(answers) - len(found)} of {len(answers):,} logs refused whole; control: {held:.1%} overall, "
                f"scatter / stated error {scatter:.3f}",
                flush=True,
            )
            missed += len(answers) - len(found) > 0.003 * len(answers)
            missed += abs(share - 0.95) > 0.02
            missed += abs(of_stages - 0.95) > 0.03
            missed += world is not World.EFFECT and helps > 0.05
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
