"""The page of stages: how many customers stood in each stage week by week, and how they moved between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from babel.dates import format_skeleton
from django.utils import timezone
from django.utils.translation import ngettext

from tillit.journeys.conditions import InStage, Moved
from tillit.journeys.results import StageCount, StageMove
from tillit.journeys.stage_rules import StageRules
from tillit.reports.interval import ShareRange, share_range
from tillit.vocabulary import Stage
from tillit_web.insight.links import Link
from tillit_web.insight.pictures.bars import Column, columns
from tillit_web.insight.pictures.moves import ORDER, Arc, MovesPicture, is_back, moves_picture
from tillit_web.insight.words import stage_label
from tillit_web.ui.templatetags.tillit import local_time, number, reader_locale

MOST_DATES = 6
LABELLED_SHARE = 0.04  # of the moves between stages: below that an arc has no room for its number


@dataclass(frozen=True, slots=True)
class StageCell:
    period_start: int
    persons: int
    column: Column
    link: str
    label: str  # what the bar is, for whoever hears it or points at it


@dataclass(frozen=True, slots=True)
class StageRow:
    stage: Stage
    cells: tuple[StageCell, ...]

    @property
    def last(self) -> StageCell:
        return self.cells[-1]


@dataclass(frozen=True, slots=True)
class PeriodMark:
    """A period's place on the axis; only every so many carry their date, so that dates do not touch."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class TableLine:
    period_start: int
    cells: tuple[StageCell, ...]


@dataclass(frozen=True, slots=True)
class LinkedArc:
    arc: Arc
    link: str
    labelled: bool


@dataclass(frozen=True, slots=True)
class MoveRow:
    move: StageMove
    link: str
    back: bool


@dataclass(frozen=True, slots=True)
class StagesPage:
    rows: tuple[StageRow, ...]
    table: tuple[TableLine, ...]
    marks: tuple[PeriodMark, ...]
    most: int  # persons at a full bar
    fullest: StageRow | None  # where most customers stand at the end of the last period
    picture: MovesPicture
    arcs: tuple[LinkedArc, ...]
    moves: tuple[MoveRow, ...]
    back: ShareRange  # moves back among moves between stages
    common_back: StageMove | None


def stages_page(
    counts: Sequence[StageCount], moves: Sequence[StageMove], rules: StageRules, *, link: Link
) -> StagesPage:
    """Rows in the order of the buying process, all on one scale, so that their heights can be compared."""
    starts = sorted({count.period_start for count in counts})
    most = max((count.persons for count in counts), default=0)
    rows = _rows(counts, starts, most, rules, link)
    between = [move for move in moves if move.source and move.target and move.source is not move.target]
    backward = [move for move in between if is_back(move)]
    picture = moves_picture(moves)
    total = sum(move.moves for move in between)
    return StagesPage(
        rows=rows,
        table=tuple(
            TableLine(start, tuple(row.cells[place] for row in rows))
            for place, start in reversed(list(enumerate(starts)))
        ),
        marks=_marks(starts),
        most=most,
        fullest=max(rows, key=lambda row: row.last.persons, default=None),
        picture=picture,
        arcs=tuple(
            LinkedArc(
                arc, link(Moved(rules, arc.move.source, arc.move.target)), arc.move.moves >= LABELLED_SHARE * total
            )
            for arc in picture.arcs
        ),
        moves=tuple(
            MoveRow(move, link(Moved(rules, move.source, move.target)), is_back(move))
            for move in sorted(moves, key=lambda move: -move.journeys)
        ),
        back=share_range(sum(move.moves for move in backward), total),
        common_back=max(backward, key=lambda move: move.journeys, default=None),
    )


def _rows(
    counts: Sequence[StageCount], starts: Sequence[int], most: int, rules: StageRules, link: Link
) -> tuple[StageRow, ...]:
    persons = {(count.stage, count.period_start): count.persons for count in counts}
    ends = dict(zip(starts, [*starts[1:], None], strict=True))
    rows = []
    for stage in ORDER:
        found = [persons.get((stage, start), 0) for start in starts]
        if not any(found):
            continue
        cells = (
            StageCell(start, count, shape, link(InStage(rules, stage, start, ends[start])), _label(stage, start, count))
            for start, count, shape in zip(starts, found, columns(found, most=most), strict=True)
        )
        rows.append(StageRow(stage, tuple(cells)))
    return tuple(rows)


def _label(stage: Stage, start: int, count: int) -> str:
    text = ngettext(
        "%(stage)s, period from %(day)s: %(count)s customer",
        "%(stage)s, period from %(day)s: %(count)s customers",
        count,
    )
    return text % {"stage": stage_label(stage), "day": local_time(start, "day"), "count": number(count)}


def _day_and_month(at: int) -> str:
    local = datetime.fromtimestamp(at / 1_000_000, UTC).astimezone(timezone.get_current_timezone())
    return format_skeleton("MMMd", local, locale=reader_locale())


def _marks(starts: Sequence[int]) -> tuple[PeriodMark, ...]:
    every = max(1, -(-len(starts) // MOST_DATES))
    return tuple(
        PeriodMark(round((place + 0.5) * 100 / len(starts), 3), _day_and_month(start))
        for place, start in enumerate(starts)
        if place % every == 0
    )
