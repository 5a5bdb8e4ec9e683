"""Which journeys are old enough to be counted as bought or not bought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tillit.journeys.traces import Names, Traces
from tillit.journeys.view import View
from tillit.reports.interval import ShareRange, share_range

DAY_MICROS = 86_400 * 1_000_000


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Journeys by outcome.

    Attributes:
        reached: The old enough journeys that reached the goal so far, of all old enough ones.
        young: How many began too lately to be counted, whatever they reached.
        begun_before: Microseconds UTC; older journeys are old enough. None: all are.
    """

    reached: ShareRange
    young: int
    begun_before: int | None

    @property
    def counted(self) -> int:
        return self.reached.of


def outcomes(view: View, *, as_of: int) -> Outcomes:
    """Count the view's journeys that reached the goal, of those that have had time to.

    A journey is old enough if it began at least the lapse before `as_of`. Its age decides, not its outcome: with young
    buyers counted and young others still awaited, a shop of three weeks would seem to sell to everybody. Where journeys
    never lapse, all are counted: nothing says how long one takes.
    """
    lapse_days = view.rule.lapse_days
    begun_before = None if lapse_days is None else as_of - round(lapse_days * DAY_MICROS)
    parts = view.map(lambda traces: _count(traces, begun_before))
    journeys, counted, reached = (sum(part[place] for part in parts) for place in range(3))
    return Outcomes(share_range(reached, counted), journeys - counted, begun_before)


def _count(traces: Traces, begun_before: int | None) -> tuple[int, int, int]:
    """How many journeys there are, how many of them are old enough, and how many of those reached the goal."""
    old = _is_old(traces, begun_before)
    return traces.journeys, int(old.sum()), int((old & traces.reached_goal).sum())


def _is_old(traces: Traces, begun_before: int | None) -> NDArray[np.bool_]:
    if begun_before is None:
        return np.ones(traces.journeys, np.bool_)
    old: NDArray[np.bool_] = traces.occurred_at[traces.offsets[:-1]] <= begun_before
    return old


@dataclass(frozen=True, slots=True)
class ReachedGoal:
    """Journeys that reached the goal and began by `begun_before`: those in `Outcomes.reached.count`."""

    begun_before: int | None

    columns: ClassVar[tuple[str, ...]] = ()

    def holds(self, traces: Traces, names: Names) -> NDArray[np.bool_]:  # noqa: ARG002 - a condition's signature
        held: NDArray[np.bool_] = _is_old(traces, self.begun_before) & traces.reached_goal
        return held
