"""Against a peer: ChannelAttribution 2.2.5 on 10,000 paths of 12 channels.

    attribution_evaluation.py DATA       part of `make evaluate`

DATA/attribution_paths holds its paths and what it said of them: first, last and linear touch, which are exact, and
Markov chains of order 1 to 3, which it simulates with a million walks. A channel's conversions are then a count of
the walks that it stops: their standard error is known, and large where a channel has few. Exit code 1 if ours differ
by more than five of them, of 36 numbers, or if more than 1 % of all credit, of conversions or of value, is with
another channel.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np

from tillit.credit.markov import chain_of, counted, removal_effects
from tillit.credit.path_table import MINOR, read_path_tables
from tillit.credit.paths import Floats
from tillit.credit.rules import rule_weights
from tillit.credit.vocabulary import Model
from tillit.events.currencies import UNNAMED

RULES = ((Model.FIRST, "first_touch"), (Model.LAST, "last_touch"), (Model.LINEAR, "linear_touch"))
ROUNDED = 1e-4  # the reference has four decimals
WALKS = 1_000_000
MOST_ERRORS = 5
MOST_APART = 0.01  # of all credit, moved from one channel to another


def main() -> int:
    folder = Path(sys.argv[1]) / "attribution_paths"
    paths, _ = read_path_tables([folder / "paths.csv.gz"])
    with (folder / "reference_channelattribution_2_2_5.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["channel_name"]: row for row in csv.DictReader(file)}
    worths = {"conversions": paths.conversions, "value": paths.value_minor[UNNAMED] / MINOR}
    agreed = True

    def theirs(column: str) -> Floats:
        return np.array([float(rows[name][column]) for name in paths.names])

    for model, column in RULES:
        for what, worth in worths.items():
            apart = np.abs(worth @ rule_weights(paths, model) - theirs(f"{column}_{what}")).max()
            agreed &= bool(apart <= ROUNDED)
            print(f"{model:8} {what:11} largest difference {apart:.5f}")
    ways = paths.conversions + paths.nulls
    for order in (1, 2, 3):
        chain, sums = chain_of(paths, order)
        for what, worth in worths.items():
            reference = theirs(f"markov{order}_total_conversion{'s' if what == 'conversions' else '_value'}")
            effect = removal_effects(
                counted(chain, sums.over(ways, worth)), [[code] for code in range(len(paths.names))]
            )
            ours = effect / effect.sum() * worth.sum()
            stopped = WALKS * paths.conversions.sum() / ways.sum() * effect
            errors = (np.abs(ours / reference - 1) * np.sqrt(stopped)).max()
            apart = np.abs(ours - reference).sum() / 2 / worth.sum()
            agreed &= bool(apart <= MOST_APART and (what == "value" or errors <= MOST_ERRORS))
            print(f"markov {order} {what:11} at most {errors:.1f} errors of a channel, {apart:.2%} of all moved")
    print("as ChannelAttribution" if agreed else "NOT as ChannelAttribution")
    return 0 if agreed else 1


if __name__ == "__main__":
    sys.exit(main())
