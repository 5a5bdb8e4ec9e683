"""Stages over time as one row of bars a stage, all on one scale from zero. Positions only; a template draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tillit.journeys.results import StageCount
from tillit.vocabulary import Stage

WIDTH = 960
LABEL_WIDTH = 96
ROW_HEIGHT = 44
ROW_GAP = 12
AXIS_HEIGHT = 24
WIDEST_BAR = 40
LABELS = 6  # at most so many dates under the bars


@dataclass(frozen=True, slots=True)
class Bar:
    period_start: int
    persons: int
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class StageRow:
    stage: Stage
    baseline: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class StageChart:
    """`highest` is what the tallest bar stands for; `dates` are the periods that get a label, with their x."""

    width: int
    height: int
    highest: int
    rows: tuple[StageRow, ...]
    dates: tuple[tuple[int, int], ...]


def stage_chart(counts: Sequence[StageCount]) -> StageChart:
    """Lay out persons by period and stage; stages nobody was in are left out."""
    starts = sorted({count.period_start for count in counts})
    highest = max((count.persons for count in counts), default=0)
    stages = [stage for stage in Stage if any(count.persons for count in counts if count.stage is stage)]
    step = (WIDTH - LABEL_WIDTH) / max(1, len(starts))
    x_of = {start: round(LABEL_WIDTH + place * step) for place, start in enumerate(starts)}
    bar_width = max(1, min(WIDEST_BAR, round(step * 0.8)))
    rows = []
    for place, stage in enumerate(stages):
        baseline = (place + 1) * (ROW_HEIGHT + ROW_GAP)
        bars = tuple(
            Bar(
                period_start=count.period_start,
                persons=count.persons,
                x=x_of[count.period_start],
                y=baseline - (height := max(1, round(ROW_HEIGHT * count.persons / highest))),
                width=bar_width,
                height=height,
            )
            for count in counts
            if count.stage is stage and count.persons
        )
        rows.append(StageRow(stage, baseline, bars))
    every = max(1, -(-len(starts) // LABELS))
    return StageChart(
        width=WIDTH,
        height=len(rows) * (ROW_HEIGHT + ROW_GAP) + AXIS_HEIGHT,
        highest=highest,
        rows=tuple(rows),
        dates=tuple((start, x_of[start]) for start in starts[::every]),
    )
