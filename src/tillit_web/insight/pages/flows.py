"""The page of paths: what came next (or before), step by step, until it sums up."""

from __future__ import annotations

from dataclasses import dataclass

from tillit.journeys.conditions import OnPath
from tillit.journeys.paths import PathSpec
from tillit.journeys.results import OTHER, STOP, PathEdge, Paths
from tillit.reports.interval import ShareRange, share_range
from tillit.reports.size import Size, size_of
from tillit_web.insight.links import Link
from tillit_web.insight.pictures.flows import FlowBar, FlowPicture, Ribbon, flow_picture
from tillit_web.insight.words import in_lines, step_label

LABEL_WIDTH = 24
FIRST_LINE = 11  # pixels from the top of a bar to its first line
LINE = 15


@dataclass(frozen=True, slots=True)
class LinkedBar:
    bar: FlowBar
    share: ShareRange
    link: str
    lines: tuple[tuple[str, int], ...]  # the name, each line with its distance from the top of the bar

    @property
    def is_stop(self) -> bool:
        return self.bar.node.activity == STOP

    @property
    def count_dy(self) -> int:
        return FIRST_LINE + LINE * len(self.lines)


@dataclass(frozen=True, slots=True)
class LinkedRibbon:
    ribbon: Ribbon
    link: str


@dataclass(frozen=True, slots=True)
class FlowsPage:
    paths: Paths
    size: Size
    picture: FlowPicture
    bars: tuple[LinkedBar, ...]
    ribbons: tuple[LinkedRibbon, ...]
    next: LinkedBar | None  # the most common first step that is one
    stopped: ShareRange  # units with no step there at all


def flows_page(paths: Paths, spec: PathSpec, link: Link) -> FlowsPage:
    """Bars and ribbons with their links; shares are of the units that passed the anchor."""
    picture = flow_picture(paths)
    bars = tuple(
        LinkedBar(
            bar,
            share_range(bar.node.units, paths.units),
            _link(spec, link, (bar.node.depth, bar.node.activity)),
            _lines(bar.node.activity, forward=paths.forward),
        )
        for bar in picture.bars
    )
    ribbons = tuple(LinkedRibbon(ribbon, _along(spec, ribbon.edge, link)) for ribbon in picture.ribbons)
    first = [bar for bar in bars if bar.bar.node.depth == 1]
    stopped = sum(bar.bar.node.units for bar in first if bar.bar.node.activity == STOP)
    return FlowsPage(
        paths=paths,
        size=size_of(paths.units),
        picture=picture,
        bars=bars,
        ribbons=ribbons,
        next=max(
            (bar for bar in first if bar.bar.node.activity not in (STOP, OTHER)),
            key=lambda bar: bar.bar.node.units,
            default=None,
        ),
        stopped=share_range(stopped, paths.units),
    )


def _along(spec: PathSpec, edge: PathEdge, link: Link) -> str:
    return _link(spec, link, (edge.depth, edge.source), (edge.depth + 1, edge.target))


def _link(spec: PathSpec, link: Link, *at: tuple[int, str]) -> str:
    """Where the units at these places stand; "" where rare activities are folded, which have no list in common."""
    return "" if any(name == OTHER for _, name in at) else link(OnPath(spec, at))


def _lines(activity: str, *, forward: bool) -> tuple[tuple[str, int], ...]:
    broken = in_lines(step_label(activity, forward=forward), width=LABEL_WIDTH)
    return tuple((line, FIRST_LINE + LINE * place) for place, line in enumerate(broken))
