"""Credit in English words, for the command line and the report page: "earned" and its kin need a holdout."""

from __future__ import annotations

from tillit.credit.results import Baseline, Share
from tillit.credit.trials import FEWEST_DRAWN, Effect
from tillit.credit.vocabulary import LABEL
from tillit.reports.interval import ShareRange
from tillit.reports.showroom import Showroom
from tillit.reports.wording import number, share


def part_in_words(part: ShareRange) -> str:
    """ "34 of 170 (15 to 27 of 100)"."""
    return share(part.count, part.of)


def spread_in_words(low: float, high: float) -> str:
    """The range over all models, in parts of a hundred sales: "12 to 31 of 100"."""
    return f"{100 * low:.0f} to {100 * high:.0f} of 100"


def share_of(found: Share) -> str:
    """One model's share in parts of a hundred sales, with its range: "23.1 (19.8–26.0)"."""
    return _of_hundred(found.share, found.low, found.high)


def baseline_of(found: Baseline) -> str:
    """What would have come anyway, in the same form."""
    if found.share is None or found.low is None or found.high is None:
        return "not known"
    return _of_hundred(found.share, found.low, found.high)


def _of_hundred(middle: float, low: float, high: float) -> str:
    return f"{100 * middle:.1f} ({100 * low:.1f}–{100 * high:.1f})"


def first_said(name: str, part: ShareRange) -> str:
    """What a reader should know first of a channel: that it was there, and that this says nothing about without."""
    return (
        f"{name} was part of {share(part.count, part.of, what='sales')}: {LABEL}. What there would be without it is "
        "not known; two weeks with and two without it, by turns, would tell."
    )


def effect_says(effect: Effect) -> str:
    """What a holdout says of its name."""
    if effect.lost is None:
        return f"too few: {number(FEWEST_DRAWN)} customers are needed, and 10 sales on each side"
    return "earned" if effect.earns else "not told from nothing"


def showroom_says(found: Showroom) -> str:
    """Web orders after a visit, or why it is not known."""
    if found.share is None:
        return (
            f"Web orders after a visit to a shop: not known ({number(found.counted.of)} web orders, "
            f"{number(found.recognised)} customers recognised both in a shop and elsewhere)."
        )
    return f"After a visit to a shop: at least {share(found.share.count, found.share.of, what='web orders')}."
