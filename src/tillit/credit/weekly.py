"""Sales week by week, all of them and those that had a touchpoint on their way: how even weeks are, before a trial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tillit.journeys.store import Bucket
from tillit.journeys.touchpoints import (
    CONTENT,
    CodedTouchpoints,
    TouchpointSpec,
    coded,
    shown_kinds,
    touch_names,
    touched_ways,
    with_contents,
)
from tillit.journeys.traces import Traces
from tillit.journeys.view import View

WEEK = 7 * 86_400_000_000  # microseconds
# Told apart by function or place, a shop's sales would be a team's; and a place is no shop beside itself.
TOLD_BY_SHOP = frozenset({"channel", "campaign"})

Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class WeeklySales:
    """Sales of whole weeks, counted from the first event on.

    Attributes:
        every: Shape (weeks,); all sales.
        on_its_ways: Shape (weeks,); those that had the touchpoint on their way.
        by_shop: Shape (shops, weeks); of these, those whose last such touch was at a place: one row a place. Never
            shown: it is what a plan by shops is reckoned from.
    """

    every: Indices
    on_its_ways: Indices
    by_shop: Indices


def weekly_sales(view: View, spec: TouchpointSpec, touch: str) -> WeeklySales:
    """How many sales each week had, and on how many of their ways the touchpoint stood.

    Args:
        view: Which journeys.
        spec: What a touch is, and which goal is the sale.
        touch: A touchpoint, as it is shown.

    Raises:
        QueryError: The goal never happens; or contents are asked for of selected journeys.
    """
    first_at, last_at = view.span
    weeks = max(last_at - first_at, 0) // WEEK  # whole ones
    shops = len(view.names.place) if spec.by in TOLD_BY_SHOP else 0
    of_weeks = partial(_weeks, weeks=weeks, first_at=first_at, shops=shops)
    if spec.by == CONTENT:
        names = replace(view.names, campaign=touch_names(view, CONTENT))
        asked, kind = coded(spec, names), _code(touch, shown_kinds(spec, names))

        def kernel(bucket: Bucket, traces: Traces) -> Indices:
            return of_weeks(with_contents(view, bucket, traces, names.campaign), asked, kind)

        parts = view.map_buckets(kernel, ())
    else:
        kind = _code(touch, shown_kinds(spec, view.names))
        columns = tuple(dict.fromkeys((spec.by, "place")))
        parts = view.map(partial(of_weeks, asked=coded(spec, view.names), kind=kind), columns=columns)
    total = sum(parts, np.zeros((2 + shops, weeks), np.int64))
    shop = total[2:]
    return WeeklySales(total[0], total[1], shop[shop.any(axis=1)])


def _code(touch: str, shown: Sequence[str]) -> int:
    return shown.index(touch) if touch in shown else -1


def _weeks(traces: Traces, asked: CodedTouchpoints, kind: int, *, weeks: int, first_at: int, shops: int) -> Indices:
    """One bucket's sales, shape (2 + shops, weeks): all, those on its ways, and these by its last touch's place."""
    counted = np.zeros((2 + shops, weeks), np.int64)
    if not traces.events or not weeks:
        return counted
    found = touched_ways(traces, asked)
    week = (traces.occurred_at[found.ends] - first_at) // WEEK
    sold = found.converts & (week < weeks)
    last = np.full(len(found.ends), -1, np.int64)  # the row of each way's last touch of this kind
    wanted = found.kind == kind
    last[found.way[wanted]] = found.row[wanted]  # rows are in order, and of several writes the last one stays
    met = sold & (last >= 0)
    np.add.at(counted[0], week[sold], 1)
    np.add.at(counted[1], week[met], 1)
    if shops:
        assert traces.place is not None  # noqa: S101 - asked for in weekly_sales
        place = traces.place[last[met]]
        np.add.at(counted, (2 + place[place >= 0], week[met][place >= 0]), 1)
    return counted
