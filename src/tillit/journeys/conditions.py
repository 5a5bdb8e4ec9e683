"""What the journeys behind a number of a funnel, a path or a stage have in common.

Each condition marks exactly one journey for each unit that was counted, so the length of the list is the number on the
page: for persons the journey in which it happened, for journeys the journey itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tillit.errors import QueryError
from tillit.journeys import funnel, paths, stages
from tillit.journeys.behind import journeys_of_rows
from tillit.journeys.funnel import FunnelSpec
from tillit.journeys.paths import PathSpec
from tillit.journeys.results import OTHER, STOP
from tillit.journeys.stage_rules import StageRules
from tillit.journeys.traces import Names, Traces
from tillit.journeys.view import activity_code
from tillit.sentences import sentence
from tillit.vocabulary import Stage

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Reached:
    """Units that reached a step (1 = the first), shown by the journey in which their best attempt begins."""

    columns: ClassVar[tuple[str, ...]] = ()
    spec: FunnelSpec
    step: int

    def __post_init__(self) -> None:
        _check_step(self.spec, self.step)

    def holds(self, traces: Traces, names: Names) -> Flags:
        best = funnel.best_attempts(traces, funnel.coded(self.spec, names))
        return journeys_of_rows(traces, best.entry[best.furthest >= self.step])


@dataclass(frozen=True, slots=True)
class Dropped:
    """Units that reached the step before and not this one, shown by the journey in which their best attempt begins."""

    columns: ClassVar[tuple[str, ...]] = ()
    spec: FunnelSpec
    step: int

    def __post_init__(self) -> None:
        _check_step(self.spec, self.step)
        if self.step == 1:
            raise QueryError(sentence("Nobody drops before the first step; who never began is not in the funnel."))

    def holds(self, traces: Traces, names: Names) -> Flags:
        best = funnel.best_attempts(traces, funnel.coded(self.spec, names))
        return journeys_of_rows(traces, best.entry[best.furthest == self.step - 1])


@dataclass(frozen=True, slots=True)
class OnPath:
    """Units that stand at these activities at these depths, shown by the journey of their anchor.

    One pair is a node, two neighbouring ones an arrow, 1, 2, 3 … the beginning of a path. Depth 0 is the anchor.
    """

    columns: ClassVar[tuple[str, ...]] = ()
    spec: PathSpec
    at: tuple[tuple[int, str], ...]

    def __post_init__(self) -> None:
        for depth, activity in self.at:
            if not 0 <= depth <= self.spec.depth:
                raise QueryError(
                    sentence(
                        "These paths have depths 0 to {deepest}; there is no depth {depth}.",
                        deepest=self.spec.depth,
                        depth=depth,
                    )
                )
            if activity == OTHER:
                raise QueryError(
                    sentence("Folded activities cannot be opened together; lower the smallest size and open one.")
                )

    def holds(self, traces: Traces, names: Names) -> Flags:
        found = paths.walks(traces, paths.coded(self.spec, names))
        stands = np.ones(len(found.unit), np.bool_)
        for depth, activity in self.at:
            code = paths.STOPPED if activity == STOP else activity_code(names, activity)
            stands &= found.codes[:, depth] == code
        return journeys_of_rows(traces, found.anchor[stands])


@dataclass(frozen=True, slots=True)
class InStage:
    """Persons whose last event in [start_at, end_at) left them in a stage, shown by the journey of that event."""

    columns: ClassVar[tuple[str, ...]] = ()
    rules: StageRules
    stage: Stage
    start_at: int | None = None  # microseconds UTC; None = from the beginning
    end_at: int | None = None

    def holds(self, traces: Traces, names: Names) -> Flags:
        rows = stages.last_rows_in_stage(
            traces, stages.coded(self.rules, names), self.stage, start_at=self.start_at, end_at=self.end_at
        )
        return journeys_of_rows(traces, rows)


@dataclass(frozen=True, slots=True)
class Moved:
    """Journeys that went from a stage to another at least once; None is the journey's start or end."""

    columns: ClassVar[tuple[str, ...]] = ()
    rules: StageRules
    source: Stage | None
    target: Stage | None

    def holds(self, traces: Traces, names: Names) -> Flags:
        made = stages.moves(traces, stages.coded(self.rules, names))
        has = np.zeros(traces.journeys, np.bool_)
        has[made.journey[made.ends == stages.move_code(self.source, self.target)]] = True
        return has


def _check_step(spec: FunnelSpec, step: int) -> None:
    if not 1 <= step <= len(spec.steps):
        raise QueryError(
            sentence("This funnel has the steps 1 to {last}; there is no step {step}.", last=len(spec.steps), step=step)
        )
