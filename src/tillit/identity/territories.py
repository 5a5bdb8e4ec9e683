"""Where two claim the same: everything goes to the nearest claimant, and to nobody where two are equally near.

The answer depends on the graph alone, not on an order of links: that is why it is not the first link that wins.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

NOBODY = -1  # no claimant reaches it
CONTESTED = -2  # two or more claimants are equally near

Codes = NDArray[np.int64]


def component_labels(one: Codes, other: Codes, size: int) -> Codes:
    """The component of each of `size` nodes, numbered from 0."""
    # Numbers of the size that SciPy works with: it would copy others.
    ends = (one.astype(np.int32), other.astype(np.int32)) if size <= np.iinfo(np.int32).max else (one, other)
    matrix: Any = coo_array((np.ones(len(one)), ends), shape=(size, size))  # type: ignore[no-untyped-call]
    labels: Codes = connected_components(matrix, directed=False)[1].astype(np.int64)
    return labels


def owners(one: Codes, other: Codes, claimant: Codes) -> Codes:
    """To which claimant each node belongs where a component has several.

    Args:
        one, other: Shape (edges,); the nodes at the ends of each edge.
        claimant: Shape (nodes,); the claimant that a node is, or is part of, or NOBODY.

    Returns:
        Shape (nodes,); a claimant, CONTESTED, or NOBODY. In a component with one claimant or none every node is
        NOBODY's: there is nothing to decide. A contested node passes no claim on.
    """
    owner = np.full(len(claimant), NOBODY, np.int64)
    disputed = _disputed(one, other, claimant)
    nodes = np.flatnonzero(disputed)
    if not len(nodes):
        return owner
    place = np.full(len(claimant), -1, np.int64)
    place[nodes] = np.arange(len(nodes))
    inside = disputed[one]
    owner[nodes] = _nearest(place[one[inside]], place[other[inside]], claimant[nodes])
    return owner


def _disputed(one: Codes, other: Codes, claimant: Codes) -> NDArray[np.bool_]:
    """Nodes of components with more than one claimant."""
    label = component_labels(one, other, len(claimant))
    claims = np.flatnonzero(claimant != NOBODY)
    low = np.full(len(claimant), np.iinfo(np.int64).max)
    high = np.full(len(claimant), -1, np.int64)
    np.minimum.at(low, label[claims], claimant[claims])
    np.maximum.at(high, label[claims], claimant[claims])
    several: NDArray[np.bool_] = (high > low)[label]
    return several


def _nearest(one: Codes, other: Codes, claimant: Codes) -> Codes:
    """Breadth first from all claimants at once, a round for each step of distance."""
    begin, neighbours = _adjacency(one, other, len(claimant))
    owner = claimant.copy()
    frontier = np.flatnonzero(owner >= 0)
    while len(frontier):
        counts = begin[frontier + 1] - begin[frontier]
        ends = np.cumsum(counts)
        reached = neighbours[np.repeat(begin[frontier] - (ends - counts), counts) + np.arange(ends[-1])]
        claims = np.repeat(owner[frontier], counts)
        new = owner[reached] == NOBODY
        reached, claims = reached[new], claims[new]
        order = np.argsort(reached, kind="stable")
        reached, claims = reached[order], claims[order]
        firsts = np.flatnonzero(np.concatenate([np.ones(1, np.bool_), reached[1:] != reached[:-1]])[: len(reached)])
        if not len(firsts):
            break
        low, high = np.minimum.reduceat(claims, firsts), np.maximum.reduceat(claims, firsts)
        owner[reached[firsts]] = np.where(low == high, low, CONTESTED)
        frontier = reached[firsts][low == high]
    return owner


def _adjacency(one: Codes, other: Codes, size: int) -> tuple[Codes, Codes]:
    """Neighbours of node i: `neighbours[begin[i]:begin[i + 1]]`."""
    sources, targets = np.concatenate([one, other]), np.concatenate([other, one])
    begin = np.zeros(size + 1, np.int64)
    np.cumsum(np.bincount(sources, minlength=size), out=begin[1:])
    return begin, targets[np.argsort(sources, kind="stable")]
