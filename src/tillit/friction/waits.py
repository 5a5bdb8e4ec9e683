"""How long visits waited for the next event of their journey: which waits are slow, and what is usual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tillit.friction.tails import Floats
from tillit.journeys.numbering import runs

SLOW_QUANTILE = 0.75

Waited = NDArray[np.int64]  # microseconds


@dataclass(frozen=True, slots=True)
class Waits:
    """Some waits, those of a step together, and in it those of a stratum.

    Attributes:
        step: Shape (cells,), of all waits of a cell; as `stratum`. Two cells may have the same of both.
        count: Shape (cells,); how many waits each has, at least 1.
        micros: Shape (waits,); microseconds, cell by cell.
    """

    step: NDArray[np.integer[Any]]
    stratum: NDArray[np.integer[Any]]
    count: NDArray[np.integer[Any]]
    micros: Waited


def by_step(pieces: Sequence[Waits], steps: int) -> list[list[Waited]]:
    """The waits at each step, in pieces."""
    found: list[list[Waited]] = [[] for _ in range(steps)]
    for piece in pieces:
        begins = runs(piece.step)
        last = np.cumsum(piece.count)[begins[1:] - 1]
        for step, micros in zip(piece.step[begins].tolist(), np.split(piece.micros, last), strict=bool(len(begins))):
            found[step].append(micros)
    return found


def slow_limits(waits: Sequence[Sequence[Waited]], group: NDArray[np.int64]) -> Floats:
    """Per step the wait in microseconds that one in four at its group's steps exceeds; NaN where nobody waited.

    Args:
        waits: As of `by_step`.
        group: Shape (steps,).
    """
    limits = np.full(len(group), np.nan)
    for one in np.unique(group):
        together = [micros for step in np.flatnonzero(group == one).tolist() for micros in waits[step]]
        limits[group == one] = _quantile(together, SLOW_QUANTILE)
    return limits


def medians(waits: Sequence[Sequence[Waited]]) -> Floats:
    """Per step the wait in microseconds that half of them exceed; NaN where nobody waited. `waits` as of `by_step`."""
    return np.array([_quantile(pieces, 0.5) for pieces in waits])


def slower(pieces: Sequence[Waits], limits: Floats, strata: int) -> Floats:
    """How many waits are longer than their step's limit, shape (steps, strata); `limits` of shape (steps,)."""
    found = np.zeros(len(limits) * strata)
    for piece in pieces:
        slow = piece.micros > np.repeat(limits[piece.step], piece.count)
        of_cell = np.add.reduceat(slow, np.cumsum(piece.count) - piece.count, dtype=np.int64)
        found += np.bincount(piece.step * strata + piece.stratum, of_cell, len(found))
    return found.reshape(len(limits), strata)


def _quantile(pieces: Sequence[Waited], share: float) -> float:
    """As `np.quantile`, which takes three times as long for whole numbers; NaN of none."""
    values = np.concatenate([np.zeros(0, np.int64), *pieces])
    if not len(values):
        return float("nan")
    place, beyond = divmod(share * (len(values) - 1), 1)
    values.partition(int(place))
    low, above = int(values[int(place)]), values[int(place) + 1 :]
    return low + beyond * (int(above.min()) - low) if beyond else float(low)
