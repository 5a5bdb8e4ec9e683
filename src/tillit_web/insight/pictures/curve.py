"""The picture of how many have come by each day: a curve in steps, its range as a band, points that open journeys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tillit.friction.after_meetings import BoughtBy, Chance

WIDTH, HEIGHT = 320, 200
LEFT, TOP = 44, 12  # room for the scale at the left, and for half a letter above
ACROSS, DOWN = 254, 150  # and for half a number at the right, two lines below
REACHES = (0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)  # how far the scale may reach
MARKED = (7, 14, 30, 60)  # days with a point: further apart than a finger is wide


@dataclass(frozen=True, slots=True)
class Point:
    """One marked day, in pixels."""

    by: BoughtBy
    chance: Chance
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the scale: its share, and how far down it stands."""

    share: float
    y: float


@dataclass(frozen=True, slots=True)
class Curve:
    """Everything that a template draws; `line` and `band` are points of SVG."""

    width: int
    height: int
    left: int
    right: int
    bottom: int
    ticks: tuple[Tick, ...]
    days: tuple[tuple[int, float], ...]
    line: str
    band: str
    points: tuple[Point, ...]


def curve(by_day: Sequence[BoughtBy]) -> Curve | None:
    """Lay out the days that enough customers are followed to; None where there are not two of them."""
    known = [(by, by.chance) for by in by_day if by.chance is not None]
    if len(known) < 2:
        return None
    last = by_day[-1].day
    highest = max(chance.high for _, chance in known)
    reach = next(one for one in REACHES if one >= min(1.0, highest))

    def across(day: int) -> float:
        return round(LEFT + ACROSS * day / last, 1)

    def down(share: float) -> float:
        return round(TOP + DOWN * (1 - share / reach), 1)

    middle, low, high = (
        _steps([(across(by.day), down(getattr(chance, end))) for by, chance in known])
        for end in ("share", "low", "high")
    )
    return Curve(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=LEFT + ACROSS,
        bottom=TOP + DOWN,
        ticks=tuple(Tick(share, down(share)) for share in (0.0, reach / 2, reach)),
        days=tuple((day, across(day)) for day in (0, *MARKED)),
        line=_text(middle),
        band=_text([*high, *reversed(low)]),
        points=tuple(Point(by, chance, across(by.day), down(chance.share)) for by, chance in known if by.day in MARKED),
    )


def _steps(places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Level until the next day, then up: between two days nothing is known to have changed. Levels are drawn once."""
    drawn = [places[0]]
    for before, (x, y) in pairwise(places):
        if y != before[1]:
            drawn += [(x, before[1]), (x, y)]
    return [*drawn, places[-1]]


def _text(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in places)
