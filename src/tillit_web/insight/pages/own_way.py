"""The team's own picture of its customers' way, beside what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tillit.reports.interval import ShareRange, share_range
from tillit.vocabulary import Stage
from tillit_web.insight.actions import ExpectedStage
from tillit_web.insight.pictures.bars import ShareBar, share_bar
from tillit_web.insight.words import stage_label


@dataclass(frozen=True, slots=True)
class Beside:
    """One stage: what was expected, and the journeys that came there."""

    stage: Stage
    name: str
    question: str
    of_ten: int | None
    share: ShareRange
    bar: ShareBar
    link: str

    @property
    def label(self) -> str:
        return stage_label(self.stage)

    @property
    def is_off(self) -> bool:
        """Whether what was expected lies outside the range of what happened, half a customer of ten aside."""
        return self.of_ten is not None and not self.share.low - 0.05 <= self.of_ten / 10 <= self.share.high + 0.05


@dataclass(frozen=True, slots=True)
class OwnWayPage:
    stages: tuple[Beside, ...]
    happened: bool  # there are journeys to compare with
    furthest_off: Beside | None


def own_way_page(
    expected: Sequence[ExpectedStage], came: Mapping[Stage, int], journeys: int, links: Mapping[Stage, str]
) -> OwnWayPage:
    """Put each stage of the picture beside the journeys with an event of that stage.

    Args:
        came: Journeys with at least one event that speaks of the stage.
        journeys: All of them.
    """
    stages = []
    for stage in expected:
        share = share_range(came.get(stage.stage, 0), journeys)
        stages.append(
            Beside(
                stage=stage.stage,
                name=stage.name or stage_label(stage.stage),
                question=stage.question,
                of_ten=stage.of_ten,
                share=share,
                bar=share_bar(share),
                link=links.get(stage.stage, ""),
            )
        )
    off = [stage for stage in stages if journeys and stage.is_off]
    return OwnWayPage(
        stages=tuple(stages),
        happened=journeys > 0,
        furthest_off=max(off, key=lambda stage: abs((stage.of_ten or 0) / 10 - stage.share.share), default=None),
    )
