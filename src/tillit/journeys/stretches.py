"""Lists of codes of unlike lengths, one after another in one array: told apart, put in order, and gathered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tillit.journeys.numbering import WORD, numbered

Codes = NDArray[np.integer[Any]]
Indices = NDArray[np.int64]

AT_ONCE = 250_000  # codes whose numbers the processor's cache holds


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
        number = self._numbers()
        first = np.empty(int(number.max(initial=-1)) + 1, dtype=np.int64)
        first[number[::-1]] = np.arange(len(number))[::-1]  # of equals the last one written stays: the first
        return number, first

    def _numbers(self) -> Indices:
        """The place of each stretch among the distinct ones, in the order in which Python has tuples.

        Several codes stand in one word, the first of them highest, so that one comparison decides about all. A code is
        one more there, and 0 means that the stretch is over. The last words are put in order first: before them, words
        are told apart by themselves and by the number of what follows, which is 0 where nothing does.
        """
        bits = (int(self.codes.max(initial=0)) + 1).bit_length()
        # A word is sorted together with its place.
        codes_a_word = max(1, (WORD - len(self.offsets).bit_length()) // bits)
        words = self._words(bits, codes_a_word)
        word_count = -(-self.lengths // codes_a_word)
        first_word = np.cumsum(word_count) - word_count
        following = np.zeros(len(word_count), np.int64)
        for at in reversed(range(int(word_count.max(initial=0)))):
            reaches = np.flatnonzero(word_count > at)
            _, word = numbered(words[first_word[reaches] + at])
            follows = following[reaches]
            _, number = numbered(word * (int(follows.max()) + 1) + follows)
            following[reaches] = number + 1
        following -= following.min(initial=1)
        return following

    def _words(self, bits: int, codes_a_word: int) -> Indices:
        """The words of all stretches, one after another; some thousand codes at once, which the cache holds."""
        found = [np.zeros(0, np.int64)]
        for begin, end in in_blocks(self.offsets):
            cuts = self.offsets[begin : end + 1]
            place = np.arange(cuts[0], cuts[-1]) - np.repeat(cuts[:-1], np.diff(cuts))
            in_word = place - place // codes_a_word * codes_a_word  # NumPy divides many at once, but for remainders
            codes = self.codes[cuts[0] : cuts[-1]].astype(np.int64) + 1
            starts = np.flatnonzero(in_word == 0)
            if len(starts):
                found.append(np.add.reduceat(codes << (bits * (codes_a_word - 1 - in_word)), starts))
        return np.concatenate(found)


def in_blocks(offsets: Indices) -> Iterator[tuple[int, int]]:
    """Blocks of about `AT_ONCE` codes: the first stretch of each and the one after its last. There is one at least."""
    bounds = np.searchsorted(offsets, np.arange(offsets[0] + AT_ONCE, offsets[-1], AT_ONCE))
    return pairwise([0, *bounds.tolist(), len(offsets) - 1])


def joined(parts: Sequence[Stretches]) -> Stretches:
    """The stretches of all parts, of which there is at least one, one after another."""
    lengths = np.concatenate([part.lengths for part in parts])
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    return Stretches(np.concatenate([part.codes for part in parts]), offsets)
