"""How much a share depends on every touch being noted: what it would be if every second one of a name were not.

Visits and talks are written down by people, clicks by machines. Each touch of one name is left out with probability
1/2, by itself; the others stay. A way keeps the name unless all its touches there are left out, which has a probability
that is known, so the mean over all such drawings is exact and needs none. Shares are Shapley values: what a name gets
less goes to those it stood beside, or to nobody where it stood alone.

This says which way and how far a share moves. It is not turned around into "what the share would be had all been seen"
(SIMEX; Cook & Stefanski 1994, doi:10.1080/01621459.1994.10476871): docs/methods/credit.md says why.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tillit.credit.paths import Floats, Paths, in_rows
from tillit.credit.resampling import Sums, interval, observed, resampled, units_of
from tillit.journeys.numbering import numbered

NOTED = 0.5  # of a name's touches that would still be there


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """One name, today and if only `NOTED` of its touches were there.

    Attributes:
        part_of: Conversions that had it on their way; `part_of_then` as expected over all drawings.
        share: Of all conversions, by its Shapley value.
        share_then: The same as expected, with the middle 95 % when customers are drawn again and touches left out.
        to_nobody: Of `share`, what no other known touch would get; the rest of what is missing goes to others.
    """

    name: str
    part_of: int
    part_of_then: float
    share: float
    share_then: float
    low: float
    high: float
    to_nobody: float


def sensitivity(paths: Paths, rng: np.random.Generator, *, shared: float) -> tuple[Sensitivity, ...]:
    """All names, each by itself, in their order.

    Args:
        paths: As they were walked. Neighbouring touches of one name are one in them, noted or not as one.
        rng: For the ranges.
        shared: Conversions that are credited to touches: all, less the baseline.
    """
    names, width = len(paths.names), max(len(paths.names), 1)
    cell, of_touch = numbered(paths.path_of_touch * width + paths.codes)
    path, name = np.divmod(cell, width)
    different = np.bincount(path, minlength=len(paths.lengths))
    missed = np.power(1 - NOTED, np.bincount(of_touch, minlength=len(cell)), dtype=np.float64)
    sold, equal = paths.conversions[path], np.reciprocal(different[path], dtype=np.float64)
    total = float(paths.conversions.sum())
    touched = float(paths.conversions[paths.lengths > 0].sum())
    part = shared / touched / total if touched else 0.0

    def summed(of_cell: Floats) -> Floats:
        return np.bincount(name, weights=sold * of_cell, minlength=names).astype(np.float64)

    share, then = part * summed(equal), part * summed((1 - missed) * equal)
    nobody = part * summed(np.where(different[path] == 1, missed, 0.0))
    # How far the lot of touches alone moves it, beside that of customers.
    spread = part * np.sqrt(summed(missed * (1 - missed) * equal**2))
    starts = np.append(0, np.cumsum(different))
    read = Sums(in_rows((1 - missed) * equal, name, starts, names))
    units = units_of(paths, rng)
    every = Sums(in_rows(np.ones(len(different)), np.zeros(len(different), np.int64), np.arange(len(different) + 1), 1))
    drawn, sales = resampled(units, [units.over(read), units.over(every)], rng)
    of_all = drawn * (part * observed(paths, every) / np.maximum(sales, 1))
    low, high = interval(of_all + rng.normal(0.0, 1.0, of_all.shape) * spread)
    met, met_then = summed(np.ones(len(cell))), summed(1 - missed)
    return tuple(
        Sensitivity(
            name=paths.names[code],
            part_of=round(float(met[code])),
            part_of_then=float(met_then[code]),
            share=float(share[code]),
            share_then=float(then[code]),
            low=float(np.clip(low[code], 0, then[code])),
            high=float(max(high[code], then[code])),
            to_nobody=float(nobody[code]),
        )
        for code in range(names)
    )
