"""How often a visit to a shop preceded a web order: what the shop means for the web."""

from __future__ import annotations

from dataclasses import dataclass

from tillit.credit.sales import TILL, SoldAfter, part_of_sales
from tillit.journeys.view import View
from tillit.reports.interval import ShareRange, share_range
from tillit.reports.size import CASES_BELOW


@dataclass(frozen=True, slots=True)
class Showroom:
    """Web orders that a visit to a shop preceded.

    Attributes:
        counted: What was counted, enough to tell or not.
        visits_known: Whether any visit, appointment, receipt or scanned code of a shop is in the data at all.
    """

    counted: ShareRange
    visits_known: bool

    @property
    def share(self) -> ShareRange | None:
        """The share with its range; None where the data hold too little to say."""
        return self.counted if self.visits_known and self.counted.of >= CASES_BELOW else None


def showroom(view: View, goal: str) -> Showroom:
    """How many web orders came within the lookback after something that shows a visit.

    Visits that leave no trace (nobody scans, nobody asks for a name) are missing, so the true share is higher.
    """
    after, of = part_of_sales(view, visited(goal))
    return Showroom(share_range(after, of), bool(TILL & set(view.names.channel)))


def visited(goal: str) -> SoldAfter:
    """The web orders that a visit preceded, one by one."""
    return SoldAfter(goal, "channel", tuple(sorted(TILL)), web_only=True)
