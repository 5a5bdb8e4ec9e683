"""Arrows of the journey map as SVG paths, and where their counts can be written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tillit.reports.layers import BOX_HEIGHT, BOX_WIDTH, COLUMN_GAP, Arrow, Box, Layout

Point = tuple[int, int]
Curve = tuple[Point, Point, Point, Point]  # a cubic Bézier: start, two handles, end

DIGIT_WIDTH = 8
LABEL_HEIGHT = 16
ARROW_HEAD = 7  # the path stops short of the box, so that the head's tip touches it


@dataclass(frozen=True, slots=True)
class Route:
    path: str
    curves: tuple[Curve, ...]
    backward: bool


@dataclass(frozen=True, slots=True)
class Label:
    """The middle of a count, and half its width."""

    x: int
    y: int
    half_width: int


def route_edges(layout: Layout, weights: Mapping[Arrow, int]) -> dict[Arrow, Route]:
    """One path for each arrow; arrows at one side of a box leave it spread out, in the order of their other ends."""
    ports = _ports(layout, weights)
    routes: dict[Arrow, Route] = {}
    for arrow in weights:
        source, target = arrow
        from_column, to_column = layout.column_of[source], layout.column_of[target]
        if _neighbours(layout, arrow):
            curves: tuple[Curve, ...] = (_upright(layout.boxes[source], layout.boxes[target]),)
            routes[arrow] = Route(_svg(curves), curves, backward=False)
            continue
        start = (_side_x(layout.boxes[source], right=to_column >= from_column), ports[arrow, source])
        if from_column == to_column:
            end = (_side_x(layout.boxes[target], right=True) + ARROW_HEAD, ports[arrow, target])
            bulge = start[0] + COLUMN_GAP * 2 // 3
            curves = ((start, (bulge, start[1]), (bulge, end[1]), end),)
        else:
            rightward = to_column > from_column
            head = -ARROW_HEAD if rightward else ARROW_HEAD
            end = (_side_x(layout.boxes[target], right=not rightward) + head, ports[arrow, target])
            curves = _through(start, _lane_points(layout, arrow, rightward), end)
        routes[arrow] = Route(_svg(curves), curves, backward=to_column < from_column)
    return routes


def _side_x(box: Box, *, right: bool) -> int:
    return box.x + BOX_WIDTH if right else box.x


def _neighbours(layout: Layout, arrow: Arrow) -> bool:
    """Whether the arrow joins two boxes that stand one above the other."""
    if layout.column_of[arrow[0]] != layout.column_of[arrow[1]]:
        return False
    names = layout.columns[layout.column_of[arrow[0]]].names
    return abs(names.index(arrow[0]) - names.index(arrow[1])) == 1


def _upright(source: Box, target: Box) -> Curve:
    """Straight down right of the middle, or straight up left of it, so that the two of a pair stand apart."""
    down = target.y > source.y
    x = source.x + BOX_WIDTH * (2 if down else 1) // 3
    start = (x, source.y + (BOX_HEIGHT if down else 0))
    end = (x, target.y - ARROW_HEAD if down else target.y + BOX_HEIGHT + ARROW_HEAD)
    return _bend(start, end)


def _ports(layout: Layout, weights: Mapping[Arrow, int]) -> dict[tuple[Arrow, str], int]:
    sides: dict[tuple[str, bool], list[Arrow]] = {}
    for arrow in weights:
        if _neighbours(layout, arrow):
            continue
        for here, there in (arrow, arrow[::-1]):
            right = layout.column_of[there] >= layout.column_of[here]
            sides.setdefault((here, right), []).append(arrow)
    ports: dict[tuple[Arrow, str], int] = {}
    for (here, right), arrows in sides.items():
        arrows.sort(key=lambda arrow: (_first_height(layout, arrow, here, right=right), arrow))
        for position, arrow in enumerate(arrows):
            ports[arrow, here] = layout.boxes[here].y + (position + 1) * BOX_HEIGHT // (len(arrows) + 1)
    return ports


def _first_height(layout: Layout, arrow: Arrow, here: str, *, right: bool) -> int:
    """The height at which an arrow meets the column beside `here`."""
    lanes = layout.lanes[arrow]
    if lanes:
        return lanes[0] if right else lanes[-1]
    there = arrow[1] if arrow[0] == here else arrow[0]
    return layout.boxes[there].y + BOX_HEIGHT // 2


def _lane_points(layout: Layout, arrow: Arrow, rightward: bool) -> list[tuple[Point, Point]]:
    """Where an arrow enters and leaves each column it passes, in its own direction."""
    low = min(layout.column_of[arrow[0]], layout.column_of[arrow[1]])
    points = []
    for step, y in enumerate(layout.lanes[arrow]):
        x = layout.columns[low + 1 + step].x
        points.append(((x, y), (x + BOX_WIDTH, y)))
    return points if rightward else [(leave, enter) for enter, leave in reversed(points)]


def _through(start: Point, lanes: list[tuple[Point, Point]], end: Point) -> tuple[Curve, ...]:
    curves: list[Curve] = []
    here = start
    for enter, leave in lanes:
        curves.extend((_bend(here, enter), _bend(enter, leave)))
        here = leave
    curves.append(_bend(here, end))
    return tuple(curves)


def _bend(start: Point, end: Point) -> Curve:
    half = (end[0] - start[0]) // 2
    return (start, (start[0] + half, start[1]), (end[0] - half, end[1]), end)


def _svg(curves: tuple[Curve, ...]) -> str:
    (x, y) = curves[0][0]
    return f"M {x} {y} " + " ".join(
        f"C {one[0]} {one[1]} {two[0]} {two[1]} {end[0]} {end[1]}" for _, one, two, end in curves
    )


def place_label(route: Route, text: str, boxes: Iterable[Box], taken: Iterable[Label]) -> Label | None:
    """A spot on the arrow where `text` covers no box and no other label; None if there is no such spot."""
    half = len(text) * DIGIT_WIDTH // 2 + 2
    boxes, taken = tuple(boxes), tuple(taken)
    for share in (0.5, 0.35, 0.65, 0.2, 0.8):
        for curve in sorted(route.curves, key=lambda curve: -abs(curve[3][1] - curve[0][1])):
            label = Label(*_point(curve, share), half)
            if not any(_covers_box(label, box) for box in boxes) and not any(_touch(label, other) for other in taken):
                return label
    return None


def _point(curve: Curve, share: float) -> Point:
    rest = 1 - share
    weights = (rest**3, 3 * rest**2 * share, 3 * rest * share**2, share**3)
    x = sum(weight * point[0] for weight, point in zip(weights, curve, strict=True))
    y = sum(weight * point[1] for weight, point in zip(weights, curve, strict=True))
    return round(x), round(y)


def _covers_box(label: Label, box: Box) -> bool:
    return (
        label.x + label.half_width > box.x
        and label.x - label.half_width < box.x + BOX_WIDTH
        and label.y + LABEL_HEIGHT // 2 > box.y
        and label.y - LABEL_HEIGHT // 2 < box.y + BOX_HEIGHT
    )


def _touch(label: Label, other: Label) -> bool:
    return abs(label.x - other.x) < label.half_width + other.half_width and abs(label.y - other.y) < LABEL_HEIGHT
