"""The page of a funnel: how many got how far, with the range of each share and the journeys behind it."""

from __future__ import annotations

from dataclasses import dataclass

from tillit.journeys.conditions import Dropped, Reached
from tillit.journeys.funnel import FunnelSpec
from tillit.journeys.results import Funnel, FunnelStep
from tillit.reports.interval import ShareRange, share_range
from tillit.reports.size import MEDIAN_FROM, Size, size_of
from tillit_web.insight.links import Link
from tillit_web.insight.pictures.bars import ShareBar, share_bar
from tillit_web.insight.words import funnel_step_label


@dataclass(frozen=True, slots=True)
class StepRow:
    step: FunnelStep
    place: int
    label: str
    of_first: ShareRange
    of_previous: ShareRange | None  # None for the first step
    bar: ShareBar
    reached_link: str
    dropped_link: str

    @property
    def tells_wait(self) -> bool:
        return self.place > 1 and self.step.reached >= MEDIAN_FROM


@dataclass(frozen=True, slots=True)
class FunnelPage:
    unit: str
    rows: tuple[StepRow, ...]
    size: Size
    all_the_way: ShareRange
    worst: StepRow | None  # the step that lost most, None where nobody was lost

    @property
    def first(self) -> StepRow:
        return self.rows[0]

    @property
    def last(self) -> StepRow:
        return self.rows[-1]

    @property
    def began(self) -> int:
        return self.rows[0].step.reached if self.rows else 0


def funnel_page(funnel: Funnel, spec: FunnelSpec, link: Link) -> FunnelPage:
    """A row a step; shares are of those who took the first step, and of those who took the one before."""
    began = funnel.steps[0].reached if funnel.steps else 0
    rows = []
    before = began
    for place, step in enumerate(funnel.steps, start=1):
        of_first = share_range(step.reached, began)
        rows.append(
            StepRow(
                step=step,
                place=place,
                label=funnel_step_label(spec, place),
                of_first=of_first,
                of_previous=share_range(step.reached, before) if place > 1 else None,
                bar=share_bar(of_first),
                reached_link=link(Reached(spec, place)),
                dropped_link=link(Dropped(spec, place)) if place > 1 else "",
            )
        )
        before = step.reached
    lost = [row for row in rows[1:] if row.step.dropped]
    return FunnelPage(
        unit=funnel.unit,
        rows=tuple(rows),
        size=size_of(began),
        all_the_way=share_range(funnel.steps[-1].reached if funnel.steps else 0, began),
        worst=max(lost, key=lambda row: row.step.dropped, default=None),
    )
