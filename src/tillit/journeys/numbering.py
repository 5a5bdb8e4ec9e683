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
    order, ordered = in_order(values)
    begins = runs(ordered)
    number = np.empty(len(values), np.int64)
    number[order] = np.repeat(np.arange(len(begins), dtype=np.int32), np.diff(begins, append=len(values)))
    return ordered[begins], number


def in_order(values: NDArray[np.integer[Any]]) -> tuple[Indices, Indices]:
    """Where the values stand in their order, equal ones as they came, and the values so ordered; as of `numbered`."""
    bits = len(values).bit_length()
    if int(values.max(initial=0)).bit_length() + bits > WORD:
        order = np.argsort(values, kind="stable")
        return order, values[order].astype(np.int64)
    # Sorted together with their places: numbers alone are sorted several times quicker than places by numbers.
    packed = values.astype(np.int64, copy=False) << bits | np.arange(len(values))
    packed.sort()
    return packed & ((1 << bits) - 1), packed >> bits


def runs(values: NDArray[Any]) -> Indices:
    """Where values begin that differ from the one before them."""
    new = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=new[1:])
    return np.flatnonzero(new)


def is_last(values: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
    """Which of the values have no equal after them; `values` as of `numbered`."""
    end = int(values.max(initial=-1)) + 1
    if end <= min(MOST_MARKED, 16 * len(values)):
        places = np.arange(len(values), dtype=np.int32)
        last = np.empty(end, np.int32)
        last[values] = places  # of equals the last one written stays
        return np.asarray(last[values] == places, np.bool_)
    order, ordered = in_order(values)
    found = np.ones(len(values), np.bool_)
    found[order[:-1]] = ordered[1:] != ordered[:-1]
    return found
