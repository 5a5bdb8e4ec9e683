"""Bars in percent of their row, so that they fit any screen without a script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tillit.reports.interval import ShareRange


@dataclass(frozen=True, slots=True)
class ShareBar:
    """A bar from zero with a whisker; all in percent of the row's width."""

    width: float
    low: float
    high: float


def share_bar(share: ShareRange, *, full: float = 1.0) -> ShareBar:
    """The bar of a share; one as large as `full` fills its row."""
    return ShareBar(*(round(min(end / full, 1.0) * 100, 2) for end in (share.share, share.low, share.high)))


@dataclass(frozen=True, slots=True)
class Column:
    x: float
    width: float
    y: float
    height: float


def columns(values: Sequence[int], *, most: int) -> tuple[Column, ...]:
    """One column a value, from a shared zero line; in percent of the row. `most` fills the row's height."""
    if not values:
        return ()
    slot = 100 / len(values)
    width = slot * 0.72
    return tuple(
        Column(
            x=round(place * slot + (slot - width) / 2, 3),
            width=round(width, 3),
            # What exists is seen: a single person among thousands still gets a line.
            height=(height := max(round(100 * value / most, 2), 3.0) if value and most else 0.0),
            y=round(100 - height, 2),
        )
        for place, value in enumerate(values)
    )
