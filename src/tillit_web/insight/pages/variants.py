"""The page of ways: which sequences of steps customers take most often."""

from __future__ import annotations

from dataclasses import dataclass

from tillit.journeys.behind import VariantOf
from tillit.journeys.results import Variant, Variants
from tillit.reports.interval import ShareRange, share_range
from tillit_web.insight.links import Link
from tillit_web.insight.pages.behind import chips_of
from tillit_web.insight.pictures.bars import ShareBar, share_bar

LONGEST_SHOWN = 12  # chips in a row before the rest is counted


@dataclass(frozen=True, slots=True)
class Way:
    variant: Variant
    place: int  # 1 = most common
    share: ShareRange
    bar: ShareBar
    link: str
    chips: tuple[tuple[str, int], ...]  # an activity, and how many times in a row

    @property
    def shown(self) -> tuple[tuple[str, int], ...]:
        return self.chips[:LONGEST_SHOWN]

    @property
    def more(self) -> int:
        """Steps that the chips do not show."""
        return sum(times for _, times in self.chips[LONGEST_SHOWN:])


@dataclass(frozen=True, slots=True)
class WaysPage:
    ways: tuple[Way, ...]
    total_journeys: int
    total_variants: int
    covered: ShareRange  # journeys that go one of the ways shown

    @property
    def rarer_ways(self) -> int:
        return self.total_variants - len(self.ways)

    @property
    def rarer_journeys(self) -> int:
        return self.total_journeys - self.covered.count


def ways_page(variants: Variants, link: Link) -> WaysPage:
    """Each way with its share of all journeys; repeats of one activity become one chip with a count."""
    total = variants.total_journeys
    # The most common way fills its row: against all journeys, bars of a few in a hundred cannot be told apart.
    longest = max((share_range(variant.journeys, total).high for variant in variants.variants), default=1.0)
    ways = []
    for place, variant in enumerate(variants.variants, start=1):
        share = share_range(variant.journeys, total)
        ways.append(
            Way(
                variant=variant,
                place=place,
                share=share,
                bar=share_bar(share, full=longest),
                link=link(VariantOf(variant.activities)),
                chips=chips_of(variant.activities),
            )
        )
    covered = share_range(sum(variant.journeys for variant in variants.variants), total)
    return WaysPage(tuple(ways), total, variants.total_variants, covered)
