"""How many journeys came to each stage at all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tillit.journeys.stage_rules import StageRules
from tillit.journeys.traces import Names, Traces
from tillit.journeys.view import View
from tillit.vocabulary import Stage


@dataclass(frozen=True, slots=True)
class CameTo:
    """Journeys with at least one event that speaks of a stage."""

    columns: ClassVar[tuple[str, ...]] = ()
    rules: StageRules
    stage: Stage

    def holds(self, traces: Traces, names: Names) -> NDArray[np.bool_]:
        stage_of = self.rules.stage_of(names.activity)
        speaks = np.array([stage_of.get(name) is self.stage for name in names.activity], np.bool_)
        if not traces.journeys:
            return np.zeros(0, np.bool_)
        return np.logical_or.reduceat(speaks[traces.activity], traces.offsets[:-1])


def stage_reach(view: View, rules: StageRules) -> dict[Stage, int]:
    """The number of the view's journeys that came to each stage."""
    parts = view.map(partial(_counts, rules=rules, names=view.names))
    return {stage: sum(part[stage] for part in parts) for stage in Stage}


def _counts(traces: Traces, rules: StageRules, names: Names) -> dict[Stage, int]:
    return {stage: int(CameTo(rules, stage).holds(traces, names).sum()) for stage in Stage}
