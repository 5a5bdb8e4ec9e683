"""Numbers with their ranges as a line each, on one scale that has zero on it. Positions only; a template draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 960
ROW_HEIGHT = 52
TEXT_Y = 18  # of a row's name, above its line
LINE_Y = 36
INSET = 8  # a point at either end is drawn whole


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
    """One row as it is drawn; `points` are names and x."""

    label: str
    said: str
    text_y: int
    line_y: int
    low_x: int
    high_x: int
    points: tuple[tuple[str, int], ...]
    strong: bool


@dataclass(frozen=True, slots=True)
class RangesChart:
    width: int
    height: int
    zero_x: int
    rows: tuple[RangeRow, ...]


def ranges_chart(rows: Sequence[Ranged], *, reaches: float = 0.0) -> RangesChart:
    """Lay out rows in their order; the scale goes from zero, or the lowest end below it, to the highest end.

    Args:
        rows: At least one number or end of a range that is not zero, or nothing has a length.
        reaches: How far the scale goes at least: 1 for shares of a whole.
    """
    ends = [value for row in rows for value in (row.low, row.high, *(value for _, value in row.points))]
    least, most = min([0.0, *ends]), max([0.0, reaches, *ends])
    scale = (WIDTH - 2 * INSET) / (most - least) if most > least else 0.0

    def x_of(value: float) -> int:
        return INSET + round((value - least) * scale)

    return RangesChart(
        width=WIDTH,
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
