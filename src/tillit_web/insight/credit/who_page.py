"""The page Who contributed: what each touchpoint was part of, and how several models share the same sales."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from tillit.credit.part_of import PartOf
from tillit.credit.results import Credit, ModelCredit
from tillit.credit.rounding import whole_units
from tillit.credit.trials import Effect
from tillit.credit.vocabulary import Evidence
from tillit.reports.interval import ShareRange, share_range
from tillit.reports.showroom import Showroom
from tillit.reports.size import Size, size_of
from tillit_web.insight.credit.words import MODEL_LABELS, touch_label, way_to_find_out
from tillit_web.insight.templatetags.insight import range_of
from tillit_web.ui.templatetags.tillit import natural, number

TENTHS_IN_ALL = 1_000  # a column of tenths of a percent sums to exactly 100 %
LARGEST_PART = 10  # "3 of 10": a share as people say it
ROW_HEIGHT = 52


@dataclass(frozen=True, slots=True)
class ModelCell:
    """One model's share of one row; `tenths` of all models' rows and the baseline sum to 1,000."""

    tenths: int
    low: float
    high: float
    value_minor: Mapping[str, int]

    @property
    def share(self) -> float:
        return self.tenths / TENTHS_IN_ALL


@dataclass(frozen=True, slots=True)
class Mark:
    """One model's share in the picture, in percent of its width."""

    x: float
    title: str


@dataclass(frozen=True, slots=True)
class TouchRow:
    """A touchpoint: the sales it was part of, and each model's share where there are enough for models."""

    label: str
    link: str
    part: ShareRange
    value_minor: Mapping[str, int]
    y: int  # of its lines in the picture
    cells: tuple[ModelCell, ...] = ()
    marks: tuple[Mark, ...] = ()
    full: float = 1.0  # the largest share or upper end of a picture fills it
    evidence: Evidence = Evidence.NONE

    @property
    def width(self) -> float:
        return round(100 * self.part.share, 2)

    @property
    def low(self) -> float:
        return round(100 * self.part.low, 2)

    @property
    def high(self) -> float:
        return round(100 * self.part.high, 2)

    @property
    def least(self) -> float:
        """The lower end of the lowest range among the models, 0 to 1."""
        return min(cell.low for cell in self.cells)

    @property
    def most(self) -> float:
        return max(cell.high for cell in self.cells)

    @property
    def least_x(self) -> float:
        return round(100 * self.least / self.full, 2)

    @property
    def most_x(self) -> float:
        return round(100 * self.most / self.full, 2)


@dataclass(frozen=True, slots=True)
class WhoPage:
    """What the page shows at this size.

    Attributes:
        sales: How many there are, under the filters.
        models: Column headings; empty where there are too few sales for models.
        baseline: One cell a model; empty without models.
        alone: The sales without a known touch.
        alone_link: To them.
    """

    size: Size
    sales: int
    rows: tuple[TouchRow, ...]
    models: tuple[str, ...]
    baseline: tuple[ModelCell, ...]
    alone: ShareRange
    alone_link: str
    total_minor: Mapping[str, int]
    order: int | None

    @property
    def height(self) -> int:
        return len(self.rows) * ROW_HEIGHT


def who_page(
    parts: Sequence[PartOf],
    sales: int,
    found: Credit | None,
    by: str,
    link: Callable[..., str],
    effects: Sequence[Effect] = (),
    *,
    alone: int = 0,
) -> WhoPage:
    """Rows with what was part of most sales first.

    Args:
        parts: What each name was part of.
        sales: All sales.
        found: The models; None where there are too few sales for them.
        by: What is told apart.
        link: From touches to the sales they were part of.
        effects: What holdouts say: the evidence of their rows.
        alone: How many sales have no known touch.
    """
    columns = [_column(model, found) for model in found.models] if found else []
    full = max((cell.high for column in columns for cell in column.values()), default=1.0)
    evidence = {effect.name: effect.evidence for effect in effects}
    rows = []
    for place, one in enumerate(parts):
        cells = tuple(column[one.name] for column in columns)
        marks = tuple(
            Mark(round(100 * cell.share / full, 2), str(MODEL_LABELS[model.model]))
            for cell, model in zip(cells, found.models if found else (), strict=True)
        )
        rows.append(
            TouchRow(
                touch_label(by, one.name),
                link(one.name),
                share_range(one.conversions, sales),
                one.value_minor,
                place * ROW_HEIGHT,
                cells,
                marks,
                full,
                evidence.get(one.name, Evidence.NONE),
            )
        )
    chains = [model.order for model in found.models if model.order is not None] if found else []
    return WhoPage(
        size_of(sales),
        sales,
        tuple(rows),
        tuple(str(MODEL_LABELS[model.model]) for model in found.models) if found else (),
        tuple(column[""] for column in columns),
        share_range(alone, sales),
        link(),
        found.total.value_minor if found else {},
        chains[0] if chains else None,
    )


def _column(model: ModelCredit, found: Credit) -> dict[str, ModelCell]:
    """A model's cells by name, and the baseline's by "", in tenths of a percent that sum to 1,000."""
    base = found.baseline
    shares = [*(one.share for one in model.shares), base.share or 0.0]
    tenths = whole_units([share * TENTHS_IN_ALL for share in shares], TENTHS_IN_ALL)
    column = {
        one.name: ModelCell(part, one.low, one.high, one.value_minor)
        for one, part in zip(model.shares, tenths, strict=False)
    }
    column[""] = ModelCell(tenths[-1], base.low or 0.0, base.high or 0.0, base.value_minor or {})
    return column


def in_words(part: ShareRange) -> str:
    """ "1 of 5": a share as people say it; "fewer than 1 of 20" where that would be none."""
    near = Fraction(part.count, max(part.of, 1)).limit_denominator(LARGEST_PART)
    if part.count == 0:
        return _("none of the")
    if part.count == part.of:
        return _("all")
    if near == 0:
        return _("fewer than 1 in 20")
    if near == 1:
        return _("nearly all")
    return _("%(n)d in %(of)d") % {"n": near.numerator, "of": near.denominator}


def answer(page: WhoPage, seen: Showroom | None) -> str:
    """The sentence that the page begins with: what was part of what, and that it says nothing about without."""
    if page.size is Size.CASES:
        return _("%(n)s sales so far: too few to share among those who took part. Here they are, one by one.") % {
            "n": number(page.sales)
        }
    if seen is not None and seen.share is not None:
        part = seen.share
        said = _("A visit to the shop was part of %(words)s web orders (%(count)s; %(range)s; shares, not causes).")
        return said % {"words": in_words(part), "count": natural(part.count, part.of), "range": range_of(part)}
    if not page.rows:
        return _("%(n)s sales, and no known touch before any of them.") % {"n": number(page.sales)}
    # What was part of everything says least; the first that was not says more.
    row = next((row for row in page.rows if row.part.count < row.part.of), page.rows[0])
    said = _("%(name)s was part of %(words)s sales (%(count)s; %(range)s; shares, not causes).")
    return said % {
        "name": row.label,
        "words": in_words(row.part),
        "count": natural(row.part.count, row.part.of),
        "range": range_of(row.part),
    }


def not_known(name: str) -> str:
    """What nobody can say without an experiment, and how to find out."""
    return _("What would be lost without it: not known. A way to find out: %(way)s.") % {"way": way_to_find_out(name)}
