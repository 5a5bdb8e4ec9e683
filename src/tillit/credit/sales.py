"""Single sales and what came before them: the journeys behind a share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tillit.credit.cells import Headcounts, shown_names
from tillit.credit.not_touchpoints import left_out
from tillit.journeys.behind import journeys_of_rows
from tillit.journeys.store import Bucket
from tillit.journeys.touchpoints import (
    CONTENT,
    TOUCHES,
    TouchpointSpec,
    coded,
    contents_in,
    shown_kinds,
    touch_names,
    touched_ways,
    with_contents,
)
from tillit.journeys.traces import Names, Traces
from tillit.journeys.view import View
from tillit.vocabulary import Channel

UNKNOWN = Headcounts()
TILL = frozenset({Channel.STORE.value})  # where a sale is rung up in a shop; every other order is a web order here

Flags = NDArray[np.bool_]


def spec_for(goal: str, by: str, names: Names, headcounts: Headcounts) -> TouchpointSpec:
    """Touches as every door asks for them: without what is no touchpoint, and with small teams and places together."""
    kinds: tuple[str, ...] = getattr(names, by)
    dropped = left_out(kinds, by=by)
    shown = shown_names(by, [name for name in kinds if name not in dropped], headcounts)
    merged = tuple(sorted((name, as_what) for name, as_what in shown.items() if name != as_what))
    return TouchpointSpec(goal, by, leave_out=dropped, shown_as=merged)


def spec_in(view: View, goal: str, by: str, headcounts: Headcounts) -> TouchpointSpec:
    """The same for any of `KINDS`; contents, which are no column, are looked up in the view.

    Raises:
        QueryError: Contents are asked for of selected journeys.
    """
    if by != CONTENT:
        return spec_for(goal, by, view.names, headcounts)
    return TouchpointSpec(goal, by, leave_out=left_out(touch_names(view, by), by=by))


@dataclass(frozen=True, slots=True)
class SoldAfter:
    """Journeys that reached the goal with at least one of these touches before it.

    A journey ends with its goal, so there is one for each sale that the share counted.

    Attributes:
        goal: The activity that is the sale.
        by: What a touch is, one of `TOUCHES`.
        touches: As they are shown; none means sales without any known touch.
        web_only: Only orders that were not rung up in a shop.
        headcounts: Which names stand together.
        exactly: Only sales with each of these touches before them, and no other.
    """

    columns: ClassVar[tuple[str, ...]] = TOUCHES
    goal: str
    by: str
    touches: tuple[str, ...]
    web_only: bool = False
    headcounts: Headcounts = UNKNOWN
    exactly: bool = False

    def holds(self, traces: Traces, names: Names) -> Flags:
        sold, after = self.sales(traces, names)
        return journeys_of_rows(traces, sold[after])

    def sales(self, traces: Traces, names: Names) -> tuple[NDArray[np.int64], Flags]:
        """The rows of all sales that are meant, and which of them came after one of the touches."""
        if not traces.events:
            return np.zeros(0, np.int64), np.zeros(0, np.bool_)
        spec = spec_for(self.goal, self.by, names, self.headcounts)
        ends, after = _sales_after(traces, names, spec, self.touches, exactly=self.exactly)
        meant = ~is_till(traces, names)[ends] if self.web_only else np.ones(len(ends), np.bool_)
        return ends[meant], after[meant]


@dataclass(frozen=True, slots=True)
class SoldAfterContent:
    """The same for contents: a text in the events' properties, and no column. None means without any known one."""

    columns: ClassVar[tuple[str, ...]] = ()
    goal: str
    touches: tuple[str, ...]
    exactly: bool = False

    def holds_in(self, view: View, bucket: Bucket, traces: Traces) -> Flags:
        if not traces.events:
            return np.zeros(traces.journeys, np.bool_)
        # Names of this bucket are enough: each is a touchpoint or none whatever others there are.
        names = replace(view.names, campaign=contents_in(view, bucket))
        met = with_contents(view, bucket, traces, names.campaign)
        spec = TouchpointSpec(self.goal, CONTENT, leave_out=left_out(names.campaign, by=CONTENT))
        ends, after = _sales_after(met, names, spec, self.touches, exactly=self.exactly)
        return journeys_of_rows(traces, ends[after])


def _sales_after(
    traces: Traces, names: Names, spec: TouchpointSpec, touches: tuple[str, ...], *, exactly: bool
) -> tuple[NDArray[np.int64], Flags]:
    """The rows of all sales, and which of them came after one of the touches; of none: after no touch at all.

    With `exactly`: which came after every one of them, and after nothing else.
    """
    found = touched_ways(traces, coded(spec, names))
    shown = shown_kinds(spec, names)
    wanted = np.isin(found.kind, [shown.index(name) for name in touches if name in shown])
    met = np.zeros(len(found.ends), np.bool_)
    met[found.way[wanted] if touches else found.way] = True
    if touches and exactly:
        met[found.way[~wanted]] = False
        for name in touches:  # a name that no touch of this bucket has leaves nothing
            also = np.zeros(len(met), np.bool_)
            also[found.way[found.kind == (shown.index(name) if name in shown else -1)]] = True
            met &= also
    sold = found.converts
    return found.ends[sold], met[sold] if touches else ~met[sold]


def is_till(traces: Traces, names: Names) -> Flags:
    """Shape (events,); whether an event happened at a till or elsewhere in a shop."""
    assert traces.channel is not None  # noqa: S101 - asked for by whoever reads sales
    in_shop: Flags = np.array([*(name in TILL for name in names.channel), False])[traces.channel]
    return in_shop


def part_of_sales(view: View, after: SoldAfter) -> tuple[int, int]:
    """How many of the sales came after one of the touches, and how many sales there are."""
    parts = view.map(lambda traces: after.sales(traces, view.names), columns=SoldAfter.columns)
    return sum(int(met.sum()) for _, met in parts), sum(len(sold) for sold, _ in parts)
