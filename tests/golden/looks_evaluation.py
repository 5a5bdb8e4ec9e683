"""Known truth: how often something is claimed of nothing on a page that is looked at sixty times.

    looks_evaluation.py [--worlds 100]     part of `make evaluate`

Markets of 2,000 customers in which nobody changes anything; after each sixtieth of the decisions the log so far is
evaluated anew, models and all. Goal: the live range of all stages together leaves out 0 at any look in at most 5 % of
worlds. The fixed range, read as often, stands beside it. Exit code 1 if the goal is missed.
"""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one process a core; before numpy is there

import numpy as np

from tillit.errors import PropensityError
from tillit.evaluation.evaluate import evaluate
from tillit.simulate.meetings import World, market

CUSTOMERS = 2_000
LOOKS = 60


def claims_in(seed: int) -> tuple[bool, bool, bool]:
    """Whether the live range, its upper side alone ("a person helps"), and the fixed range ever leave out 0."""
    decisions = market(CUSTOMERS, np.random.default_rng([seed, 53]), world=World.NONE).decisions
    live = helps = fixed = False
    for look in range(1, LOOKS + 1):
        try:
            overall = evaluate(decisions.take(np.arange(len(decisions) * look // LOOKS))).overall
        except PropensityError:
            continue  # by chance more than four errors from its odds
        if overall.low is None or overall.high is None or overall.live_low is None or overall.live_high is None:
            continue
        live |= not overall.live_low <= 0 <= overall.live_high
        helps |= overall.live_low > 0
        fixed |= not overall.low <= 0 <= overall.high
    return live, helps, fixed


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", nargs="?", help="not used: this comparison makes its own worlds")
    parser.add_argument("--worlds", type=int, default=100)
    args = parser.parse_args()
    with ProcessPoolExecutor() as pool:
        live, helps, fixed = np.mean(list(pool.map(claims_in, range(args.worlds))), axis=0)
    print(
        f"nothing true, {LOOKS} looks: the live range claims something in {live:.1%} of {args.worlds} worlds, "
        f"'a person helps' in {helps:.1%}; the fixed range read as often in {fixed:.1%}"
    )
    return 1 if live > 0.05 else 0


if __name__ == "__main__":
    sys.exit(main())
