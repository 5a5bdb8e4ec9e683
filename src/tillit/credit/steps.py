"""Paths as steps of a chain: each touch is a step to its name, from what was met last before it.

A chain of order k remembers the last k touches; at the beginning of a path it has fewer. What is remembered is a
number: each touch is a digit (its code + 1), the latest the highest, and 0 means that nothing came before.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tillit.credit.paths import Indices, Paths
from tillit.journeys.stretches import Codes

HALF = 31  # bits: where these are enough, all numbers take half of the memory


def digit_bits(paths: Paths) -> int:
    """The bits of one digit."""
    return len(paths.names).bit_length()


def last_touches(paths: Paths, length: int, *, begin: int = 0, end: int | None = None) -> Codes:
    """Each touch and those before it, `length` in all, as a number; shape (touches,).

    Without its highest digit it is what a chain of order `length` - 1 remembers before the touch, without its lowest
    what it remembers after it. Without more of the lowest it is the number of a chain that remembers less.

    Args:
        paths: Their names times `length` fit into 63 bits.
        length: 1 or more.
        begin: The first path that is meant.
        end: The one after the last; None means all that follow.
    """
    bits = digit_bits(paths)
    cuts = paths.offsets[begin : None if end is None else end + 1]
    kind: type[np.integer[Any]] = np.int32 if bits * length <= HALF else np.int64
    digit = paths.codes[cuts[0] : cuts[-1]].astype(kind) + 1
    starts = (cuts[:-1] - cuts[0])[np.diff(cuts) > 0]
    number = digit
    for place in range(1, length):
        before = np.concatenate([np.zeros(1, kind), number[:-1]])[: len(number)]
        before[starts] = 0
        number = before | digit << bits * place
    return number


def remembered_at_end(paths: Paths, rows: Indices, length: int) -> Indices:
    """The last `length` touches of these paths, each of which has one, as numbers; shape (rows,)."""
    number = np.zeros(len(rows), np.int64)
    for back in range(1, length + 1):
        place = paths.offsets[rows + 1] - back
        begun = place >= paths.offsets[rows]
        number <<= digit_bits(paths)
        number[begun] |= paths.codes[place[begun]] + 1
    return number
