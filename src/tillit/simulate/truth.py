"""What is true about Exempelbutiken, as one value that tests compare with and pages never see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import erf, log, sqrt

from tillit.simulate import way


@dataclass(frozen=True, slots=True)
class Truth:
    """The planted parameters. Shares are probabilities of the process, not counts of one draw of it."""

    transitions: Mapping[way.Situation, Mapping[str, float]]  # what comes next, repeats of the same thing left out
    frictions: tuple[way.Friction, ...]
    late_share: Mapping[str, float]  # of deliveries, by shop
    out_of_stock_share: Mapping[str, float]  # of visits, by shop
    by_mail_share: float  # of questions
    phone_share: float  # of needs
    repeat_share: float  # of needs that ended in a purchase without a complaint
    repeat_share_after_complaint: float
    repeat_median_days: float
    repeat_spread: float

    @property
    def showrooming_share(self) -> float:
        """Of visits to a shop that had the product: the next thing the customer does is on the web."""
        seen = self.transitions["store_visited", way.IN_STOCK]
        return seen["product_viewed"] + seen["product_added"]

    def repeat_within(self, days: float) -> float:
        """Share of contented buyers whose next need begins within so many days of the end of the last."""
        by_then = 0.5 * (1 + erf(log(days / self.repeat_median_days) / (self.repeat_spread * sqrt(2))))
        return self.repeat_share * by_then


TRUTH = Truth(
    transitions=way.WAY,
    frictions=way.FRICTIONS,
    late_share=way.LATE_SHARE,
    out_of_stock_share=way.OUT_OF_STOCK_SHARE,
    by_mail_share=way.BY_MAIL_SHARE,
    phone_share=way.PHONE_SHARE,
    repeat_share=way.REPEAT_SHARE,
    repeat_share_after_complaint=way.REPEAT_SHARE_AFTER_COMPLAINT,
    repeat_median_days=way.REPEAT_MEDIAN_DAYS,
    repeat_spread=way.REPEAT_SPREAD,
)
