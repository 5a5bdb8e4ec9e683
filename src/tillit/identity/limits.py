"""Identifiers that meet more others than one person could: a shop's tablet, info@, a switchboard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tillit.identity.links import KINDS, LinkGraph
from tillit.identity.rules import Limits

Marks = NDArray[np.bool_]
NO_LIMIT = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Excess:
    """Which identifiers are over a limit. Each array has the shape (subjects,).

    Attributes:
        over: Whether it is.
        about: The kind it meets too many of, as a place in KINDS; the worst one where there are several.
        found: How many of that kind it meets.
        most: How many it may.
    """

    over: Marks
    about: NDArray[np.int8]
    found: NDArray[np.int64]
    most: NDArray[np.int64]


def over_limits(graph: LinkGraph, limits: Limits, *, counted: Marks, spared: Marks) -> Excess:
    """Hold every identifier against its limits, all at once, so that no order decides.

    Args:
        counted: Shape (pairs,); the pairs that count.
        spared: Shape (subjects,); identifiers that no limit holds.
    """
    size = len(graph.subjects)
    excess = Excess(
        np.zeros(size, np.bool_), np.zeros(size, np.int8), np.zeros(size, np.int64), np.zeros(size, np.int64)
    )
    low, high = (graph.low, graph.high) if counted.all() else (graph.low[counted], graph.high[counted])
    table = np.full((len(KINDS) + 1, len(KINDS)), NO_LIMIT)
    for kind, inner in limits.items():
        for other, most in inner.items():
            table[KINDS.index(kind), KINDS.index(other)] = most
    degree = np.bincount(low, minlength=size) + np.bincount(high, minlength=size)
    # Few meet more in all than they may of any one kind; only those are looked at kind by kind.
    many = (degree > table.min(axis=1)[graph.kind]) & ~spared
    nodes = np.flatnonzero(many)
    place = np.full(size, -1, np.int64)
    place[nodes] = np.arange(len(nodes))
    met = np.zeros((len(nodes), len(KINDS) + 1), np.int64)
    for one, two in ((low, high), (high, low)):
        near = np.flatnonzero(many[one])
        np.add.at(met, (place[one[near]], graph.kind[two[near]]), 1)
    above = met[:, :-1] - table[graph.kind[nodes]]
    worst = np.argmax(above, axis=1)
    row = np.arange(len(nodes))
    over = np.flatnonzero(above[row, worst] > 0)
    nodes, worst = nodes[over], worst[over]
    excess.over[nodes] = True
    excess.about[nodes] = worst
    excess.found[nodes] = met[over, worst]
    excess.most[nodes] = table[graph.kind[nodes], worst]
    return excess
