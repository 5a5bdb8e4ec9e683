"""Lists of codes of unlike lengths, one after another in one array: told apart, put in order, and gathered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.integer[Any]]
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Stretches:
    """Stretch i is `codes[offsets[i]:offsets[i + 1]]`; codes are from 0 up to 2³² - 1."""

    codes: Codes
    offsets: Indices

    @property
    def lengths(self) -> Indices:
        """Shape (stretches,)."""
        return np.diff(self.offsets)

    def take(self, rows: Indices) -> Stretches:
        """These stretches, in this order."""
        lengths = self.lengths[rows]
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        moved = np.repeat(self.offsets[rows] - offsets[:-1], lengths)
        return Stretches(self.codes[np.arange(len(moved)) + moved], offsets)

    def distinct(self) -> tuple[Indices, Indices]:
        """Which of the distinct ones each stretch is, and where each of those stands first; these in their order."""
        keys = self._keys()
        number_of = {key: number for number, key in enumerate(sorted(dict.fromkeys(keys)))}
        number = np.fromiter(map(number_of.__getitem__, keys), np.int64, len(keys))
        first = np.empty(len(number_of), dtype=np.int64)
        first[number[::-1]] = np.arange(len(number))[::-1]  # of equals the last one written stays: the first
        return number, first

    def order(self) -> Indices:
        """The rows in the order of the stretches, as Python orders tuples; of equals the first comes first."""
        keys = self._keys()
        return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)

    def _keys(self) -> list[bytes]:
        # High byte first: so bytes are equal, and in order, exactly where the codes are.
        raw = self.codes.astype(">u4").tobytes()
        return [raw[low:high] for low, high in pairwise((4 * self.offsets).tolist())]


def joined(parts: Sequence[Stretches]) -> Stretches:
    """The stretches of all parts, of which there is at least one, one after another."""
    lengths = np.concatenate([part.lengths for part in parts])
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    return Stretches(np.concatenate([part.codes for part in parts]), offsets)
