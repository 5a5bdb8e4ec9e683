"""What units did next after an activity, or before it, step by step to any depth.

Forward from the first time a unit did it, backward from the last: then "came to B some time after A" on a path is the
same units as the funnel from A to B without windows. See docs/methods/paths.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tillit.errors import QueryError
from tillit.journeys.results import OTHER, STOP, PathEdge, PathNode, Paths
from tillit.journeys.traces import Codes, Names, Traces
from tillit.journeys.units import Indices, unit_of_event, unit_of_journey
from tillit.journeys.view import View, activity_code
from tillit.sentences import sentence
from tillit.vocabulary import Unit

STOPPED = -1  # the code of results.STOP
FOLDED = -2  # the code of results.OTHER
DEEPEST = 100


@dataclass(frozen=True, slots=True)
class PathSpec:
    """Paths as they were asked for.

    Attributes:
        anchor: Where they start (forward) or end (backward).
        depth: How many steps from the anchor.
        min_units: At each depth, activities with fewer units are folded into one node "other".
    """

    anchor: str
    forward: bool = True
    depth: int = 5
    unit: Unit = Unit.PERSON
    min_units: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.depth <= DEEPEST:
            raise QueryError(
                sentence("A path of depth {depth} cannot be drawn; choose 1 to {most}.", depth=self.depth, most=DEEPEST)
            )


@dataclass(frozen=True, slots=True)
class CodedPaths:
    """Paths in a store's codes."""

    anchor: int
    forward: bool
    depth: int
    unit: Unit
    activities: int


@dataclass(frozen=True, slots=True)
class Walks:
    """The path of each unit that has the anchor.

    Attributes:
        unit: Shape (walks,), increasing.
        anchor: Shape (walks,); the row of the anchor's event.
        codes: Shape (walks, depth + 1); column 0 is the anchor, `STOPPED` fills up what is not there.
    """

    unit: Indices
    anchor: Indices
    codes: Codes


@dataclass(frozen=True, slots=True)
class PathPart:
    """For each depth: pairs of codes as one number (`_pair`), increasing, and how many units made each."""

    units: int
    pairs: tuple[Indices, ...]
    counts: tuple[Indices, ...]


def coded(spec: PathSpec, names: Names) -> CodedPaths:
    """The paths in the codes of `names`.

    Raises:
        QueryError: The anchor never happens.
    """
    return CodedPaths(activity_code(names, spec.anchor), spec.forward, spec.depth, spec.unit, len(names.activity))


def walks(traces: Traces, paths: CodedPaths) -> Walks:
    """The activities after (or before) each unit's anchor: its first when looking forward, its last backward."""
    units = unit_of_event(traces, unit_of_journey(traces, paths.unit))
    anchors = np.flatnonzero(traces.activity == paths.anchor)
    at_border = units[anchors][1:] != units[anchors][:-1]
    if paths.forward:
        anchors = anchors[np.append(True, at_border)[: len(anchors)]]
    else:
        anchors = anchors[np.append(at_border, True)[: len(anchors)]]
    codes = np.full((len(anchors), paths.depth + 1), STOPPED, dtype=np.int32)
    codes[:, 0] = paths.anchor
    for depth in range(1, paths.depth + 1):
        place = anchors + (depth if paths.forward else -depth)
        inside = np.flatnonzero((place >= 0) & (place < traces.events))
        inside = inside[units[place[inside]] == units[anchors[inside]]]
        if not len(inside):
            break
        codes[inside, depth] = traces.activity[place[inside]]
    return Walks(units[anchors], anchors, codes)


def _pair(source: NDArray[np.int32], target: NDArray[np.int32], activities: int) -> Indices:
    return (source.astype(np.int64) + 1) * (activities + 1) + target + 1


def path_part(traces: Traces, paths: CodedPaths) -> PathPart:
    """One bucket's steps at each depth."""
    codes = walks(traces, paths).codes
    found = [
        np.unique(_pair(codes[:, depth], codes[:, depth + 1], paths.activities), return_counts=True)
        for depth in range(paths.depth)
    ]
    return PathPart(len(codes), tuple(pairs for pairs, _ in found), tuple(counts for _, counts in found))


def combine(parts: Sequence[PathPart], spec: PathSpec, names: Names) -> Paths:
    """The paths of all buckets together, thin activities folded, empty depths at the end left out."""
    units = sum(part.units for part in parts)
    name_of = {STOPPED: STOP, FOLDED: OTHER} | dict(enumerate(names.activity))
    anchor = names.activity.index(spec.anchor)
    nodes = [PathNode(0, spec.anchor, units)] if units else []
    edges: list[PathEdge] = []
    kept = {anchor}
    for depth in range(spec.depth):
        steps = _steps(parts, depth, len(names.activity))
        if all(source == STOPPED for source, _ in steps):
            break  # everybody has stopped: nothing new to say
        reached: dict[int, int] = {}
        for (_, target), count in steps.items():
            reached[target] = reached.get(target, 0) + count
        thick = {code for code, count in reached.items() if code == STOPPED or count >= spec.min_units}
        shown: dict[int, int] = {}
        between: dict[tuple[int, int], int] = {}
        for (source, target), count in steps.items():
            to = target if target in thick else FOLDED
            shown[to] = shown.get(to, 0) + count
            if source != STOPPED:
                step = (source if source in kept else FOLDED, to)
                between[step] = between.get(step, 0) + count
        nodes += sorted(
            (PathNode(depth + 1, name_of[code], count) for code, count in shown.items()),
            key=lambda node: (-node.units, node.activity),
        )
        edges += sorted(
            (PathEdge(depth, name_of[source], name_of[to], count) for (source, to), count in between.items()),
            key=lambda edge: (-edge.units, edge.source, edge.target),
        )
        kept = thick
    return Paths(spec.anchor, spec.forward, spec.unit, units, tuple(nodes), tuple(edges))


def _steps(parts: Sequence[PathPart], depth: int, activities: int) -> dict[tuple[int, int], int]:
    steps: dict[tuple[int, int], int] = {}
    for part in parts:
        for pair, count in zip(part.pairs[depth].tolist(), part.counts[depth].tolist(), strict=True):
            source, target = divmod(pair, activities + 1)
            step = (source - 1, target - 1)
            steps[step] = steps.get(step, 0) + count
    return steps


def paths(view: View, spec: PathSpec) -> Paths:
    """Where the view's units went after `spec.anchor`, or came from before it.

    Raises:
        QueryError: The anchor never happens.
    """
    kernel = partial(path_part, paths=coded(spec, view.names))
    return combine(view.map(kernel), spec, view.names)
