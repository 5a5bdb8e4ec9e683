"""The journeys behind friction: those at a step, those that show a pattern. Broken promises are in conformance.py."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tillit.friction import patterns
from tillit.friction.visits import endings, visits_of
from tillit.journeys.traces import Names, Traces
from tillit.journeys.view import activity_code


class At(StrEnum):
    """What journeys did at a step."""

    CAME = "came"
    LEFT = "left"  # it was the last that happened, and the goal was not reached
    SLOW = "slow"  # they went on later than the limit


@dataclass(frozen=True, slots=True)
class AtStep:
    """Finished journeys of the period of the re-test that came to a step, left there, or waited long there.

    Attributes:
        by: "channel" or "place", where steps are told apart by it; `part` is then the channel or place, None for none.
        began_from: First instant of the period, microseconds UTC.
        over_by: As in `Friction`.
        limit_seconds: Beyond it a wait is slow; for `At.SLOW` alone.
    """

    columns: ClassVar[tuple[str, ...]] = ("channel", "place")
    activity: str
    goal: str
    did: At
    began_from: int
    over_by: int | None
    by: str | None = None
    part: str | None = None
    limit_seconds: float | None = None

    def holds(self, traces: Traces, names: Names) -> NDArray[np.bool_]:
        codes = getattr(traces, self.by) if self.by else np.full(traces.events, -1, np.int32)
        ended = endings(traces, goal=activity_code(names, self.goal), over_by=self.over_by)
        visits = visits_of(traces, codes, ended)
        part = -1 if self.by is None or self.part is None else getattr(names, self.by).index(self.part)
        activity = activity_code(names, self.activity)
        here = (traces.activity[visits.row] == activity) & (codes[visits.row] == part)
        if self.did is At.LEFT:
            here &= visits.left
        if self.did is At.SLOW:
            waited_seconds = np.diff(traces.occurred_at, append=0)[visits.row] / 1e6
            here &= ~visits.left & (waited_seconds > (self.limit_seconds or 0))
        has = np.zeros(traces.journeys, np.bool_)
        has[visits.journey[here]] = True
        return np.asarray(has & (traces.occurred_at[traces.offsets[:-1]] >= self.began_from), np.bool_)


@dataclass(frozen=True, slots=True)
class Shows:
    """Journeys that show a named pattern, as far as is known at `newest_at` (microseconds UTC)."""

    columns: ClassVar[tuple[str, ...]] = patterns.COLUMNS
    pattern: str
    newest_at: int

    def holds(self, traces: Traces, names: Names) -> NDArray[np.bool_]:
        rule = next(rule for rule in patterns.PATTERNS if rule.name == self.pattern)
        return rule.shows(traces, names, self.newest_at)
