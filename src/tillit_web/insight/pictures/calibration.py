"""The picture of said against came: a point for each tenth, its range, and the line on which both would be equal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tillit.readiness.quality import Bin

SIDE = 320
LEFT, TOP = 44, 12  # room for the scale at the left, and for half a letter above
PLOT = 254  # and for half a number at the right
STEPS = (0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)  # how far the scale may reach


@dataclass(frozen=True, slots=True)
class Mark:
    """A tenth of the rows, in pixels."""

    x: float
    y: float
    low_y: float
    high_y: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the scale: its share, and where it stands across and down."""

    share: float
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Everything that a template draws; `band` is the outline of all ranges as an SVG polygon."""

    side: int
    left: int
    bottom: int
    right: int
    top: int
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    band: str


def calibration(bins: Sequence[Bin]) -> Calibration:
    """Lay out the bins, lowest chance first, on two equal scales from zero."""
    reach = next(step for step in STEPS if step >= min(1.0, max(max(one.high, one.said) for one in bins)))

    def across(share: float) -> float:
        return round(LEFT + PLOT * share / reach, 1)

    def down(share: float) -> float:
        return round(TOP + PLOT * (1 - share / reach), 1)

    marks = tuple(Mark(across(one.said), down(one.came / one.of), down(one.low), down(one.high)) for one in bins)
    outline = [(mark.x, mark.high_y) for mark in marks] + [(mark.x, mark.low_y) for mark in reversed(marks)]
    ticks = tuple(Tick(share, across(share), down(share)) for share in (0.0, reach / 2, reach))
    band = " ".join(f"{x},{y}" for x, y in outline)
    return Calibration(SIDE, LEFT, TOP + PLOT, LEFT + PLOT, TOP, marks, ticks, band)
