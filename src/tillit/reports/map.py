"""The journey map: where each activity and arrow stands on paper. Positions only; a template draws them.

Stages run from left to right, goals stand at the right edge, journeys that left drop out at the bottom. Width is count,
colour is waiting. What is too thin for the chosen detail is hidden, and the map says how much that is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tillit.errors import QueryError
from tillit.journeys.results import ActivityCount, Follow, Overview
from tillit.reports.labels import broken
from tillit.reports.layers import BOX_HEIGHT, BOX_WIDTH, MARGIN, Arrow, Box, Column, arrange
from tillit.reports.routes import Label, Route, place_label, route_edges
from tillit.sentences import sentence
from tillit.vocabulary import Stage

# A wait's colour: under an hour, a day, a week, 30 days, or longer. The same five everywhere, so that maps compare.
WAITING_STEPS_SECONDS = (3_600, 86_400, 7 * 86_400, 30 * 86_400)
READABLE_ACTIVITIES = 12  # at detail 0.5
FEWEST_ACTIVITIES = 4  # at detail 0
MOST_ACTIVITIES = 60  # at detail 1: beyond this a picture says less than the table
MOST_ARROWS = 300
DOOR_SHARE = 0.2  # of a goal's arrivals; at most five steps have that much
THICKEST = 14  # the widest arrow; every other is in proportion, never below 1
EXIT_HEIGHT = 30
# Ending in one of these is not leaving: the customer has what was wanted.
AFTER_THE_DECISION = frozenset({Stage.RECEIVE, Stage.USE, Stage.STAY})


@dataclass(frozen=True, slots=True)
class MapNode:
    """One activity as a box; `lines` is its name broken to fit (at most two lines)."""

    activity: str
    lines: tuple[str, ...]
    stage: Stage | None
    goal: bool
    events: int
    persons: int
    journeys: int
    starts: int  # journeys that began here
    ends: int  # journeys that ended here
    left: int  # of those, the ones that left: neither at a goal nor after the decision
    repeats: int  # times it followed itself; not drawn as an arrow
    start_width: int  # of the stub at the left side; 0 = no journey began here
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class MapEdge:
    """One arrow; `path` is an SVG path from source to target, the label stands at (label_x, label_y) or nowhere."""

    source: str
    target: str
    count: int
    persons: int
    p50_seconds: float
    p90_seconds: float
    width: int
    waiting: int  # 0–4, the interval of WAITING_STEPS_SECONDS that the median falls in
    backward: bool  # points to an earlier column
    path: str
    label_x: int | None
    label_y: int | None


@dataclass(frozen=True, slots=True)
class MapExit:
    """Where journeys of one activity leave: a line down to the strip below its column."""

    activity: str
    journeys: int
    width: int
    path: str


@dataclass(frozen=True, slots=True)
class MapColumn:
    """A stage's column; `stage` None where activities have no stage; `left` journeys left from its activities."""

    stage: Stage | None
    goal: bool
    left: int
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Hidden:
    """What the chosen detail leaves out. Shown plus hidden is the whole, for each of the three."""

    activities: int
    events: int  # events of hidden activities
    arrows: int
    follows: int  # pairs counted by hidden arrows
    ends: int  # journeys ending in hidden activities


@dataclass(frozen=True, slots=True)
class JourneyMap:
    width: int
    height: int
    exit_y: int  # top of the strip at the bottom
    exit_height: int
    columns: tuple[MapColumn, ...]
    nodes: tuple[MapNode, ...]  # left to right, top to bottom
    edges: tuple[MapEdge, ...]  # thinnest first, so that the thickest is drawn on top
    exits: tuple[MapExit, ...]
    hidden: Hidden


def journey_map(
    overview: Overview, *, stage_of: Mapping[str, Stage], goals: Collection[str] = (), detail: float = 0.5
) -> JourneyMap:
    """Lay out the directly-follows graph of `overview`.

    The same arguments always give the same positions. Activities without a stage stand where their arrows put them.

    Args:
        stage_of: The stage of each activity that has one (`StageRules.stage_of`).
        goals: Activities that stand at the right edge; shown at every detail, with the steps they are mostly reached
            from.
        detail: 0 shows the four most common activities, 0.5 twelve, 1 all (at most `MOST_ACTIVITIES`).

    Raises:
        QueryError: `detail` is outside 0 to 1.
    """
    if not 0 <= detail <= 1:
        raise QueryError(
            sentence("The map's detail is {detail}; it goes from 0 (the main way) to 1 (everything).", detail=detail)
        )
    shown = _shown_activities(overview, frozenset(goals), detail)
    between = [f for f in overview.follows if f.source in shown and f.target in shown]
    drawn = _shown_follows([f for f in between if f.source != f.target], detail)
    weights = {(f.source, f.target): f.count for f in drawn}
    layout = arrange(
        {name: -count.journeys for name, count in shown.items()},
        weights,
        stage_of=stage_of,
        goals=frozenset(goals),
    )
    return _draw(overview, shown, between, drawn, layout.columns, layout.boxes, route_edges(layout, weights), stage_of)


def _shown_activities(overview: Overview, goals: frozenset[str], detail: float) -> dict[str, ActivityCount]:
    activities = overview.activities
    if detail <= 0.5:
        room = round(FEWEST_ACTIVITIES + (READABLE_ACTIVITIES - FEWEST_ACTIVITIES) * detail * 2)
    else:
        most = min(max(len(activities), READABLE_ACTIVITIES), MOST_ACTIVITIES)
        room = round(READABLE_ACTIVITIES + (most - READABLE_ACTIVITIES) * (detail * 2 - 1))
    # By journeys, not events: a page opened thirty times by one customer is not a common step.
    doors = _doors(overview.follows, goals)
    by_size = sorted(activities, key=lambda a: (a.name not in goals, a.name not in doors, -a.journeys, a.name))
    return {activity.name: activity for activity in by_size[:room]}


def _doors(follows: Sequence[Follow], goals: frozenset[str]) -> frozenset[str]:
    """The steps that a goal is mostly reached from: without them the map's main way seems to stop short of it."""
    into = [f for f in follows if f.target in goals and f.source not in goals]
    arrivals = Counter[str]()
    for follow in into:
        arrivals[follow.target] += follow.count
    return frozenset(f.source for f in into if f.count >= DOOR_SHARE * arrivals[f.target])


def _shown_follows(follows: list[Follow], detail: float) -> list[Follow]:
    """The most common arrows up to a share of all pairs, and each activity's strongest arrow in and out."""
    by_size = sorted(follows, key=lambda f: (-f.count, f.source, f.target))
    wanted = sum(f.count for f in by_size) * (0.4 + 0.6 * detail)
    shown: list[Follow] = []
    covered, left_from, came_to = 0, set[str](), set[str]()
    for follow in by_size[:MOST_ARROWS]:
        if covered < wanted or follow.source not in left_from or follow.target not in came_to:
            shown.append(follow)
            covered += follow.count
            left_from.add(follow.source)
            came_to.add(follow.target)
    return shown


def _draw(
    overview: Overview,
    shown: Mapping[str, ActivityCount],
    between: list[Follow],
    drawn: list[Follow],
    columns: tuple[Column, ...],
    boxes: Mapping[str, Box],
    routes: Mapping[Arrow, Route],
    stage_of: Mapping[str, Stage],
) -> JourneyMap:
    goals = frozenset(name for column in columns if column.goal for name in column.names)
    ends = {end.activity: end.journeys for end in overview.ends}
    starts = {start.activity: start.journeys for start in overview.starts}
    repeats = {f.source: f.count for f in between if f.source == f.target}
    left = {
        name: 0 if name in goals or stage_of.get(name) in AFTER_THE_DECISION else ends.get(name, 0) for name in shown
    }
    widest = max([f.count for f in drawn] + [*starts.values(), *left.values(), 1])
    exit_y = max((box.y for box in boxes.values()), default=0) + BOX_HEIGHT + 36

    nodes = tuple(
        MapNode(
            activity=name,
            lines=broken(name),
            stage=stage_of.get(name),
            goal=name in goals,
            events=shown[name].events,
            persons=shown[name].persons,
            journeys=shown[name].journeys,
            starts=starts.get(name, 0),
            ends=ends.get(name, 0),
            left=left[name],
            repeats=repeats.get(name, 0),
            start_width=_thickness(starts[name], widest) if starts.get(name) else 0,
            x=box.x,
            y=box.y,
            width=BOX_WIDTH,
            height=BOX_HEIGHT,
        )
        for name, box in sorted(boxes.items(), key=lambda item: (item[1].x, item[1].y))
    )
    labels = _labels(drawn, routes, boxes)
    edges = tuple(
        MapEdge(
            source=f.source,
            target=f.target,
            count=f.count,
            persons=f.persons,
            p50_seconds=f.p50_seconds,
            p90_seconds=f.p90_seconds,
            width=_thickness(f.count, widest),
            waiting=sum(f.p50_seconds >= step for step in WAITING_STEPS_SECONDS),
            backward=routes[f.source, f.target].backward,
            path=routes[f.source, f.target].path,
            label_x=label.x if (label := labels.get((f.source, f.target))) else None,
            label_y=label.y if label else None,
        )
        for f in reversed(drawn)
    )
    exits = tuple(
        MapExit(node.activity, node.left, _thickness(node.left, widest), _exit_path(node, exit_y))
        for node in nodes
        if node.left
    )
    return JourneyMap(
        width=max((*(column.x + column.width for column in columns), *_reaches(routes, labels)), default=0) + MARGIN,
        height=exit_y + EXIT_HEIGHT + 8,
        exit_y=exit_y,
        exit_height=EXIT_HEIGHT,
        columns=tuple(
            MapColumn(column.stage, column.goal, sum(left[name] for name in column.names), column.x, column.width)
            for column in columns
        ),
        nodes=nodes,
        edges=edges,
        exits=exits,
        hidden=_hidden(overview, shown, drawn, repeats),
    )


def _hidden(
    overview: Overview, shown: Mapping[str, ActivityCount], drawn: list[Follow], repeats: Mapping[str, int]
) -> Hidden:
    return Hidden(
        activities=len(overview.activities) - len(shown),
        events=sum(a.events for a in overview.activities if a.name not in shown),
        arrows=len(overview.follows) - len(drawn) - len(repeats),
        follows=sum(f.count for f in overview.follows) - sum(f.count for f in drawn) - sum(repeats.values()),
        ends=sum(end.journeys for end in overview.ends if end.activity not in shown),
    )


def _labels(drawn: list[Follow], routes: Mapping[Arrow, Route], boxes: Mapping[str, Box]) -> dict[Arrow, Label]:
    """Where each count can stand without covering a box or another count; the most common arrow chooses first."""
    labels: dict[Arrow, Label] = {}
    for follow in drawn:
        route = routes[follow.source, follow.target]
        label = place_label(route, f"{follow.count:,}", boxes.values(), labels.values())
        if label:
            labels[follow.source, follow.target] = label
    return labels


def _reaches(routes: Mapping[Arrow, Route], labels: Mapping[Arrow, Label]) -> Iterator[int]:
    """How far to the right arrows and their counts go; an arrow inside the last column goes beyond it."""
    yield from (point[0] for route in routes.values() for curve in route.curves for point in curve)
    yield from (label.x + label.half_width for label in labels.values())


def _thickness(count: int, widest: int) -> int:
    return max(1, round(THICKEST * count / widest))


def _exit_path(node: MapNode, exit_y: int) -> str:
    """From the box's lower left corner into the lane beside its column and down to the strip."""
    lane, bottom = node.x - 10, node.y + node.height
    return f"M {node.x + 12} {bottom} C {node.x + 12} {bottom + 10} {lane} {bottom + 4} {lane} {bottom + 16} V {exit_y}"
