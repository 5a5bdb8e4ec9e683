"""Boosted stumps: the challenger of the logistic. A sum of one staircase per feature, so that it can be read as well.

Each step splits one feature once, where that lowers the log loss most (Newton boosting). Trees that split twice would
find what features say together, and could no longer be told as a sum of reasons.

Source: Friedman (2001), doi:10.1214/aos/1013203451; Chen & Guestrin (2016), doi:10.1145/2939672.2939785.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit, logit

from tillit.readiness.logistic import Floats

MOST_BINS = 32
MOST_ROUNDS = 120
RATE = 0.15
RIDGE = 10.0  # of a step's height
LEAST_WEIGHT = 5.0  # of the rows on each side of a split, by p(1 − p)


@dataclass(frozen=True, slots=True)
class Binned:
    """Features cut at quantiles of the rows that teach.

    Attributes:
        edges: f arrays; a value below the first edge is in bin 0.
        code: Shape (n, f); the bin of each value.
        starts: Shape (f + 1,); where a feature's bins begin when all stand in one row.
    """

    edges: tuple[Floats, ...]
    code: NDArray[np.int64]
    starts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Step:
    """Bins up to `last_left` of a feature get `left`, the others `right`."""

    feature: int
    last_left: int
    left: float
    right: float


def cut(features: Floats) -> Binned:
    """Bins for every feature; one that never varies has a single bin.

    Args:
        features: Shape (n, f).
    """
    share = np.arange(1, MOST_BINS) / MOST_BINS
    edges = []
    for column in features.T:
        found = np.unique(np.quantile(column, share))
        edges.append(found[found > column.min()])
    return Binned(tuple(edges), _codes(features, edges), np.cumsum([0, *(len(one) + 1 for one in edges)]))


def steps(binned: Binned, rows: NDArray[np.bool_], y: Floats) -> Iterator[Step]:
    """Steps without end, each the best one after those before it; it ends where no split helps.

    Args:
        binned: All rows.
        rows: Shape (n,); the rows that teach.
        y: Shape (n,); 0 or 1.
    """
    code, said = binned.code[rows], y[rows]
    where = (code + binned.starts[:-1]).ravel()
    count, width = code.shape
    bins = int(binned.starts[-1])
    row_ends = np.arange(0, count * width + 1, width)
    matrix = sparse.csr_array((np.ones(count * width), where, row_ends), (count, bins))  # type: ignore[no-untyped-call]
    is_in = matrix.T
    begins = np.repeat(binned.starts[:-1], np.diff(binned.starts))
    is_last = np.isin(np.arange(bins), binned.starts[1:] - 1)
    score = np.full(count, logit(said.mean()))
    while True:
        p = expit(score)
        slope, weight = is_in @ (said - p), is_in @ (p * (1 - p))
        left_slope, left_weight = _running(slope, begins), _running(weight, begins)
        all_slope, all_weight = float((said - p).sum()), float((p * (1 - p)).sum())
        right_slope, right_weight = all_slope - left_slope, all_weight - left_weight
        gain = left_slope**2 / (left_weight + RIDGE) + right_slope**2 / (right_weight + RIDGE)
        gain[is_last | (left_weight < LEAST_WEIGHT) | (right_weight < LEAST_WEIGHT)] = -np.inf
        best = int(np.argmax(gain))
        if gain[best] <= all_slope**2 / (all_weight + RIDGE):
            return
        feature = int(np.searchsorted(binned.starts, best, side="right")) - 1
        found = Step(
            feature,
            best - int(binned.starts[feature]),
            RATE * float(left_slope[best] / (left_weight[best] + RIDGE)),
            RATE * float(right_slope[best] / (right_weight[best] + RIDGE)),
        )
        score += np.where(code[:, feature] <= found.last_left, found.left, found.right)
        yield found


def heights(binned: Binned, taken: list[Step]) -> tuple[Floats, ...]:
    """What each bin of each feature adds to the log-odds after these steps."""
    found = tuple(np.zeros(len(edges) + 1) for edges in binned.edges)
    for step in taken:
        found[step.feature][: step.last_left + 1] += step.left
        found[step.feature][step.last_left + 1 :] += step.right
    return found


def _codes(features: Floats, edges: list[Floats]) -> NDArray[np.int64]:
    columns = [np.searchsorted(one, column, side="right") for one, column in zip(edges, features.T, strict=True)]
    return np.column_stack(columns).astype(np.int64)


def _running(value: Floats, begins: NDArray[np.int64]) -> Floats:
    """The running sum inside each feature's bins."""
    total = np.concatenate([np.zeros(1), np.cumsum(value)])
    running: Floats = total[1:] - total[begins]
    return running
