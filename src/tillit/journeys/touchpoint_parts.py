"""Touchpoint paths of single buckets, and all of them together. Definitions: docs/methods/paths.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tillit.journeys.results import Money, TouchpointPath
from tillit.journeys.stretches import Stretches, joined
from tillit.journeys.units import Indices


@dataclass(frozen=True, slots=True)
class TouchpointPart:
    """One bucket's paths, who walked them, and when it all was.

    Attributes:
        paths: The distinct ones, of codes in `shown_kinds`.
        conversions, nulls: Shape (paths,).
        value, with_value: Shape (paths, currencies); minor units, and conversions with an amount.
        decay: Shape (touches,), as `paths.codes`.
        sets: Distinct ways of one person, as they were walked: twice the path, and 1 more where it converted.
        persons: Shape (sets,); how many persons have exactly these.
        span: The first and the last time; None without events.
    """

    paths: Stretches
    conversions: Indices
    nulls: Indices
    value: Indices
    with_value: Indices
    decay: Indices
    sets: Stretches
    persons: Indices
    span: tuple[int, int] | None = None


def nothing(currencies: int) -> TouchpointPart:
    """The part of a bucket without events."""
    none, no_path = np.zeros(0, np.int64), Stretches(np.zeros(0, np.int64), np.zeros(1, np.int64))
    no_value = np.zeros((0, currencies), np.int64)
    return TouchpointPart(no_path, none, none, no_value, no_value, none, no_path, none)


@dataclass(frozen=True, slots=True)
class TouchpointPaths:
    """All ways before a goal, the distinct ones in the order of their names.

    Attributes:
        names: Of the touches that were met, in alphabetical order.
        walked: The distinct paths, of codes in `names`.
        converted: Shape (paths,); goal events after each path, as `ended` of ways that led to none.
        currencies: In alphabetical order.
        value: Shape (paths, currencies); minor units of the goals after it, as `valued` how many had an amount.
        decay: Shape (touches,), as `walked.codes`; millionths of conversions when a touch's weight halves with age.
        sets: Distinct ways of one person, each twice the path and 1 more where it converted.
        persons: Shape (sets,); how many persons have exactly these.
        first_at: Of all events, microseconds UTC; 0 where there are none. As `last_at`.
    """

    goal: str
    names: tuple[str, ...]
    walked: Stretches
    converted: Indices
    ended: Indices
    currencies: tuple[str, ...]
    value: Indices
    valued: Indices
    decay: Indices
    sets: Stretches
    persons: Indices
    first_at: int
    last_at: int

    @property
    def conversions(self) -> int:
        """Goal events."""
        return int(self.converted.sum())

    @property
    def nulls(self) -> int:
        """Ways that ended without one."""
        return int(self.ended.sum())

    @property
    def paths(self) -> tuple[TouchpointPath, ...]:
        """One value for each path: most conversions first, then most ways without one, ties by the path."""
        cuts = self.walked.offsets
        return tuple(
            TouchpointPath(
                tuple(self.names[code] for code in self.walked.codes[cuts[row] : cuts[row + 1]]),
                int(self.converted[row]),
                int(self.ended[row]),
                tuple(
                    Money(self.currencies[code], int(self.value[row, code]), int(self.valued[row, code]))
                    for code in np.flatnonzero(self.valued[row])
                ),
            )
            for row in np.lexsort((-self.ended, -self.converted))
        )


def combine(
    parts: Sequence[TouchpointPart], goal: str, kinds: Sequence[str], currencies: Sequence[str]
) -> TouchpointPaths:
    """All buckets together.

    Args:
        goal: What the ways led to.
        kinds: The names of the touches, by code.
        currencies: By code.
    """
    parts = [*parts, nothing(len(currencies))]  # so that there is one
    met = np.zeros(len(kinds), np.bool_)
    for part in parts:
        met[part.paths.codes] = True
    by_name = [code for code in sorted(range(len(kinds)), key=kinds.__getitem__) if met[code]]
    place_of = np.zeros(len(kinds), dtype=np.min_scalar_type(len(kinds)))
    place_of[by_name] = np.arange(len(by_name))
    walked = joined([Stretches(place_of[part.paths.codes], part.paths.offsets) for part in parts])
    path, first = walked.distinct()
    paths = walked.take(first)
    money_by_name = sorted(range(len(currencies)), key=currencies.__getitem__)
    sets, persons = _sets(parts, path)
    spans = [part.span for part in parts if part.span is not None]
    return TouchpointPaths(
        goal=goal,
        names=tuple(kinds[code] for code in by_name),
        walked=paths,
        converted=_sum([part.conversions for part in parts], path, len(first)),
        ended=_sum([part.nulls for part in parts], path, len(first)),
        currencies=tuple(currencies[code] for code in money_by_name),
        value=_sum([part.value for part in parts], path, len(first))[:, money_by_name],
        valued=_sum([part.with_value for part in parts], path, len(first))[:, money_by_name],
        decay=_decay(parts, path, paths),
        sets=sets,
        persons=persons,
        first_at=min((first for first, _ in spans), default=0),
        last_at=max((last for _, last in spans), default=0),
    )


def _sum(parts: Sequence[Indices], to: Indices, size: int) -> Indices:
    """The rows of all parts added up where `to` says; shape (size, …)."""
    rows = np.concatenate(parts)
    total = np.zeros((size, *rows.shape[1:]), dtype=np.int64)
    np.add.at(total, to, rows)
    return total


def _decay(parts: Sequence[TouchpointPart], path: Indices, paths: Stretches) -> Indices:
    """The parts' decay added up touch by touch; `path` is the place of each of their paths among all."""
    total, before = np.zeros(len(paths.codes), dtype=np.int64), 0
    for part in parts:  # one after another: places of all their touches would take more memory than the paths
        number = path[before : before + len(part.conversions)]
        moved = np.repeat(paths.offsets[number] - part.paths.offsets[:-1], part.paths.lengths)
        total[np.arange(len(moved)) + moved] += part.decay  # a part has no path twice
        before += len(number)
    return total


def _sets(parts: Sequence[TouchpointPart], path: Indices) -> tuple[Stretches, Indices]:
    """Sets of ways in order, each way its path and whether it converted, and how many persons have them."""
    before = np.cumsum([0, *(len(part.conversions) for part in parts)]).tolist()
    shifted = [
        Stretches(part.sets.codes + 2 * paths, part.sets.offsets) for part, paths in zip(parts, before, strict=False)
    ]
    walked = joined(shifted)
    # A person's ways in order, whichever was walked first: sorted together with the place of the set they are in.
    bits = (2 * len(path)).bit_length()
    way = np.repeat(np.arange(len(walked.lengths)) << bits, walked.lengths) | path[walked.codes >> 1] << 1
    way |= walked.codes & 1
    way.sort()
    ways = Stretches(way & ((1 << bits) - 1), walked.offsets)
    number, first = ways.distinct()
    return ways.take(first), _sum([part.persons for part in parts], number, len(first))
