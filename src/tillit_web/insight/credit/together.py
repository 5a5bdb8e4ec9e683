"""Which touchpoints were there together: the coalitions that Shapley values are sums over, each opening its sales."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tillit.credit.coalitions import Common
from tillit.reports.interval import ShareRange, share_range
from tillit.reports.size import CASES_BELOW
from tillit_web.insight.credit.frame import CreditAsked
from tillit_web.insight.credit.words import touches_label


@dataclass(frozen=True, slots=True)
class TogetherRow:
    """One set of touchpoints that ways met.

    Attributes:
        label: Empty: no known touch.
        link: To its sales; empty where it has none.
        converted: Its sales of its ways; `is_rate` where these are enough for a share of them.
        each: Sales that each of the names gets; None where there is no name.
    """

    label: str
    link: str
    converted: ShareRange
    value_minor: Mapping[str, int]
    each: float | None

    @property
    def is_rate(self) -> bool:
        return self.converted.of >= CASES_BELOW


def together(question: CreditAsked, found: Common) -> tuple[TogetherRow, ...]:
    """A row for each of the most common sets, most sales first."""
    return tuple(
        TogetherRow(
            touches_label(question.by, one.names),
            question.link(question.sold_after(*one.names, exactly=bool(one.names))) if one.conversions else "",
            share_range(one.conversions, one.ways),
            one.value_minor,
            one.each if one.names else None,
        )
        for one in found.rows
    )
