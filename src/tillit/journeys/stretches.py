"""Lists of codes of unlike lengths, one after another in one array: told apart, put in order, and gathered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tillit.journeys.numbering import numbered

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
        number = self._numbers()
        first = np.empty(int(number.max(initial=-1)) + 1, dtype=np.int64)
        first[number[::-1]] = np.arange(len(number))[::-1]  # of equals the last one written stays: the first
        return number, first

    def _numbers(self) -> Indices:
        """The place of each stretch among the distinct ones, in the order in which Python has tuples.

        As many codes as fit stand in one word, the first of them highest, so that one comparison decides about all. A
        code is one more there, and 0 means that the stretch is over.
        """
        bits = (int(self.codes.max(initial=0)) + 1).bit_length()
        codes_a_word = 63 // bits
        place = np.arange(len(self.codes)) - np.repeat(self.offsets[:-1], self.lengths)
        in_word = place - place // codes_a_word * codes_a_word  # NumPy divides many numbers at once, but for remainders
        shifted = (self.codes.astype(np.int64) + 1) << (bits * (codes_a_word - 1 - in_word))
        starts = np.flatnonzero(in_word == 0)
        words = np.add.reduceat(shifted, starts) if len(starts) else shifted
        word_count = -(-self.lengths // codes_a_word)
        first_word = np.cumsum(word_count) - word_count
        number = np.zeros(len(word_count), np.int64)
        for at in range(int(word_count.max(initial=0))):
            goes_on = word_count > at
            number = _refined(number, goes_on, words[first_word[goes_on] + at])
        return number


def _refined(number: Indices, goes_on: NDArray[np.bool_], word: Indices) -> Indices:
    """Numbers told apart by one more word, where there is one; of equals so far those that are over come first."""
    different, word_number = numbered(word)
    pairs, pair = numbered(number[goes_on] * len(different) + word_number)
    before = pairs // max(len(different), 1)
    numbers = int(number.max(initial=-1)) + 1
    is_over = np.zeros(numbers, np.int64)
    is_over[number[~goes_on]] = 1
    words = np.bincount(before, minlength=numbers)
    starts = np.cumsum(is_over + words) - is_over - words
    refined = starts[number]
    within = np.arange(len(pairs)) - (np.cumsum(words) - words)[before]
    refined[goes_on] = (starts[before] + is_over[before] + within)[pair]
    return refined


def joined(parts: Sequence[Stretches]) -> Stretches:
    """The stretches of all parts, of which there is at least one, one after another."""
    lengths = np.concatenate([part.lengths for part in parts])
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    return Stretches(np.concatenate([part.codes for part in parts]), offsets)
