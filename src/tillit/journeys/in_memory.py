"""Events ordered in memory: what a view reads when a plain file was read directly. Nothing of it is ever written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from tillit.engine.parts import map_parts
from tillit.journeys.store import Bucket, OrderedEvents, public_pseudonym
from tillit.journeys.traces import Names

EVENTS_A_BUCKET = 500_000
# Ordering wants small shares, so that person, time and activity fit into one 64-bit word; kernels want large buckets.
EVENTS_A_SHARE = 30_000
MOST_SHARE_BITS = 8
WORD_BITS = 64
_ODD = 0x9E3779B1  # spreads persons over shares without losing any: odd numbers have an inverse modulo powers of two

Codes = NDArray[Any]
Part = TypeVar("Part")
Micros = NDArray[np.int64]


class Undecided(Exception):
    """Two different events of one person have one time, and nothing that was read says which comes first."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some events as they stand in a file. All columns have the shape (events,).

    Attributes:
        person: Numbers from 0.
        micros: Microseconds UTC.
        activity: Codes, each below 2^31.
        digits: How long the ids are; None where all are alike, or ids decide nothing.
    """

    person: NDArray[np.uint32]
    micros: Micros
    activity: NDArray[np.int32]
    digits: NDArray[np.uint8] | None


@dataclass(frozen=True, slots=True)
class _Share:
    """Whole persons, each person's events in order."""

    lengths: NDArray[np.int64]
    micros: NDArray[np.int64]
    activity: Codes


class OrderedInMemory:
    """A `Feed` over arrays; it holds activities and times alone."""

    def __init__(self, source: Path, names: Names, shares: Sequence[_Share]) -> None:
        self._names = names
        self._parts = tuple(_joined(part) for part in _parts(shares))
        first, buckets = 0, []
        for number, part in enumerate(self._parts):
            buckets.append(Bucket(source, number, first, len(part.lengths), replaced=False))
            first += len(part.lengths)
        self._buckets = tuple(buckets)

    @property
    def names(self) -> Names:
        return self._names

    @property
    def buckets(self) -> tuple[Bucket, ...]:
        return self._buckets

    @property
    def persons(self) -> int:
        return sum(bucket.persons for bucket in self._buckets)

    def map(self, work: Callable[[Bucket], Part]) -> list[Part]:
        return map_parts(work, self._buckets)

    def read(self, bucket: Bucket, columns: Collection[str]) -> OrderedEvents:
        """Raises KeyError for a column other than activity and time: whoever reads directly asks for no others."""
        part = self._parts[bucket.number]
        held: dict[str, Codes] = {"activity": part.activity.astype(np.int32), "occurred_at": part.micros}
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(part.lengths)])
        person = np.arange(bucket.first_person, bucket.first_person + bucket.persons)
        return OrderedEvents(offsets, person, {column: held[column] for column in columns}, None)

    def pseudonyms(self, persons: Collection[int]) -> dict[int, str]:
        return {person: public_pseudonym(person.to_bytes(16, "big")) for person in persons}


class Spreading:
    """Events on their way into memory: stretch by stretch they are spread over shares of whole persons.

    Stretches are small and are let go at once: fresh memory costs more than everything that is done with it.
    """

    def __init__(self, *, persons: int, events: int) -> None:
        """`persons`: all numbers are below it; `events`: about how many there will be."""
        self._person_bits = max(persons - 1, 1).bit_length()
        wanted = max(events // EVENTS_A_SHARE, 1).bit_length()
        self._share_bits = min(wanted, MOST_SHARE_BITS, self._person_bits)
        self._pieces: dict[tuple[int, int], list[Stretch]] = {}

    def add(self, place: tuple[int, int], stretch: Stretch) -> None:
        """Spread a stretch; `place` says where in the file it stands. Several threads may add at once."""
        below = self._person_bits - self._share_bits
        mixed = (stretch.person * np.uint32(_ODD)) & np.uint32((1 << self._person_bits) - 1)
        share = (mixed >> np.uint32(below)).astype(np.uint8)
        order = np.argsort(share, kind="stable")
        bounds = [0, *np.cumsum(np.bincount(share, minlength=1 << self._share_bits)).tolist()]
        # What the share's number leaves of a person's number tells persons apart inside the share.
        person = (mixed & np.uint32((1 << below) - 1))[order]
        micros, activity = stretch.micros[order], stretch.activity[order]
        digits = None if stretch.digits is None else stretch.digits[order]
        self._pieces[place] = [
            Stretch(
                person[begin:end], micros[begin:end], activity[begin:end], None if digits is None else digits[begin:end]
            )
            for begin, end in pairwise(bounds)
        ]

    def ordered(self, source: Path, names: Names, codes: Codes, *, file_order: bool) -> OrderedInMemory:
        """Put each person's events in order. Nothing can be added after.

        Args:
            source: The file they come from.
            names: What the final codes stand for.
            codes: The final code of each code that was added.
            file_order: Whether events of one person at one time stand as in the file; if ids have different lengths,
                as far as they have the same.

        Raises:
            Undecided: Two different events of one person have one time, and nothing orders them.
        """
        pieces = [self._pieces.pop(place) for place in sorted(self._pieces)]
        shares = list(zip(*pieces, strict=True)) or [()]
        del pieces
        below = self._person_bits - self._share_bits

        def order(number: int) -> _Share:
            together, shares[number] = shares[number], ()
            return _ordered(_together(together, codes), below, max(len(names.activity) - 1, 1).bit_length(), file_order)

        return OrderedInMemory(source, names, map_parts(order, range(len(shares))))


def _together(pieces: Sequence[Stretch], codes: Codes) -> Stretch:
    digits = [piece.digits for piece in pieces if piece.digits is not None]
    return Stretch(
        np.concatenate([np.zeros(0, np.uint32), *(piece.person for piece in pieces)]),
        np.concatenate([np.zeros(0, np.int64), *(piece.micros for piece in pieces)]),
        codes[np.concatenate([np.zeros(0, np.int32), *(piece.activity for piece in pieces)])],
        np.concatenate(digits) if digits else None,
    )


def _ordered(events: Stretch, person_bits: int, activity_bits: int, file_order: bool) -> _Share:
    if not len(events.person):
        return _Share(np.zeros(0, np.int64), events.micros, events.activity)
    first_at = int(events.micros.min())
    time_bits = (int(events.micros.max()) - first_at).bit_length()
    if person_bits + time_bits > WORD_BITS:
        return _fetched(events, _settled(events, file_order))
    word = (events.micros - first_at).view(np.uint64)
    word |= events.person.astype(np.uint64) << np.uint64(time_bits)
    if person_bits + time_bits + activity_bits > WORD_BITS:
        order = np.argsort(word)
        ordered = word[order]
        tied = (ordered[1:] == ordered[:-1]).any()
        return _fetched(events, _settled(events, file_order) if tied else order)
    # All there is fits into one word: sorting words is cheaper than sorting places and fetching what stands there.
    word <<= np.uint64(activity_bits)
    word |= events.activity.astype(np.uint64)
    word.sort()
    activity = (word & np.uint64((1 << activity_bits) - 1)).astype(events.activity.dtype)
    word >>= np.uint64(activity_bits)
    ties = np.flatnonzero(word[1:] == word[:-1])
    if (activity[ties + 1] != activity[ties]).any():
        return _fetched(events, _settled(events, file_order))
    lengths = _run_lengths(word >> np.uint64(time_bits))
    word &= np.uint64((1 << time_bits) - 1)
    return _Share(lengths, word.view(np.int64) + first_at, activity)


def _settled(events: Stretch, file_order: bool) -> NDArray[np.int64]:
    """By person, time, and what orders events of one person at one time."""
    order = np.lexsort((events.micros, events.person))  # leaves what is equal as in the file
    if file_order and events.digits is None:
        return order
    person, micros, activity = events.person[order], events.micros[order], events.activity[order]
    tied = (person[1:] == person[:-1]) & (micros[1:] == micros[:-1])
    undecided = tied & (activity[1:] != activity[:-1])
    if file_order and events.digits is not None and undecided.any():
        # Ids are compared as texts, in which 10 stands before 9; of one length they ascend as numbers do. One longer id
        # moves before all that is tied with it, however far from it the activity changes.
        digits = events.digits[order]
        run = np.cumsum(~tied)
        undecided &= np.isin(run, run[tied & (digits[1:] != digits[:-1])])
    if undecided.any():
        raise Undecided
    return order


def _fetched(events: Stretch, order: NDArray[np.int64]) -> _Share:
    return _Share(_run_lengths(events.person[order]), events.micros[order], events.activity[order])


def _run_lengths(persons: NDArray[np.unsignedinteger[Any]]) -> NDArray[np.int64]:
    """How many neighbouring values are alike, run by run."""
    if not len(persons):
        return np.zeros(0, np.int64)
    starts = np.flatnonzero(np.concatenate([np.ones(1, np.bool_), persons[1:] != persons[:-1]]))
    return np.diff(np.append(starts, len(persons)))


def _parts(shares: Sequence[_Share]) -> list[list[_Share]]:
    """Neighbouring shares that together have about a bucket's events."""
    parts: list[list[_Share]] = [[]]
    held = 0
    for share in shares:
        if held >= EVENTS_A_BUCKET:
            parts.append([])
            held = 0
        parts[-1].append(share)
        held += len(share.micros)
    return parts


def _joined(shares: list[_Share]) -> _Share:
    if len(shares) == 1:
        return shares[0]
    joined = [np.concatenate([getattr(share, name) for share in shares]) for name in _Share.__slots__]
    shares.clear()
    return _Share(*joined)
