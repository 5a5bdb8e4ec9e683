"""The picture of paths: a column a step, a bar an activity, a ribbon the units that went from one to the next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from tillit.journeys.results import OTHER, STOP, PathEdge, PathNode, Paths

COLUMN = 232
BAR = 10
LABEL = 196  # room to the right of the last bar
TOP = 28
TALLEST = 320  # pixels that all units together take
LEAST_SLOT = 38  # a bar's label needs two lines, however few units the bar stands for


@dataclass(frozen=True, slots=True)
class FlowBar:
    node: PathNode
    x: float
    y: float
    height: float

    @property
    def label_x(self) -> float:
        return self.x + BAR + 6


@dataclass(frozen=True, slots=True)
class Ribbon:
    edge: PathEdge
    outline: str  # the d of an SVG path


@dataclass(frozen=True, slots=True)
class FlowPicture:
    width: float
    height: float
    bars: tuple[FlowBar, ...]
    ribbons: tuple[Ribbon, ...]
    columns: tuple[tuple[int, float], ...]  # depth and x of each column


def flow_picture(paths: Paths) -> FlowPicture:
    """Place the bars and ribbons of `paths`; forward runs to the right, backward ends at the right.

    Inside a column the largest stands on top and what stopped at the bottom, so that columns can be compared.
    """
    if not paths.nodes or not paths.units:
        return FlowPicture(0, 0, (), (), ())
    deepest = max(node.depth for node in paths.nodes)
    scale = TALLEST / paths.units
    placed: dict[tuple[int, str], FlowBar] = {}
    bottom = 0.0
    for depth in range(deepest + 1):
        column = depth if paths.forward else deepest - depth
        y = float(TOP)
        for node in _in_order(node for node in paths.nodes if node.depth == depth):
            height = max(node.units * scale, 1.0)
            placed[depth, node.activity] = FlowBar(node, float(column * COLUMN), y, height)
            y += max(height + 10, LEAST_SLOT)
        bottom = max(bottom, y)
    return FlowPicture(
        width=deepest * COLUMN + BAR + LABEL,
        height=bottom + 4,
        bars=tuple(placed.values()),
        ribbons=tuple(_ribbons(paths, placed, scale)),
        columns=tuple(
            (depth, float((depth if paths.forward else deepest - depth) * COLUMN)) for depth in range(deepest + 1)
        ),
    )


def _in_order(nodes: Iterable[PathNode]) -> list[PathNode]:
    return sorted(nodes, key=lambda node: (node.activity == STOP, node.activity == OTHER, -node.units, node.activity))


def _ribbons(paths: Paths, placed: dict[tuple[int, str], FlowBar], scale: float) -> Iterable[Ribbon]:
    """Ribbons leave and reach each bar in the order of the bars at their other end, so that they cross least."""
    leaves: defaultdict[tuple[int, str], float] = defaultdict(float)
    reaches: defaultdict[tuple[int, str], float] = defaultdict(float)
    tops: dict[PathEdge, tuple[float, float]] = {}

    def near(edge: PathEdge) -> FlowBar:
        return placed[edge.depth, edge.source]

    def far(edge: PathEdge) -> FlowBar:
        return placed[edge.depth + 1, edge.target]

    for edge in sorted(paths.edges, key=lambda edge: (edge.depth, far(edge).y, near(edge).y)):
        tops[edge] = (near(edge).y + leaves[edge.depth, edge.source], 0.0)
        leaves[edge.depth, edge.source] += edge.units * scale
    for edge in sorted(paths.edges, key=lambda edge: (edge.depth, near(edge).y, far(edge).y)):
        tops[edge] = (tops[edge][0], far(edge).y + reaches[edge.depth + 1, edge.target])
        reaches[edge.depth + 1, edge.target] += edge.units * scale
    for edge in paths.edges:
        first, second = tops[edge]
        left, right = (near(edge), far(edge)) if paths.forward else (far(edge), near(edge))
        left_y, right_y = (first, second) if paths.forward else (second, first)
        yield Ribbon(edge, _band(left.x + BAR, left_y, right.x, right_y, max(edge.units * scale, 1.0)))


def _band(x0: float, y0: float, x1: float, y1: float, height: float) -> str:
    middle = (x0 + x1) / 2
    return (
        f"M{x0:.1f} {y0:.1f}C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
        f"V{y1 + height:.1f}C{middle:.1f} {y1 + height:.1f} {middle:.1f} {y0 + height:.1f} {x0:.1f} {y0 + height:.1f}Z"
    )
