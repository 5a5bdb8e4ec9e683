"""The picture of moves between stages: stages on a line, steps forward as arcs over it, steps back under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tillit.journeys.results import StageMove
from tillit.vocabulary import Stage

ORDER = tuple(Stage)
GAP = 136
SIDE = 72
WIDEST = 22.0
THINNEST = 1.5
HALF = 30  # half the height of a stage's label on the line


@dataclass(frozen=True, slots=True)
class StageSpot:
    stage: Stage
    x: float


@dataclass(frozen=True, slots=True)
class Arc:
    move: StageMove
    path: str
    width: float
    label_x: float
    label_y: float
    back: bool


@dataclass(frozen=True, slots=True)
class MovesPicture:
    width: float
    height: float
    line_y: float
    spots: tuple[StageSpot, ...]
    arcs: tuple[Arc, ...]


def moves_picture(moves: Sequence[StageMove]) -> MovesPicture:
    """Arcs for the moves between two different stages, wide where many journeys went; starts and ends are a table's."""
    between = [move for move in moves if move.source and move.target and move.source is not move.target]
    most = max((move.journeys for move in between), default=1)
    over = max((_reach(move) for move in between if not is_back(move)), default=0.0)
    under = max((_reach(move) for move in between if is_back(move)), default=0.0)
    line_y = over + HALF + 30
    spots = {stage: SIDE + place * GAP for place, stage in enumerate(ORDER)}
    arcs = []
    for move in sorted(between, key=lambda move: (-_reach(move), -move.journeys)):
        x0, x1 = (spots[stage] for stage in (move.source, move.target) if stage)
        back = is_back(move)
        # Arcs of one stage leave it side by side: long ones near the middle, so that they do not hide short ones.
        inset = 26 if back else 18
        start = x0 + (-inset if back else inset)
        end = x1 + (inset if back else -inset)
        reach = _reach(move)
        edge_y = line_y + (HALF if back else -HALF)
        peak = edge_y + (reach if back else -reach) * 4 / 3  # a cubic curve reaches three quarters of its handles
        arcs.append(
            Arc(
                move=move,
                path=f"M{start:.1f} {edge_y:.1f}C{start:.1f} {peak:.1f} {end:.1f} {peak:.1f} {end:.1f} {edge_y:.1f}",
                width=max(WIDEST * move.journeys / most, THINNEST),
                label_x=(start + end) / 2,
                label_y=edge_y + (reach if back else -reach),
                back=back,
            )
        )
    return MovesPicture(
        width=2 * SIDE + (len(ORDER) - 1) * GAP,
        height=line_y + HALF + under + 34,
        line_y=line_y,
        spots=tuple(StageSpot(stage, x) for stage, x in spots.items()),
        arcs=tuple(arcs),
    )


def is_back(move: StageMove) -> bool:
    """Whether a move goes to an earlier stage."""
    return move.source is not None and move.target is not None and ORDER.index(move.source) > ORDER.index(move.target)


def _reach(move: StageMove) -> float:
    if move.source is None or move.target is None:
        return 0.0
    return 26.0 + 24.0 * (abs(ORDER.index(move.source) - ORDER.index(move.target)) - 1)
