"""Columns, order inside them, and coordinates: the layered drawing of a graph, deterministic and in whole numbers.

Layers are given (stages) or derived from the arrows; order by barycentre sweeps, keeping the best seen (Sugiyama,
Tagawa & Toda 1981, doi:10.1109/TSMC.1981.4308636); heights by isotonic regression, so boxes move towards their
neighbours without ever touching (pool adjacent violators).
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tillit.vocabulary import Stage

BOX_WIDTH = 132
BOX_HEIGHT = 58
COLUMN_GAP = 48
ROW_GAP = 34
LANE_HEIGHT = 14  # what an arrow takes where it passes a column
MARGIN = 28
HEADING = 34  # room for the stage's name above its column
SWEEPS = 8
TO_THE_MIDDLE = 0.1
ROWS_WITHOUT_STAGES = 3

Names = tuple[str, ...]
Arrow = tuple[str, str]
Place = str | tuple[str, str, int]  # an activity, or the lane of an arrow through a column


@dataclass(frozen=True, slots=True)
class Box:
    """The upper left corner of an activity's box; every box has the same size."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Column:
    stage: Stage | None
    goal: bool
    names: Names
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Boxes of activities, and for each arrow the heights of its lanes in the columns it passes, left to right."""

    columns: tuple[Column, ...]
    column_of: dict[str, int]
    boxes: dict[str, Box]
    lanes: dict[Arrow, tuple[int, ...]]


def arrange(
    importance: Mapping[str, int],
    weights: Mapping[Arrow, int],
    *,
    stage_of: Mapping[str, Stage],
    goals: frozenset[str],
) -> Layout:
    """Place activities in columns and rows.

    Args:
        importance: Each activity with its rank value; smaller stands higher where arrows do not decide.
        weights: Each arrow between two different activities with its count.
        stage_of: Stages of activities; those without one are placed by their arrows.
        goals: These share the last column.
    """
    keys, column_of = _columns(importance, weights, stage_of, goals)
    order = _ordered(importance, weights, column_of, len(keys))
    tops = _heights(order, weights, column_of)
    x_of = [MARGIN + index * (BOX_WIDTH + COLUMN_GAP) for index in range(len(keys))]
    columns = tuple(
        Column(
            stage,
            goal,
            tuple(place for place in order[index] if isinstance(place, str)),
            x=x_of[index],
            width=BOX_WIDTH,
        )
        for index, (stage, goal) in enumerate(keys)
    )
    return Layout(
        columns=columns,
        column_of=column_of,
        boxes={name: Box(x_of[column_of[name]], tops[name]) for name in importance},
        lanes={
            arrow: tuple(tops[*arrow, column] + LANE_HEIGHT // 2 for column in _passed(arrow, column_of))
            for arrow in weights
        },
    )


def _columns(
    importance: Mapping[str, int],
    weights: Mapping[Arrow, int],
    stage_of: Mapping[str, Stage],
    goals: frozenset[str],
) -> tuple[list[tuple[Stage | None, bool]], dict[str, int]]:
    names = sorted(name for name in importance if name not in goals)
    present = {stage_of[name] for name in names if name in stage_of}
    stages = [stage for stage in Stage if stage in present]
    fixed = {name: stages.index(stage_of[name]) for name in names if name in stage_of}
    free = [name for name in names if name not in fixed]
    keys: list[tuple[Stage | None, bool]] = [(stage, False) for stage in stages]
    column_of = dict(fixed)
    if free:
        pulled = _pulled(free, fixed, weights)
        if stages:
            # Between whole columns the nearest; a share of arrows is not worth a column of its own.
            column_of |= {name: min(max(round(pulled[name]), 0), len(stages) - 1) for name in free}
        else:
            ranked = sorted(free, key=lambda name: (round(pulled[name], 6), name))
            column_of |= {name: rank // ROWS_WITHOUT_STAGES for rank, name in enumerate(ranked)}
            keys = [(None, False)] * (max(column_of.values()) + 1)
    reached = [name for name in sorted(importance) if name in goals]
    if reached:
        column_of |= dict.fromkeys(reached, len(keys))
        keys.append((None, True))
    return keys, column_of


def _pulled(free: list[str], fixed: Mapping[str, int], weights: Mapping[Arrow, int]) -> dict[str, float]:
    """Positions of free activities, such that arrows point one column to the right on weighted average.

    Weighted least squares of (target - source - 1) with the fixed ones held, and a hair's pull to the middle, which
    decides what no arrow ties down.
    """
    index = {name: i for i, name in enumerate(free)}
    middle = (max(fixed.values(), default=0)) / 2
    scale = 1e-6 * (1 + sum(weights.values()))
    matrix = np.eye(len(free)) * scale
    wanted = np.full(len(free), middle * scale)
    for (source, target), weight in sorted(weights.items()):
        for name, other, shift in ((source, target, -1), (target, source, 1)):
            # A goal is neither free nor fixed: it says nothing about which column comes before it.
            if name not in index or (other not in index and other not in fixed):
                continue
            matrix[index[name], index[name]] += weight
            wanted[index[name]] += weight * (fixed.get(other, 0) + shift)
            if other in index:
                matrix[index[name], index[other]] -= weight
    solved = np.linalg.solve(matrix, wanted)
    return {name: float(solved[i]) for name, i in index.items()}


def _passed(arrow: Arrow, column_of: Mapping[str, int]) -> range:
    """The columns strictly between an arrow's ends."""
    low, high = sorted((column_of[arrow[0]], column_of[arrow[1]]))
    return range(low + 1, high)


def _chain(arrow: Arrow, column_of: Mapping[str, int]) -> list[Place]:
    """An arrow's places from its left end to its right end."""
    source, target = arrow
    left, right = (source, target) if column_of[source] <= column_of[target] else (target, source)
    return [left, *((source, target, column) for column in _passed(arrow, column_of)), right]


def _ordered(
    importance: Mapping[str, int], weights: Mapping[Arrow, int], column_of: Mapping[str, int], columns: int
) -> list[list[Place]]:
    order: list[list[Place]] = [[] for _ in range(columns)]
    for name in sorted(importance, key=lambda name: (importance[name], name)):
        order[column_of[name]].append(name)
    for arrow in sorted(weights):
        for column in _passed(arrow, column_of):
            order[column].append((*arrow, column))
    links = _links(weights, column_of)
    best, fewest = [list(column) for column in order], _crossings(order, links)
    for sweep in range(SWEEPS):
        rightward = sweep % 2 == 0
        for column in range(1, columns) if rightward else range(columns - 2, -1, -1):
            beside = order[column - 1 if rightward else column + 1]
            rank = {place: position for position, place in enumerate(beside)}
            order[column] = _by_barycentre(order[column], rank, links)
        crossings = _crossings(order, links)
        if crossings < fewest:
            best, fewest = [list(column) for column in order], crossings
    return best


def _links(weights: Mapping[Arrow, int], column_of: Mapping[str, int]) -> dict[Place, list[tuple[Place, int]]]:
    """For each place its neighbours in the columns beside, with weights."""
    links: dict[Place, list[tuple[Place, int]]] = {}
    for arrow, weight in sorted(weights.items()):
        if column_of[arrow[0]] == column_of[arrow[1]]:
            continue
        for left, right in pairwise(_chain(arrow, column_of)):
            links.setdefault(left, []).append((right, weight))
            links.setdefault(right, []).append((left, weight))
    return links


def _by_barycentre(
    places: Sequence[Place], rank: Mapping[Place, int], links: Mapping[Place, list[tuple[Place, int]]]
) -> list[Place]:
    centre: dict[Place, float] = {}
    for position, place in enumerate(places):
        pulls = [(rank[other], weight) for other, weight in links.get(place, []) if other in rank]
        total = sum(weight for _, weight in pulls)
        centre[place] = sum(at * weight for at, weight in pulls) / total if total else float(position)
    return sorted(places, key=centre.__getitem__)  # stable: equal centres stay as they were


def _crossings(order: Sequence[Sequence[Place]], links: Mapping[Place, list[tuple[Place, int]]]) -> int:
    crossings = 0
    for left, right in pairwise(order):
        rank = {place: position for position, place in enumerate(right)}
        seen: list[int] = []
        for place in left:
            targets = [rank[other] for other, _ in links.get(place, []) if other in rank]
            crossings += sum(len(seen) - bisect_right(seen, target) for target in targets)
            for target in targets:  # after counting: arrows of one place never cross each other
                insort(seen, target)
    return crossings


def _heights(
    order: Sequence[Sequence[Place]], weights: Mapping[Arrow, int], column_of: Mapping[str, int]
) -> dict[Place, int]:
    """The top of every place: near its neighbours, never touching the one above."""
    links = _links(weights, column_of)
    for (source, target), weight in sorted(weights.items()):
        if column_of[source] == column_of[target]:
            links.setdefault(source, []).append((target, weight))
            links.setdefault(target, []).append((source, weight))
    middle: dict[Place, float] = {}
    offsets = [_offsets(column) for column in order]
    for column, offset in zip(order, offsets, strict=True):
        half = offset[-1] / 2 if offset else 0
        middle |= {place: at - half for place, at in zip(column, offset, strict=True)}
    for _ in range(SWEEPS):
        for column, offset in zip(order, offsets, strict=True):
            wanted = []
            for place in column:
                pulls = [(middle[other], weight) for other, weight in links.get(place, [])]
                # A light pull to the middle line keeps what few arrows tie down from drifting off the page.
                total = (1 + TO_THE_MIDDLE) * sum(weight for _, weight in pulls)
                wanted.append(sum(at * weight for at, weight in pulls) / total if total else 0.0)
            settled = _isotonic([want - at for want, at in zip(wanted, offset, strict=True)])
            middle |= {place: low + at for place, low, at in zip(column, settled, offset, strict=True)}
    tops: dict[Place, int] = {}
    for column, offset in zip(order, offsets, strict=True):
        for place, at in zip(column, offset, strict=True):
            # Rounding what is left after the whole offsets keeps the order and with it every distance.
            tops[place] = round(middle[place] - at) + at - _size(place) // 2
    highest = min(tops.values(), default=0)
    return {place: top - highest + MARGIN + HEADING for place, top in tops.items()}


def _size(place: Place) -> int:
    return BOX_HEIGHT if isinstance(place, str) else LANE_HEIGHT


def _offsets(column: Sequence[Place]) -> list[int]:
    """How far below the first place's middle each place's middle must be at least."""
    offsets = [0] if column else []
    for above, below in pairwise(column):
        gap = ROW_GAP if isinstance(above, str) and isinstance(below, str) else ROW_GAP // 2
        offsets.append(offsets[-1] + _size(above) // 2 + _size(below) // 2 + gap)
    return offsets


def _isotonic(wanted: Sequence[float]) -> list[float]:
    """The never-decreasing numbers nearest to `wanted` in squares (pool adjacent violators)."""
    blocks: list[tuple[float, int]] = []
    for value in wanted:
        total, size = value, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / size:
            above, above_size = blocks.pop()
            total, size = total + above, size + above_size
        blocks.append((total, size))
    return [total / size for total, size in blocks for _ in range(size)]
