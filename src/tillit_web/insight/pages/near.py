"""The page that says whether readiness may be believed, from what later dates found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tillit.readiness.model import Basis
from tillit.readiness.quality import Bin
from tillit.reports.interval import ShareRange, share_range
from tillit_web.insight.near_words import feature_words, relation_words
from tillit_web.insight.pictures.calibration import Calibration, calibration
from tillit_web.readiness.queries import Standing


@dataclass(frozen=True, slots=True)
class SpeakingLine:
    """What tells customers apart, and which way."""

    words: str
    nearer: bool


@dataclass(frozen=True, slots=True)
class TableLine:
    relation: str
    customers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NearPage:
    """Everything in the order of the page.

    Attributes:
        nearest: What came of the tenth that was said to be nearest; None where nothing may be said.
        everybody: What came of all.
        bins: Said and came, tenth by tenth, with the picture of them.
        ends: The table's columns, as shares.
    """

    nearest: ShareRange | None
    everybody: ShareRange | None
    picture: Calibration | None
    bins: tuple[tuple[Bin, ShareRange], ...]
    speaking: tuple[SpeakingLine, ...]
    ends: tuple[tuple[float, float], ...]
    lines: tuple[TableLine, ...]
    by_rules: bool


def near_page(standing: Standing) -> NearPage:
    """The page of one want within one horizon."""
    found = standing.found
    tested = None if found is None else found.tested
    table = None if found is None else found.table
    bins: Sequence[Bin] = () if tested is None else tested.bins
    best = bins[-1] if bins and standing.may_speak else None
    return NearPage(
        nearest=None if best is None else share_range(best.came, best.of),
        everybody=None if tested is None else share_range(tested.outcomes, tested.n),
        picture=calibration(bins) if bins else None,
        bins=tuple((one, share_range(one.came, one.of)) for one in bins),
        speaking=tuple(
            SpeakingLine(feature_words(one.feature), one.adds > 0) for one in (found.speaking if found else ())
        ),
        ends=() if table is None else table.ends,
        lines=()
        if table is None
        else tuple(
            TableLine(relation_words(row), customers)
            for row, customers in zip(table.rows, table.customers, strict=True)
        ),
        by_rules=found is not None and found.basis is Basis.RULES,
    )
