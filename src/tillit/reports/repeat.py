"""Whether customers come back: a second order in time, and the days between orders."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tillit.journeys.traces import Names, Traces
from tillit.journeys.view import View
from tillit.reports.interval import ShareRange, share_range

DAY_MICROS = 86_400 * 1_000_000
WITHIN_DAYS = 90


@dataclass(frozen=True, slots=True)
class RepeatPurchase:
    """What a list of orders says about coming back.

    Attributes:
        customers: Those with at least one order.
        again: Of those whose first order is old enough to tell, the ones with a second order in time.
        days_between: Median days from an order to the same customer's next; None without a second order.
        pairs: Orders that followed another of the same customer, what the median is over.
    """

    customers: int
    again: ShareRange
    days_between: float | None
    pairs: int


@dataclass(frozen=True, slots=True)
class _Orders:
    """The orders of one bucket, in order: the row and person of each, and whether it is its person's first."""

    row: NDArray[np.int64]
    at: NDArray[np.int64]
    is_first: NDArray[np.bool_]

    @property
    def is_second(self) -> NDArray[np.bool_]:
        follows_first = np.zeros(len(self.row), np.bool_)
        follows_first[1:] = self.is_first[:-1]
        return follows_first & ~self.is_first

    @property
    def since_previous(self) -> NDArray[np.int64]:
        """Microseconds since the order before it; meaningless for a person's first."""
        return np.diff(self.at, prepend=0)


def repeat_purchase(view: View, order: str, *, as_of: int, within_days: float = WITHIN_DAYS) -> RepeatPurchase:
    """How many customers ordered again within `within_days`, and how long customers wait between orders.

    Only customers whose first order is at least `within_days` before `as_of` can tell; the others still have time.

    Args:
        order: The activity that is an order; one that never happens has no customers.
        as_of: Up to when the events are known, microseconds UTC.
    """
    if order not in view.names.activity:
        return RepeatPurchase(0, share_range(0, 0), None, 0)
    code = view.names.activity.index(order)
    parts = view.map(partial(_part, order=code, as_of=as_of, within_days=within_days))
    waits = np.concatenate([part[3] for part in parts]) if parts else np.zeros(0, np.int64)
    return RepeatPurchase(
        customers=sum(part[0] for part in parts),
        again=share_range(sum(part[2] for part in parts), sum(part[1] for part in parts)),
        days_between=float(np.median(waits)) / DAY_MICROS if len(waits) else None,
        pairs=len(waits),
    )


def _part(traces: Traces, *, order: int, as_of: int, within_days: float) -> tuple[int, int, int, NDArray[np.int64]]:
    """Customers, those old enough, those with a second order in time, and the waits between orders."""
    orders = _orders(traces, order)
    old_enough = orders.is_first & _is_old_enough(orders.at, as_of, within_days)
    again = _is_again(orders, as_of, within_days)
    return int(orders.is_first.sum()), int(old_enough.sum()), int(again.sum()), orders.since_previous[~orders.is_first]


def _orders(traces: Traces, order: int) -> _Orders:
    row = np.flatnonzero(traces.activity == order)
    journey = np.searchsorted(traces.offsets, row, side="right") - 1
    return _Orders(row, traces.occurred_at[row], np.diff(traces.person[journey], prepend=-1) != 0)


def _is_old_enough(at: NDArray[np.int64], as_of: int, within_days: float) -> NDArray[np.bool_]:
    return at <= as_of - int(within_days * DAY_MICROS)


def _is_again(orders: _Orders, as_of: int, within_days: float) -> NDArray[np.bool_]:
    """Per order: is it the second one, in time after a first that is old enough to tell?"""
    first_at = orders.at - orders.since_previous
    in_time = orders.since_previous <= int(within_days * DAY_MICROS)
    return orders.is_second & in_time & _is_old_enough(first_at, as_of, within_days)


@dataclass(frozen=True, slots=True)
class OrderedAgain:
    """One journey for each customer in `RepeatPurchase.again.count`: the one with the second order."""

    columns: ClassVar[tuple[str, ...]] = ()
    order: str
    as_of: int
    within_days: float = WITHIN_DAYS

    def holds(self, traces: Traces, names: Names) -> NDArray[np.bool_]:
        has = np.zeros(traces.journeys, np.bool_)
        if self.order in names.activity:
            orders = _orders(traces, names.activity.index(self.order))
            rows = orders.row[_is_again(orders, self.as_of, self.within_days)]
            has[np.searchsorted(traces.offsets, rows, side="right") - 1] = True
        return has
