"""Known truth: how often the ranges of `tillit evaluate` hold, and how often help is claimed that is not there.

    evaluation_evaluation.py [--worlds 1500]     part of `make evaluate`

Markets of 4,000 customers (`tillit.simulate.meetings`). Goals: the overall range holds the truth in 95 ± 2 % of
worlds and those of stages in 95 ± 3 %; "a person helps" at some stage (Holm) in at most 5 % of worlds without effect.
Exit code 1 if one is missed.
"""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one process a core; before numpy is there

import numpy as np

from tillit.evaluation.evaluate import evaluate
from tillit.evaluation.results import Effect
from tillit.simulate.meetings import MACHINE, PERSON, STAGES, World, market

CUSTOMERS = 4_000
WORLDS = (World.EFFECT, World.NONE, World.HARM)


def truth_of(world: World) -> dict[str | int | None, float]:
    """Person minus machine over the free moments of 400,000 other customers; None for all stages."""
    large = market(400_000, np.random.default_rng(2026), world=world)
    free, stage = large.decisions.free, large.decisions.stage
    difference = large.chance[:, PERSON] - large.chance[:, MACHINE]
    found: dict[str | int | None, float] = {None: float(difference[free].mean())}
    return found | {name: float(difference[free & (stage == place)].mean()) for place, name in enumerate(STAGES)}


def effects_of(world: World, seed: int) -> tuple[Effect, ...]:
    """What one world's log says: overall, then the stages."""
    found = evaluate(market(CUSTOMERS, np.random.default_rng([seed, 31]), world=world).decisions)
    return (found.overall, *found.stages)


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
            found = list(pool.map(effects_of, [world] * args.worlds, range(args.worlds), chunksize=20))
            overall = [holds(effects[0], truth[None]) for effects in found]
            stages = [holds(effect, truth[effect.stage]) for effects in found for effect in effects[1:]]
            told = [held for held in stages if held is not None]
            helps = float(np.mean([any(effect.claim == "person" for effect in effects[1:]) for effects in found]))
            points = [effects[0].person_minus_machine or 0.0 for effects in found]
            errors = [((one[0].high or 0.0) - (one[0].low or 0.0)) / 3.92 for one in found]
            share, of_stages = float(np.mean([held is True for held in overall])), float(np.mean(told))
            print(
                f"{world.value}: true {truth[None]:+.4f}; ranges hold {share:.1%} overall, {of_stages:.1%} of "
                f"{len(told):,} at stages ({len(stages) - len(told):,} refused); scatter / stated error "
                f"{np.std(points) / np.mean(errors):.3f}; 'a person helps' at some stage in {helps:.1%} of worlds"
            )
            missed += abs(share - 0.95) > 0.02
            missed += abs(of_stages - 0.95) > 0.03
            missed += world is not World.EFFECT and helps > 0.05
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
