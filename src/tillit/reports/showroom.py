"""How often a visit to a shop preceded a web order: what the shop means for the web."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tillit.credit.sales import TILL, SoldAfter, is_till, part_of_sales
from tillit.journeys.traces import Names, Traces
from tillit.journeys.view import View
from tillit.reports.interval import ShareRange, share_range
from tillit.reports.size import CASES_BELOW


@dataclass(frozen=True, slots=True)
class Showroom:
    """Web orders that a visit to a shop preceded.

    Attributes:
        counted: What was counted, enough to tell or not.
        visits_known: Whether any visit, appointment, receipt or scanned code of a shop is in the data at all.
        recognised: Customers seen both in a shop and elsewhere. The visits of all others can precede no web order.
    """

    counted: ShareRange
    visits_known: bool
    recognised: int

    @property
    def share(self) -> ShareRange | None:
        """The share with its range; None where the data hold too little to say."""
        is_enough = self.counted.of >= CASES_BELOW and self.recognised >= CASES_BELOW
        return self.counted if self.visits_known and is_enough else None


def showroom(view: View, goal: str) -> Showroom:
    """How many web orders came within the lookback after something that shows a visit.

    Visits that leave no trace (nobody scans, nobody asks for a name) are missing, so the true share is higher.
    """
    after, of = part_of_sales(view, visited(goal))
    recognised = sum(view.map(lambda traces: _recognised(traces, view.names), columns=("channel",)))
    return Showroom(share_range(after, of), bool(TILL & set(view.names.channel)), recognised)


def _recognised(traces: Traces, names: Names) -> int:
    """Persons of one bucket with events both in a shop and elsewhere."""
    if not traces.journeys:
        return 0
    first = np.flatnonzero(np.append(True, traces.person[1:] != traces.person[:-1]))  # of each person's journeys
    starts = traces.offsets[first]
    in_shop = np.add.reduceat(is_till(traces, names), starts, dtype=np.int64)
    return int(((in_shop > 0) & (in_shop < np.diff(starts, append=traces.events))).sum())


def visited(goal: str) -> SoldAfter:
    """The web orders that a visit preceded, one by one."""
    return SoldAfter(goal, "channel", tuple(sorted(TILL)), web_only=True)
