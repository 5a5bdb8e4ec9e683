"""Variants: journeys with the same activities in the same order. Definitions: docs/methods/graph.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tillit.journeys.graph import quantiles
from tillit.journeys.results import Variant, Variants
from tillit.journeys.traces import Traces
from tillit.journeys.view import View

# Two sums of 64 bits with independent odd multipliers: among a billion different variants, two share both with a
# chance below 1e-18. Fixed seeds, so that the same journeys hash alike in every bucket and every run.
_SEEDS = (0x9E3779B97F4A7C15, 0xD1B54A32D192ED03)
_PREFIX = 4  # activities that fit into one 64-bit key, 16 bits each


@dataclass(frozen=True, slots=True)
class VariantPart:
    """One bucket's variants, ascending by hash. `sequences[i]` are the codes of variant i, flattened by `offsets`."""

    hashes: NDArray[np.uint64]  # shape (variants, 2)
    journeys: NDArray[np.int64]
    persons: NDArray[np.int64]
    lengths: NDArray[np.int64]  # microseconds of each journey, variant by variant
    sequences: NDArray[np.int32]
    offsets: NDArray[np.int64]


def variants(view: View, *, limit: int = 20) -> Variants:
    """The most frequent variants of a view's journeys; journeys and variants are counted in full."""
    parts = [part for part in view.map(count_variants) if len(part.journeys)]
    if not parts:
        return Variants(0, 0, ())
    hashes = np.concatenate([part.hashes for part in parts])
    _, first, variant = np.unique(_sortable(hashes), return_index=True, return_inverse=True)
    journeys = np.bincount(variant, weights=np.concatenate([part.journeys for part in parts])).astype(np.int64)
    top = _top(journeys, first, parts, view.names.activity, limit)
    return Variants(
        total_journeys=int(journeys.sum()),
        total_variants=len(journeys),
        variants=tuple(_variant(number, activities, variant, parts) for number, activities in top),
    )


def count_variants(traces: Traces) -> VariantPart:
    """Group these journeys by their activities."""
    hashes = hash_journeys(traces)
    # By hash, then in the store's order, in which one person's journeys stand together.
    order = np.lexsort((hashes[:, 1], hashes[:, 0]))
    ordered, person = hashes[order], traces.person[order]
    new = np.ones(len(order), np.bool_)
    new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    new_person = new.copy()
    new_person[1:] |= person[1:] != person[:-1]
    starts = np.flatnonzero(new)
    begins, ends = traces.offsets[:-1], traces.offsets[1:]
    lengths = (traces.occurred_at[ends - 1] - traces.occurred_at[begins])[order]
    example = order[starts]
    sizes = (ends - begins)[example]
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    rows = np.arange(offsets[-1]) + np.repeat(begins[example] - offsets[:-1], sizes)
    return VariantPart(
        hashes=ordered[starts],
        journeys=np.diff(np.append(starts, len(order))),
        persons=np.add.reduceat(new_person, starts, dtype=np.int64) if len(starts) else starts,
        lengths=lengths,
        sequences=traces.activity[rows],
        offsets=offsets,
    )


def hash_journeys(traces: Traces) -> NDArray[np.uint64]:
    """Shape (journeys, 2): 128 bits of each journey's activities in order, alike exactly for like journeys."""
    sizes = np.diff(traces.offsets)
    if not len(sizes):
        return np.zeros((0, 2), np.uint64)
    position = np.arange(traces.events) - np.repeat(traces.offsets[:-1], sizes)
    columns = []
    for seed in _SEEDS:
        by_activity = _scrambled(np.arange(int(traces.activity.max()) + 1), seed)
        by_position = _scrambled(np.arange(int(sizes.max())), seed ^ 0xFFFF) | np.uint64(1)
        terms = by_activity[traces.activity] * by_position[position]
        columns.append(np.add.reduceat(terms, traces.offsets[:-1]))
    return np.stack(columns, axis=1)


def _scrambled(numbers: NDArray[np.int64], seed: int) -> NDArray[np.uint64]:
    """A fixed, well-spread 64-bit word for each number. Source: the finaliser of SplitMix64, Steele et al. (2014)."""
    word = (numbers.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(seed)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    scrambled: NDArray[np.uint64] = word ^ (word >> np.uint64(31))
    return scrambled


def _sortable(hashes: NDArray[np.uint64]) -> NDArray[np.void]:
    """The two words of each hash as one value that compares as a whole."""
    sortable: NDArray[np.void] = np.ascontiguousarray(hashes).view([("high", np.uint64), ("low", np.uint64)])[:, 0]
    return sortable


def _top(
    journeys: NDArray[np.int64],
    first: NDArray[np.int64],
    parts: Sequence[VariantPart],
    names: tuple[str, ...],
    limit: int,
) -> list[tuple[int, tuple[str, ...]]]:
    """The variants with most journeys, ties by their activities' names: (number, activities)."""
    if limit >= len(journeys):
        chosen = np.arange(len(journeys))
    else:
        least = np.partition(journeys, len(journeys) - limit)[len(journeys) - limit]
        above = np.flatnonzero(journeys > least)
        tied = np.flatnonzero(journeys == least)
        # A company may have a million variants of one journey each: only those that can win are spelled out.
        chosen = np.concatenate([above, _first_by_name(tied, first, parts, names, limit - len(above))])
    spelled = [(int(number), _activities(int(first[number]), parts, names)) for number in chosen]
    return sorted(spelled, key=lambda pair: (-journeys[pair[0]], pair[1]))[:limit]


def _first_by_name(
    tied: NDArray[np.int64],
    first: NDArray[np.int64],
    parts: Sequence[VariantPart],
    names: tuple[str, ...],
    wanted: int,
) -> NDArray[np.int64]:
    """Those of the tied variants whose first activities may put them among the `wanted` first by name."""
    rank = np.empty(len(names), np.int64)
    rank[np.argsort(np.array(names))] = np.arange(1, len(names) + 1)
    key = np.concatenate([_prefix_key(part, np.minimum(rank, 0xFFFF)) for part in parts])[first[tied]]
    if wanted >= len(key):
        return tied
    possible: NDArray[np.int64] = tied[key <= np.partition(key, wanted)[wanted]]
    return possible


def _prefix_key(part: VariantPart, rank: NDArray[np.int64]) -> NDArray[np.uint64]:
    """A number per variant that ascends with the names of its first activities; 0 where it has ended."""
    sizes = np.diff(part.offsets)
    key = np.zeros(len(sizes), np.uint64)
    for place in range(_PREFIX):
        here = np.zeros(len(sizes), np.uint64)
        long_enough = sizes > place
        here[long_enough] = rank[part.sequences[part.offsets[:-1][long_enough] + place]]
        key = key << np.uint64(16) | here
    return key


def _activities(position: int, parts: Sequence[VariantPart], names: tuple[str, ...]) -> tuple[str, ...]:
    for part in parts:
        if position < len(part.journeys):
            codes = part.sequences[part.offsets[position] : part.offsets[position + 1]]
            return tuple(names[code] for code in codes)
        position -= len(part.journeys)
    raise IndexError(position)


def _variant(
    number: int, activities: tuple[str, ...], variant: NDArray[np.int64], parts: Sequence[VariantPart]
) -> Variant:
    persons, lengths, before = 0, [], 0
    for part in parts:
        here = np.flatnonzero(variant[before : before + len(part.journeys)] == number)
        before += len(part.journeys)
        for place in here:
            begin = int(part.journeys[:place].sum())
            lengths.append(part.lengths[begin : begin + int(part.journeys[place])])
            persons += int(part.persons[place])
    together = np.concatenate(lengths)
    (p50,) = quantiles(together, (0.5,))
    return Variant(activities, len(together), persons, p50)
