"""Who contributed, as the report page says it: ways, counts or models, as far as the number of sales allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tillit.credit.assignments import trials_in
from tillit.credit.part_of import PartOf, part_of
from tillit.credit.paths import Paths, paths_from
from tillit.credit.results import Credit
from tillit.credit.sales import UNKNOWN, spec_for
from tillit.credit.side_by_side import credit
from tillit.credit.vocabulary import RULES, Model
from tillit.journeys.touchpoints import touchpoint_paths
from tillit.journeys.view import Selection, View
from tillit.reports.credit_words import part_in_words, spread_in_words
from tillit.reports.interval import ShareRange, share_range
from tillit.reports.ranges_chart import Ranged, RangesChart, ranges_chart
from tillit.reports.showroom import Showroom, showroom
from tillit.reports.size import Size, size_of

SEED = 1  # of the resamples: the same events give the same ranges
BY = "channel"  # who works in a function or at a place may be few, and plain files do not say how many
SHOWN_WAYS = 20

# Chains and coalitions have more to learn, and need more sales to learn it from.
MODELS_AT: dict[Size, tuple[Model, ...]] = {
    Size.CASES: (),
    Size.COUNTS: (),
    Size.COMPARISON: RULES,
    Size.FULL: tuple(Model),
}


@dataclass(frozen=True, slots=True)
class WayCount:
    """One way as it was walked: channels met, how often to a sale, and how often to none."""

    touches: tuple[str, ...]
    sales: int
    without: int


@dataclass(frozen=True, slots=True)
class Part:
    """One channel, the sales that it was on the way of, and their range."""

    name: str
    of_sales: ShareRange


@dataclass(frozen=True, slots=True)
class Contributed:
    """What the section says.

    Attributes:
        ways: The most common ones, where there are too few sales for shares; `all_ways` is how many there are.
        parts: Most sales first; empty where there are too few sales.
        credit: The models; None where there are too few sales for them, or no known touch.
        passed_over: Names in the data that are no touchpoints.
    """

    goal: str
    sales: int
    size: Size
    ways: tuple[WayCount, ...]
    all_ways: int
    parts: tuple[Part, ...]
    parts_chart: RangesChart | None
    credit: Credit | None
    credit_chart: RangesChart | None
    showroom: Showroom
    passed_over: tuple[str, ...]


def contributed(view: View, goal: str) -> Contributed:
    """Ask a view which channels were met before its sales.

    Args:
        view: Which journeys; holdouts are read where all of them are meant.
        goal: The activity that is a sale.

    Raises:
        QueryError: The goal never happens.
    """
    spec = spec_for(goal, BY, view.names, UNKNOWN)
    paths = paths_from(touchpoint_paths(view, spec))
    sales = round(float(paths.conversions.sum()))
    size = size_of(sales)
    counted = part_of(paths) if size is not Size.CASES else ()
    found = _credit(view, goal, paths, MODELS_AT[size]) if counted and counted[0].conversions else None
    parts = tuple(Part(one.name, share_range(one.conversions, one.of)) for one in counted)
    return Contributed(
        goal=goal,
        sales=sales,
        size=size,
        ways=_ways(paths) if size is Size.CASES else (),
        all_ways=len(paths.lengths),
        parts=parts,
        parts_chart=_parts_chart(parts) if parts else None,
        credit=found,
        credit_chart=_credit_chart(found, counted) if found else None,
        showroom=showroom(view, goal),
        passed_over=tuple(sorted(name for name in spec.leave_out if name)),
    )


def _credit(view: View, goal: str, paths: Paths, models: Sequence[Model]) -> Credit | None:
    if not models:
        return None
    trials = trials_in(view, goal) if view.selection == Selection() else ()
    return credit(paths, models, np.random.default_rng(SEED), trials=trials)


def _ways(paths: Paths) -> tuple[WayCount, ...]:
    rows = sorted(range(len(paths.lengths)), key=lambda row: (-paths.conversions[row], -paths.nulls[row], row))
    return tuple(
        WayCount(paths.touches(row), round(float(paths.conversions[row])), round(float(paths.nulls[row])))
        for row in rows[:SHOWN_WAYS]
    )


def _parts_chart(parts: Sequence[Part]) -> RangesChart:
    return ranges_chart(
        [
            Ranged(
                part.name,
                part_in_words(part.of_sales),
                ((part.name, part.of_sales.share),),
                part.of_sales.low,
                part.of_sales.high,
            )
            for part in parts
        ],
        reaches=1.0,
    )


def _credit_chart(found: Credit, counted: Sequence[PartOf]) -> RangesChart:
    """A line for each name, from the lowest to the highest that any of the models could have given."""
    rows = []
    for one in counted:
        by_model = {model.model: share for model in found.models for share in model.shares if share.name == one.name}
        low, high = min(share.low for share in by_model.values()), max(share.high for share in by_model.values())
        points = tuple((str(model), share.share) for model, share in by_model.items())
        rows.append(Ranged(one.name, spread_in_words(low, high), points, low, high))
    return ranges_chart(rows)
