"""Ranges from resampled customers: the bootstrap over groups of customers, with quantiles for few draws."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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


def grouped(pair: NDArray[np.integer[Any]], worth: Floats | None = None, *, groups: int, cells: int) -> csr_matrix:
    """Add up rows by cell and group of customers.

    Args:
        pair: Shape (rows,); cell * groups + group. Without `worth` it is put in order where it stands.
        worth: Shape (rows,); None: each row is 1.

    Returns:
        What each group adds to each cell, shape (cells, groups).
    """
    if worth is None:
        pair.sort()
        begins = runs(pair)
        # Counts below 2^24 are exact in half the width, also twice as many of them, and draws take half as long.
        added = np.diff(begins, append=len(pair)).astype(np.float32 if len(pair) < 1 << 23 else np.float64)
        pairs = pair[begins]
    else:
        pairs, entry = numbered(pair)
        added = np.bincount(entry, worth, len(pairs))
    of_cell = np.arange(cells + 1, dtype=pairs.dtype) * groups
    begins = np.searchsorted(pairs, of_cell)
    group = pairs - np.repeat(of_cell[:-1], np.diff(begins))
    return csr_matrix((added, group, begins), shape=(cells, groups))  # type: ignore[no-untyped-call]


def counted(table: csr_matrix) -> Floats:
    """The cells of a table as of `grouped`, each group counted once; shape (cells,)."""
    return np.asarray(table @ np.ones(table.shape[1]), np.float64)


def drawn(tables: Sequence[csr_matrix], weights: Iterable[Floats]) -> Iterator[tuple[Floats, ...]]:
    """The cells of each table, shape (draws, cells), some draws at a time; a group counts as often as its weight says.

    Args:
        tables: As of `grouped`, all with the same groups.
        weights: Each of shape (groups,).
    """
    draws = iter(weights)
    while block := list(islice(draws, DRAWS_AT_ONCE)):
        times = np.stack(block, axis=1)
        yield tuple((table @ times.astype(table.dtype)).T.astype(np.float64, order="C") for table in tables)


def weights(rng: np.random.Generator, groups: int, *, resamples: int = RESAMPLES) -> Iterator[Floats]:
    """How often each group counts in each draw: 0, 1, 2 … times, together as many as there are groups.

    Counts that are drawn one by one, as a Poisson bootstrap does, would let the number of customers vary by 1 in
    sqrt(groups), which is 3 % however many customers there are.
    """
    for _ in range(resamples):
        yield rng.multinomial(groups, np.full(groups, 1 / groups)).astype(np.float64)


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
