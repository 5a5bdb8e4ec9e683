"""Identifiers that meet more others than one person could: a shop's tablet, info@, a switchboard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tillit.identity.links import KINDS, LinkGraph
from tillit.identity.rules import Limits

Marks = NDArray[np.bool_]


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
    low, high = graph.low[counted], graph.high[counted]
    for about, other in enumerate(KINDS):
        limit = np.full(len(KINDS) + 1, np.iinfo(np.int64).max)
        for place, kind in enumerate(KINDS):
            limit[place] = limits.get(kind, {}).get(other, limit[place])
        met = np.bincount(low[graph.kind[high] == about], minlength=size)
        met += np.bincount(high[graph.kind[low] == about], minlength=size)
        most = limit[graph.kind]
        worse = (met > most) & ~spared & (met - most > excess.found - excess.most)
        excess.over[worse] = True
        excess.about[worse], excess.found[worse], excess.most[worse] = about, met[worse], most[worse]
    return excess
