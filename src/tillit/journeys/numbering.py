"""Values told apart and numbered in their order: what `np.unique` answers, several times quicker for many numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]

MOST_MARKED = 10_000_000  # bytes, and eight times as many for the numbers
WORD = 63  # bits of a number that is not negative


def numbered(values: NDArray[np.integer[Any]]) -> tuple[Indices, Indices]:
    """The distinct values in order, and which of them each value is.

    Args:
        values: Shape (n,); 0 or more.
    """
    end = int(values.max(initial=-1)) + 1
    if end <= min(MOST_MARKED, 8 * len(values)):
        # A mark for every value there could be: to sort millions takes five times as long.
        seen = np.zeros(end, np.bool_)
        seen[values] = True
        distinct, place = np.flatnonzero(seen), np.empty(end, np.int64)
        place[distinct] = np.arange(len(distinct))
        return distinct, place[values]
    bits = len(values).bit_length()
    if end.bit_length() + bits <= WORD:
        # Sorted together with their places: numbers alone are sorted several times quicker than places by numbers.
        packed = values.astype(np.int64, copy=False) << bits | np.arange(len(values))
        packed.sort()
        order, ordered = packed & ((1 << bits) - 1), packed >> bits
    else:
        order = np.argsort(values)
        ordered = values[order].astype(np.int64)
    new = np.ones(len(values), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    number = np.empty(len(values), np.int64)
    number[order] = np.cumsum(new, dtype=np.int32) - 1
    return ordered[new], number


def last_of_each(values: Indices) -> Indices:
    """Where each of the distinct values stands last, these in their order; `values` as of `numbered`."""
    end = int(values.max(initial=-1)) + 1
    if end <= min(MOST_MARKED, 16 * len(values)):
        last = np.full(end, -1, np.int32)
        last[values] = np.arange(len(values), dtype=np.int32)  # of equals the last one written stays
        return last[np.flatnonzero(last >= 0)].astype(np.int64)
    distinct, number = numbered(values)
    found = np.empty(len(distinct), np.int64)
    found[number] = np.arange(len(values))
    return found
