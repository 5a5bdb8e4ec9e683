"""Touchpoint paths of single buckets, and all of them together. Definitions: docs/methods/paths.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np

from tillit.journeys.results import Money, TouchpointPath, TouchpointPaths
from tillit.journeys.stretches import Stretches, joined
from tillit.journeys.units import Indices

Value = TypeVar("Value")


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


def combine(
    parts: Sequence[TouchpointPart], goal: str, kinds: Sequence[str], currencies: Sequence[str]
) -> TouchpointPaths:
    """All buckets together: most conversions first, then most ways without one, ties by the path.

    Args:
        goal: What the ways led to.
        kinds: The names of the touches, by code.
        currencies: By code.
    """
    parts = [*parts, nothing(len(currencies))]  # so that there is one
    place_of = np.empty(len(kinds), dtype=np.int64)
    place_of[sorted(range(len(kinds)), key=kinds.__getitem__)] = np.arange(len(kinds))
    walked = joined([part.paths for part in parts])
    path, first = Stretches(place_of[walked.codes], walked.offsets).distinct()
    conversions = _sum([part.conversions for part in parts], path, len(first))
    nulls = _sum([part.nulls for part in parts], path, len(first))
    order = np.lexsort((-nulls, -conversions))  # of equals the first by name comes first
    row = np.empty(len(first), dtype=np.int64)
    row[order] = np.arange(len(first))
    row_of_walked = row[path]
    paths = walked.take(first[order])
    cells = np.arange(len(walked.codes)) + np.repeat(paths.offsets[row_of_walked] - walked.offsets[:-1], walked.lengths)
    decay = _sum([part.decay for part in parts], cells, len(paths.codes))
    money = _money(
        _sum([part.value for part in parts], row_of_walked, len(first)),
        _sum([part.with_value for part in parts], row_of_walked, len(first)),
        currencies,
    )
    touches = [kinds[code] for code in paths.codes.tolist()]
    counts = zip(conversions[order].tolist(), nulls[order].tolist(), strict=True)
    spans = [part.span for part in parts if part.span is not None]
    return TouchpointPaths(
        goal=goal,
        conversions=int(conversions.sum()),
        nulls=int(nulls.sum()),
        paths=tuple(
            TouchpointPath(names_met, converted, none, money.get(at, ()))
            for at, (names_met, (converted, none)) in enumerate(
                zip(_tuples(touches, paths.offsets), counts, strict=True)
            )
        ),
        decay=tuple(_tuples(decay.tolist(), paths.offsets)),
        persons=_sets(parts, row_of_walked),
        first_at=min((first for first, _ in spans), default=0),
        last_at=max((last for _, last in spans), default=0),
    )


def _sum(parts: Sequence[Indices], to: Indices, size: int) -> Indices:
    """The rows of all parts added up where `to` says; shape (size, …)."""
    rows = np.concatenate(parts)
    total = np.zeros((size, *rows.shape[1:]), dtype=np.int64)
    np.add.at(total, to, rows)
    return total


def _tuples(values: list[Value], offsets: Indices) -> Iterator[tuple[Value, ...]]:
    return (tuple(values[low:high]) for low, high in pairwise(offsets.tolist()))


def _sets(parts: Sequence[TouchpointPart], row: Indices) -> tuple[tuple[tuple[tuple[int, bool], ...], int], ...]:
    """Sets of ways in order, each way its path's row and whether it converted, and how many persons have them."""
    before = np.cumsum([0, *(len(part.conversions) for part in parts)]).tolist()
    shifted = [
        Stretches(part.sets.codes + 2 * paths, part.sets.offsets) for part, paths in zip(parts, before, strict=False)
    ]
    walked = joined(shifted)
    way = row[walked.codes // 2] * 2 + walked.codes % 2
    # A person's ways in order, whichever was walked first.
    order = np.lexsort((way, np.repeat(np.arange(len(walked.lengths)), walked.lengths)))
    ways = Stretches(way[order], walked.offsets)
    number, first = ways.distinct()
    persons = _sum([part.persons for part in parts], number, len(first))
    sets = ways.take(first)
    pairs = list(zip((sets.codes // 2).tolist(), (sets.codes % 2 == 1).tolist(), strict=True))
    return tuple(zip(_tuples(pairs, sets.offsets), persons.tolist(), strict=True))


def _money(value: Indices, with_value: Indices, currencies: Sequence[str]) -> dict[int, tuple[Money, ...]]:
    """Of each path that has any, by currency."""
    by_name = sorted(range(len(currencies)), key=currencies.__getitem__)
    found: dict[int, tuple[Money, ...]] = {}
    for row, column in zip(*(axis.tolist() for axis in np.nonzero(with_value[:, by_name])), strict=True):
        code = by_name[column]
        money = Money(currencies[code], int(value[row, code]), int(with_value[row, code]))
        found[row] = (*found.get(row, ()), money)
    return found
