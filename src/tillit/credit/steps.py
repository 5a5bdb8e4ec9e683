"""Paths as steps of a chain: from what was met last to what was met next, or to the end.

A chain of order k remembers the last k touches; at the beginning of a path it has fewer. Contexts are numbers: each
touch is a digit (its code + 1), the latest the lowest, 0 means that nothing came before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tillit.credit.paths import Indices, Paths


@dataclass(frozen=True, slots=True)
class Steps:
    """All steps of all paths that have a touch, path after path; each path's last one leads to its end.

    Attributes:
        order: How many touches a context remembers.
        base: Number of names + 1.
        path: Shape (steps,); the path of each step.
        context: Shape (steps,); where it starts.
        next: Shape (steps,); the code of the name it leads to, or the number of names for the end.
    """

    order: int
    base: int
    path: Indices
    context: Indices
    next: Indices

    @property
    def is_end(self) -> NDArray[np.bool_]:
        """Shape (steps,); whether the step leads to the path's end."""
        return np.asarray(self.next == self.base - 1)


def steps_of(paths: Paths, order: int, *, begin: int = 0, end: int | None = None) -> Steps:
    """The steps of a chain of this order, 0 or more; of the paths from `begin` to before `end` only."""
    base = len(paths.names) + 1
    end = len(paths.lengths) if end is None else end
    touched = begin + np.flatnonzero(paths.lengths[begin:end])
    lengths = paths.lengths[touched] + 1
    path = np.repeat(touched, lengths)
    starts = np.cumsum(lengths) - lengths
    place = np.arange(len(path)) - np.repeat(starts, lengths)
    leads_on = np.ones(len(path), dtype=np.bool_)
    leads_on[starts + lengths - 1] = False
    digits = np.full(len(path), base - 1, dtype=np.int64)
    digits[leads_on] = paths.codes[paths.offsets[begin] : paths.offsets[end]]
    context = np.zeros(len(path), dtype=np.int64)
    for back in range(1, order + 1):
        # Rows shifted as a whole, and other paths' taken out by a factor of 0, cost less than gathering the right ones.
        context[back:] += (digits[:-back] + 1) * (place[back:] >= back) * base ** (back - 1)
    return Steps(order, base, path, context, digits)
