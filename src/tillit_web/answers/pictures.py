"""The picture of answering more against being wrong more."""

from __future__ import annotations

from dataclasses import dataclass

from tillit_web.answers.queries import Sureness

WIDTH, HEIGHT, LEFT, TOP = 640, 220, 44, 12
HIGHEST = 0.5
MOST_POINTS = 120


@dataclass(frozen=True, slots=True)
class CoveragePicture:
    """A line with its band: answered from left to right, wrong upwards.

    Attributes:
        line, band: Paths of an SVG.
        chosen: Where the chosen limit stands; None: nothing reaches it.
        ticks: Height and share of each line across.
    """

    line: str
    band: str
    chosen: tuple[float, float] | None
    ticks: tuple[tuple[float, float], ...]
    width: int = WIDTH
    height: int = HEIGHT


def coverage_picture(found: Sureness) -> CoveragePicture | None:
    """None where there is nothing to draw."""
    if not found.steps:
        return None
    every = max(1, len(found.steps) // MOST_POINTS)
    steps = [*found.steps[::every], found.steps[-1]]

    def at(answered: int, of: int, wrong: float) -> tuple[float, float]:
        x = LEFT + answered / of * (WIDTH - LEFT - 8)
        return round(x, 1), round(TOP + (1 - min(wrong, HIGHEST) / HIGHEST) * (HEIGHT - TOP - 28), 1)

    middle = [at(step.answered, step.of, step.wrong / step.answered) for step in steps]
    upper = [at(step.answered, step.of, step.high) for step in steps]
    lower = [at(step.answered, step.of, step.low) for step in steps]
    chosen = found.at_limit
    return CoveragePicture(
        line=_path(middle),
        band=_path([*upper, *reversed(lower)]) + "Z",
        chosen=None if chosen is None else at(chosen.answered, chosen.of, chosen.wrong / chosen.answered),
        ticks=tuple((at(0, 1, share)[1], share) for share in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)),
    )


def _path(points: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in points)
