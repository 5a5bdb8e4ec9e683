"""The same persons drawn again: how far a share could have come out otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tillit.credit.paths import Floats, Paths

RESAMPLES = 200
CONFIDENCE = 0.95
MOST_CELLS = 20_000_000  # of one block's arrays, about 160 MB each


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What paths led to, one row for each resample; both of shape (rows, paths)."""

    conversions: Floats
    nulls: Floats

    @property
    def ways(self) -> Floats:
        return self.conversions + self.nulls


def observed(paths: Paths) -> Outcomes:
    """One row: the data as they are."""
    return Outcomes(paths.conversions[None, :], paths.nulls[None, :])


def resampled(paths: Paths, rng: np.random.Generator, *, resamples: int = RESAMPLES) -> Iterator[Outcomes]:
    """Draws of as many persons as there are, with replacement, in blocks that fit in memory.

    A person is drawn with all ways; where the data do not tell who walked them, each way is a person of its own.
    """
    cells = len(paths.lengths)
    persons = paths.persons
    count = np.concatenate([paths.conversions, paths.nulls]) if persons is None else persons.count
    number = int(count.sum())
    block = max(1, MOST_CELLS // max(len(count), 1))
    for start in range(0, resamples, block):
        rows = min(block, resamples - start)
        drawn = rng.multinomial(number, count / max(number, 1), size=rows).astype(np.float64)
        if persons is None:
            yield Outcomes(drawn[:, :cells], drawn[:, cells:])
        else:
            yield Outcomes(drawn @ persons.conversions, drawn @ persons.nulls)


def interval(drawn: Floats) -> tuple[Floats, Floats]:
    """The middle `CONFIDENCE` of the draws; `drawn` has shape (resamples, …)."""
    edge = (1 - CONFIDENCE) / 2
    low, high = np.quantile(drawn, [edge, 1 - edge], axis=0)
    return low, high
