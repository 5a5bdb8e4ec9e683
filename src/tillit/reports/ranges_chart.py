"""Numbers with their ranges as a line each, on one scale that has zero on it. Positions only; a template draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 100.0  # percent, so that a narrow screen has the same picture with letters of the same size
ROW_HEIGHT = 52
TEXT_Y = 18  # of a row's name, above its line
LINE_Y = 36
INSET = 2.0  # a point at either end is drawn whole


@dataclass(frozen=True, slots=True)
class Ranged:
    """One row as it is asked for.

    Attributes:
        label: Its name; `said` is the number in words.
        points: What each is called, and its value.
        low: End of the range, as `high`.
        strong: Drawn as what is sure.
    """

    label: str
    said: str
    points: tuple[tuple[str, float], ...]
    low: float
    high: float
    strong: bool = True


@dataclass(frozen=True, slots=True)
class RangeRow:
    """One row as it is drawn; `points` are names and x. An x is in percent of the width, a y in pixels."""

    label: str
    said: str
    text_y: int
    line_y: int
    low_x: float
    high_x: float
    points: tuple[tuple[str, float], ...]
    strong: bool


@dataclass(frozen=True, slots=True)
class RangesChart:
    height: int
    zero_x: float
    rows: tuple[RangeRow, ...]


def ranges_chart(rows: Sequence[Ranged], *, reaches: float = 0.0) -> RangesChart:
    """Lay out rows in their order; the scale goes from zero, or the lowest end below it, to the highest end.

    Args:
        rows: At least one number or end of a range that is not zero, or nothing has a length.
        reaches: How far the scale goes at least: 1 for shares of a whole.
    """
    ends = [value for row in rows for value in (row.low, row.high, *(value for _, value in row.points))]
    least, most = min([0.0, *ends]), max([0.0, reaches, *ends])

    def x_of(value: float) -> float:
        return round(INSET + (WIDTH - 2 * INSET) * ((value - least) / (most - least) if most > least else 0.0), 2)

    return RangesChart(
        height=len(rows) * ROW_HEIGHT,
        zero_x=x_of(0.0),
        rows=tuple(
            RangeRow(
                label=row.label,
                said=row.said,
                text_y=place * ROW_HEIGHT + TEXT_Y,
                line_y=place * ROW_HEIGHT + LINE_Y,
                low_x=x_of(row.low),
                high_x=x_of(row.high),
                points=tuple((name, x_of(value)) for name, value in row.points),
                strong=row.strong,
            )
            for place, row in enumerate(rows)
        ),
    )
