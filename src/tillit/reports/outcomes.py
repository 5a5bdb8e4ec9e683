"""Which journeys are finished: what may be counted as bought or not bought."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tillit.journeys.traces import Names, Traces
from tillit.journeys.view import View
from tillit.reports.interval import ShareRange, share_range

DAY_MICROS = 86_400 * 1_000_000


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Journeys by outcome. `reached` is of the finished ones; `open` may still reach the goal."""

    reached: ShareRange
    open: int

    @property
    def finished(self) -> int:
        return self.reached.of


def outcomes(view: View, *, as_of: int) -> Outcomes:
    """Count the view's journeys that reached the goal, that ended without it, and that are still open.

    A journey is finished once it has reached the goal, or once nothing happened for longer than the lapse before
    `as_of`. Where journeys never lapse, all are finished: nothing says that they are not.
    """
    parts = view.map(partial(_is_finished, as_of=as_of, lapse_days=view.rule.lapse_days))
    reached = view.map(lambda traces: int(traces.reached_goal.sum()))
    finished = sum(int(part.sum()) for part in parts)
    return Outcomes(share_range(sum(reached), finished), sum(len(part) for part in parts) - finished)


def _is_finished(traces: Traces, *, as_of: int, lapse_days: float | None) -> NDArray[np.bool_]:
    if lapse_days is None:
        return np.ones(traces.journeys, np.bool_)
    last_at = traces.occurred_at[traces.offsets[1:] - 1]
    lapsed: NDArray[np.bool_] = traces.reached_goal | (as_of - last_at > lapse_days * DAY_MICROS)
    return lapsed


@dataclass(frozen=True, slots=True)
class ReachedGoal:
    """Journeys that reached the goal: those in `Outcomes.reached.count`."""

    columns: ClassVar[tuple[str, ...]] = ()

    def holds(self, traces: Traces, names: Names) -> NDArray[np.bool_]:  # noqa: ARG002 - a condition's signature
        return traces.reached_goal
