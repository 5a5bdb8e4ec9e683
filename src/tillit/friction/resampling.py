"""Ranges from resampled customers: the Poisson bootstrap over groups of customers, with quantiles for few draws."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from tillit.friction.tails import Floats
from tillit.journeys.numbering import numbered, runs

RESAMPLES = 400
CONFIDENCE = 0.95
# Customers beyond so many are resampled in groups, each as a whole: the spread of a sum is that of its groups, known to
# 1 in sqrt(2 × groups) = 2 %, and each draw costs the groups and not the customers.
MOST_GROUPS = 1_000
DRAWS_AT_ONCE = 40  # one pass over the entries serves them all; few, so that thousands of cells take megabytes


def groups_of(customer: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """The group of each row: its customer, or a customer's number modulo `MOST_GROUPS` where there are more."""
    return numbered(customer)[1] % MOST_GROUPS


@dataclass(frozen=True, slots=True)
class Grouped:
    """What each group of customers adds to each cell.

    Attributes:
        pair: Shape (entries,); cell * groups + group, ascending.
        value: Shape (entries,); how many rows there are, or the sum of what they are worth.
    """

    pair: NDArray[np.integer[Any]]
    value: Floats
    groups: int
    cells: int

    def counted(self) -> Floats:
        """The cells, shape (cells,)."""
        return np.bincount(self.pair // self.groups, self.value, self.cells).astype(np.float64)

    def matrix(self) -> csr_matrix:
        """A row for each cell and a column for each group."""
        cell, group = np.divmod(self.pair, self.groups)
        begins = np.searchsorted(cell, np.arange(self.cells + 1))
        shape = (self.cells, self.groups)
        return csr_matrix((self.value, group, begins), shape=shape)  # type: ignore[no-untyped-call]


def grouped(pair: NDArray[np.integer[Any]], worth: Floats | None = None, *, groups: int, cells: int) -> Grouped:
    """Add up rows by cell and group of customers.

    Args:
        pair: Shape (rows,); cell * groups + group.
        worth: Shape (rows,); None: each row is 1.
    """
    if worth is not None:
        pairs, entry = numbered(pair)
        return Grouped(pairs, np.bincount(entry, worth, len(pairs)).astype(np.float64), groups, cells)
    ordered = np.sort(pair)
    begins = runs(ordered)
    return Grouped(ordered[begins], np.diff(begins, append=len(pair)).astype(np.float64), groups, cells)


def drawn(tables: Sequence[Grouped], weights: Iterable[Floats]) -> Iterator[tuple[Floats, ...]]:
    """Each table's cells, shape (draws, cells), some draws at a time; a group counts as often as its weight says.

    Args:
        weights: Each of shape (groups,).
    """
    matrices = [table.matrix() for table in tables]
    draws = iter(weights)
    while block := list(islice(draws, DRAWS_AT_ONCE)):
        times = np.stack(block, axis=1)
        yield tuple(np.ascontiguousarray((matrix @ times).T) for matrix in matrices)


def weights(rng: np.random.Generator, groups: int, *, resamples: int = RESAMPLES) -> Iterator[Floats]:
    """How often each group counts in each draw: 0, 1, 2 … times, on average once."""
    for _ in range(resamples):
        yield rng.poisson(1.0, groups).astype(np.float64)


def range_of(drawn: Floats) -> tuple[float, float]:
    """The 95 % range: percentiles, where the k-th of n draws stands for k / (n + 1).

    Percentiles that run from the least draw to the greatest are too narrow by the spacing of the draws. They are not
    corrected for bias: where a group has few steps its median jumps from one to the next, and the correction, made for
    smooth estimates, shrinks the range of a step that is the median itself to nothing.
    """
    known = np.sort(drawn[~np.isnan(drawn)])
    if not len(known):
        return float("nan"), float("nan")
    tails = np.array([(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    rank = np.clip(tails * (len(known) + 1) - 1, 0, len(known) - 1)
    low, high = np.interp(rank, np.arange(len(known)), known)
    return float(low), float(high)
