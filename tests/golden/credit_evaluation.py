"""Known truth: how often holdouts' ranges hold what a touchpoint adds, and what models hand out beside it.

    credit_evaluation.py [DATA] [--worlds 300]     part of `make evaluate`; DATA is not read

Markets of eight touchpoints (`tillit.simulate.touches`), two of which add nothing. Goals: ranges hold the truth in
95 ± 3 %, and touchpoints that add nothing are said to earn in under 5 % of markets of 100,000 customers. Exit code 1 if
one is missed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.credit.made import paths_in, trials_of
from tillit.credit.paths import Floats
from tillit.credit.side_by_side import credit
from tillit.credit.trials import effects
from tillit.credit.vocabulary import Model
from tillit.simulate.touches import NAMES, touches_world

IDLE = ("brand_search", "retarget")
SMALL, LARGE = 20_000, 100_000
MODEL_WORLDS = 10  # resampled models are slow, and their mistakes are large


def coverage(worlds: int, customers: int, *, nothing_works: bool) -> tuple[float, float]:
    """Share of ranges that hold the truth, and of worlds in which a name that adds nothing is said to earn."""
    held = claimed = 0
    for seed in range(worlds):
        rng = np.random.default_rng([seed, customers, nothing_works])
        world = touches_world(rng, customers=customers, nothing_works=nothing_works)
        found = effects(trials_of(world))
        held += sum(
            one.low <= lost <= one.high
            for one, lost in zip(found, (world.lost * customers).tolist(), strict=True)
            if one.low is not None and one.high is not None
        )
        claimed += any(one.earns for one in found if nothing_works or one.name in IDLE)
    return held / worlds / len(NAMES), claimed / worlds


def handed_out(worlds: int, customers: int, *, nothing_works: bool) -> dict[str, tuple[float, float, float]]:
    """Per model: credit of 100 customers in all, mean error of a name, and share of ranges that hold the truth."""
    rows: dict[str, list[tuple[float, float, float]]] = {}
    for seed in range(worlds):
        rng = np.random.default_rng([seed, customers, nothing_works, 7])
        world = touches_world(rng, customers=customers, nothing_works=nothing_works)
        paths, truth = paths_in(world), dict(zip(NAMES, 100 * world.lost, strict=True))
        per = 100 / customers
        plain = credit(paths, tuple(Model), rng)
        right = credit(paths, (Model.MARKOV,), rng, trials=trials_of(world))

        def add(name: str, found: list[tuple[str, float, float, float]], truth: dict[str, float] = truth) -> None:
            middle, low, high = (np.array([row[column] for row in found]) for column in (1, 2, 3))
            true: Floats = np.array([truth[row[0]] for row in found])
            row = (
                float(middle.sum()),
                float(np.abs(middle - true).mean()),
                float(((low <= true) & (true <= high)).mean()),
            )
            rows.setdefault(name, []).append(row)

        conversions = per * plain.total.conversions
        for model in plain.models:
            add(
                model.model,
                [(s.name, per * s.conversions, conversions * s.low, conversions * s.high) for s in model.shares],
            )
        add(
            "holdouts alone",
            [(e.name, per * (e.lost or 0), per * (e.low or 0), per * (e.high or 0)) for e in right.effects],
        )
        add("model, put right", [(s.name, per * s.conversions, per * s.low, per * s.high) for s in right.corrected])
        base = per * (plain.baseline.conversions or 0), per * (right.baseline.conversions or 0)
        rows.setdefault("(baseline true, estimated, put right)", []).append((100 * world.anyway, *base))
    return {name: tuple(np.mean(found, axis=0).tolist()) for name, found in rows.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", nargs="?")
    parser.add_argument("--worlds", type=int, default=300)
    worlds = parser.parse_args().worlds
    met = True
    for customers in (SMALL, LARGE):
        for nothing_works in (False, True):
            held, claimed = coverage(worlds, customers, nothing_works=nothing_works)
            met &= 0.92 <= held <= 0.98 and (customers != LARGE or claimed < 0.05)
            kind = "nothing works" if nothing_works else "six of eight work"
            print(
                f"{customers:,} customers, {kind}: holdouts hold {held:.1%}, idle names earn in {claimed:.1%}",
                flush=True,
            )
    for nothing_works in (False, True):
        print("nothing works" if nothing_works else "six of eight work", f"({SMALL:,} customers, per 100)")
        for name, (total, error, hold) in handed_out(MODEL_WORLDS, SMALL, nothing_works=nothing_works).items():
            print(
                f"  {name:38} handed out {total:6.2f}   error of a name {error:5.2f}   ranges hold {hold:5.2f}",
                flush=True,
            )
    print("goals met" if met else "A GOAL IS MISSED")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
