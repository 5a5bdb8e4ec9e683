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
from tillit.journeys.numbering import numbered

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
    """What each group adds to each cell.

    Attributes:
        group: Shape (entries,); `cell` the same, no pair of the two twice.
        values: Shape (columns, entries).
    """

    group: NDArray[np.int64]
    cell: NDArray[np.int64]
    values: Floats
    groups: int
    cells: int

    def counted(self) -> Floats:
        """The cells, shape (columns, cells)."""
        return np.array([np.bincount(self.cell, column, self.cells) for column in self.values])

    def drawn(self, weights: Iterable[Floats]) -> Iterator[Floats]:
        """The cells, shape (draws, columns, cells), some draws at a time; a group counts as often as its weight says.

        Args:
            weights: Each of shape (groups,).
        """
        matrices = [self._matrix(column) for column in self.values]
        draws = iter(weights)
        while block := list(islice(draws, DRAWS_AT_ONCE)):
            times = np.stack(block, axis=1)
            yield np.ascontiguousarray(np.array([matrix @ times for matrix in matrices]).transpose(2, 0, 1))

    def _matrix(self, column: Floats) -> csr_matrix:
        """One column with a row for each cell and a column for each group; what is 0 takes no place and no time."""
        some = np.flatnonzero(column)
        entries = (column[some], (self.cell[some], self.group[some]))
        return csr_matrix(entries, shape=(self.cells, self.groups))  # type: ignore[no-untyped-call]


def grouped(
    customer: NDArray[np.integer[Any]],
    cell: NDArray[np.integer[Any]],
    columns: Sequence[Floats | NDArray[np.bool_] | None],
    *,
    cells: int,
) -> Grouped:
    """Add up rows by group of customers and cell.

    Args:
        customer: Shape (rows,).
        cell: Shape (rows,); 0 to `cells` - 1.
        columns: Each of shape (rows,); None: the rows themselves, each as 1.
    """
    group = groups_of(customer)
    groups = int(group.max(initial=0)) + 1
    pairs, entry = numbered(cell * groups + group)
    values = np.array([np.bincount(entry, column, len(pairs)) for column in columns])
    return Grouped(pairs % groups, pairs // groups, values, groups, cells)


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
