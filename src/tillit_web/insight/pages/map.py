"""The page of the map: the customer's way in one picture, and what stands out in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tillit.journeys.behind import Activity, Arrow, End, Start
from tillit.journeys.results import Endpoint, Follow, Overview
from tillit.reports.map import JourneyMap, MapColumn, MapEdge, MapExit, MapNode
from tillit.reports.outcomes import Outcomes
from tillit.reports.size import CASES_BELOW, NINE_OF_TEN_FROM, Size, size_of
from tillit_web.insight.links import Link
from tillit_web.insight.words import activity_label, in_lines

LABEL_WIDTH = 17
SLOW_SHOWN = 3
FOLLOWS_SHOWN = 30  # rows of the table; every one is on the map at full detail
RARE_SHARE = 0.02  # of journeys: a wait of fewer is no pattern of the whole


@dataclass(frozen=True, slots=True)
class LinkedNode:
    node: MapNode
    lines: tuple[str, ...]
    link: str
    starts_link: str
    mark: str = ""  # where the page says that it hurts here

    @property
    def middle_x(self) -> float:
        return self.node.x + self.node.width / 2

    @property
    def count_y(self) -> float:
        return self.node.y + self.node.height - 9

    @property
    def lines_at(self) -> tuple[tuple[str, float], ...]:
        """Each line of the name with its height; one line stands lower, so that the box looks filled."""
        first = self.node.y + (26 if len(self.lines) == 1 else 18)
        return tuple((line, first + 14 * place) for place, line in enumerate(self.lines))


@dataclass(frozen=True, slots=True)
class LinkedEdge:
    edge: MapEdge
    link: str

    @property
    def tells_waits(self) -> bool:
        return self.edge.count >= NINE_OF_TEN_FROM


@dataclass(frozen=True, slots=True)
class LinkedExit:
    exit: MapExit
    link: str


@dataclass(frozen=True, slots=True)
class LinkedFollow:
    follow: Follow
    link: str


@dataclass(frozen=True, slots=True)
class ActivityRow:
    name: str
    events: int
    persons: int
    journeys: int
    starts: int
    ends: int
    link: str
    starts_link: str
    ends_link: str


@dataclass(frozen=True, slots=True)
class MapPage:
    overview: Overview
    map: JourneyMap
    size: Size
    columns: tuple[MapColumn, ...]
    nodes: tuple[LinkedNode, ...]
    edges: tuple[LinkedEdge, ...]
    exits: tuple[LinkedExit, ...]
    activities: tuple[ActivityRow, ...]
    follows: tuple[LinkedFollow, ...]
    slowest: tuple[LinkedFollow, ...]
    outcomes: Outcomes

    @property
    def follows_shown(self) -> tuple[LinkedFollow, ...]:
        return self.follows[:FOLLOWS_SHOWN]

    @property
    def follows_more(self) -> int:
        return len(self.follows) - len(self.follows_shown)


def map_page(
    overview: Overview, picture: JourneyMap, known: Outcomes, *, link: Link, marks: Mapping[str, str] | None = None
) -> MapPage:
    """The map with its links and its tables.

    Args:
        marks: Activities at which it hurts, with the address of what is said of them.
    """
    starts = _by_activity(overview.starts)
    ends = _by_activity(overview.ends)
    follows = tuple(LinkedFollow(f, link(Arrow(f.source, f.target))) for f in overview.follows)
    common = [f for f in follows if f.follow.source != f.follow.target and _is_common(f.follow, overview)]
    return MapPage(
        overview=overview,
        map=picture,
        size=size_of(known.counted),
        columns=picture.columns,
        nodes=tuple(
            LinkedNode(
                node,
                in_lines(activity_label(node.activity), width=LABEL_WIDTH),
                link(Activity(node.activity)),
                link(Start(node.activity)),
                (marks or {}).get(node.activity, ""),
            )
            for node in picture.nodes
        ),
        edges=tuple(LinkedEdge(edge, link(Arrow(edge.source, edge.target))) for edge in picture.edges),
        exits=tuple(LinkedExit(left, link(End(left.activity))) for left in picture.exits),
        activities=tuple(
            ActivityRow(
                name=activity.name,
                events=activity.events,
                persons=activity.persons,
                journeys=activity.journeys,
                starts=starts.get(activity.name, 0),
                ends=ends.get(activity.name, 0),
                link=link(Activity(activity.name)),
                starts_link=link(Start(activity.name)),
                ends_link=link(End(activity.name)),
            )
            for activity in overview.activities
        ),
        follows=follows,
        slowest=tuple(sorted(common, key=lambda f: -f.follow.p50_seconds)[:SLOW_SHOWN]),
        outcomes=known,
    )


def _by_activity(endpoints: tuple[Endpoint, ...]) -> dict[str, int]:
    return {endpoint.activity: endpoint.journeys for endpoint in endpoints}


def _is_common(follow: Follow, overview: Overview) -> bool:
    return follow.persons >= CASES_BELOW and follow.count >= RARE_SHARE * overview.journeys
