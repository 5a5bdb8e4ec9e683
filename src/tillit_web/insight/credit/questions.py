"""What the pages of credit ask of a view, each answered once for a build and its filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tillit.credit.assignments import trials_in, trials_on
from tillit.credit.cells import Headcounts
from tillit.credit.coalitions import Common, coalitions, most_common
from tillit.credit.part_of import PartOf, part_of
from tillit.credit.paths import Paths, paths_from
from tillit.credit.plan import Reach
from tillit.credit.results import Credit
from tillit.credit.sales import spec_in
from tillit.credit.sensitivity import Sensitivity, sensitivity
from tillit.credit.side_by_side import credit
from tillit.credit.statement import Statement, statement
from tillit.credit.trials import Effect, Trial, effects
from tillit.credit.turns import TurnsPlan, turns_plans
from tillit.credit.weekly import weekly_sales
from tillit.credit.whatif import WhatIf, what_if
from tillit.journeys.touchpoint_parts import TouchpointPaths
from tillit.journeys.touchpoints import TouchpointSpec, touchpoint_paths
from tillit.journeys.view import Selection, View
from tillit.reports.contributed import MODELS_AT
from tillit.reports.size import Size, size_of
from tillit_web.insight.credit.holdout_plan import reaches
from tillit_web.warehouse.queries import cached

MOST_TOGETHER = 12  # sets of touchpoints that are shown
SEED = 1  # of the resamples: the same data give the same ranges


@dataclass(frozen=True, slots=True)
class Contributed:
    """What Who contributed is made from: aggregates, which may be kept."""

    parts: tuple[PartOf, ...]
    sales: int
    alone: int  # sales without a known touch
    credit: Credit | None
    together: Common | None
    noted: tuple[Sensitivity, ...]
    effects: tuple[Effect, ...]
    reaches: Mapping[str, Reach]


@dataclass(frozen=True, slots=True)
class Missing:
    """What hangs on the names, what the sales they touched were worth, and what holdouts of them say.

    `reach` is who comes to the name; None for two, whose holdout would be planned for both.
    """

    found: WhatIf
    value_minor: Mapping[str, int]
    effects: tuple[Effect, ...]
    reach: Reach | None


class Ways:
    """The questions about a view's ways through one kind of touchpoint; walked once, when the first of them needs it.

    Raises:
        QueryError: These data cannot be told apart so.
    """

    def __init__(self, view: View, goal: str, by: str, headcounts: Headcounts) -> None:
        # Which contents there are is looked up in all events.
        asked = ("touchpoints", goal, by, headcounts)
        self.spec: TouchpointSpec = cached(view, asked, lambda: spec_in(view, goal, by, headcounts))
        self._view, self._goal = view, goal

    def contributed(self) -> Contributed:
        """What each touchpoint was part of, and how models share the same sales."""
        return cached(self._view, ("credit", self.spec), self._contributed)

    def names(self) -> Sequence[str]:
        """The touchpoints that one may ask to be without."""
        return cached(self._view, ("touch names", self.spec), lambda: self._paths.names)

    def without(self, chosen: tuple[str, ...]) -> Missing:
        """What would be missing without these touchpoints.

        Raises:
            QueryError: One of them is none of these data's.
        """
        return cached(self._view, ("without", self.spec, chosen), lambda: self._without(chosen))

    def turns(self, name: str) -> tuple[TurnsPlan, ...]:
        """The trial of one touchpoint by turns, planned from the sales of all weeks."""
        view = self._view
        return cached(view, ("turns", self.spec, name), lambda: turns_plans(weekly_sales(view, self.spec, name)))

    @cached_property
    def _met(self) -> TouchpointPaths:
        return touchpoint_paths(self._view, self.spec)

    @cached_property
    def _paths(self) -> Paths:
        return paths_from(self._met)

    @cached_property
    def _reaches(self) -> Mapping[str, Reach]:
        return reaches(self._met, self._paths)

    @cached_property
    def _trials(self) -> tuple[Trial, ...]:
        """The holdouts of these touchpoints; none under filters, since whoever was drawn is all customers."""
        if self._view.selection != Selection():
            return ()
        return trials_on(self._paths.names, trials_in(self._view, self._goal))

    def _contributed(self) -> Contributed:
        paths = self._paths
        parts = part_of(paths)
        sales = round(float(paths.conversions.sum()))
        alone = sales - round(float(paths.conversions[paths.meets(paths.names)].sum()))
        models = MODELS_AT[size_of(sales)] if parts and parts[0].conversions else ()
        found = credit(paths, models, np.random.default_rng(SEED), trials=self._trials) if models else None
        baseline = found.baseline.conversions or 0.0 if found else 0.0
        return Contributed(
            parts,
            sales,
            alone,
            found,
            most_common(coalitions(paths, baseline=baseline), MOST_TOGETHER) if found else None,
            sensitivity(paths, np.random.default_rng(SEED), shared=sales - baseline) if parts else (),
            found.effects if found else effects(self._trials),
            self._reaches,
        )

    def _without(self, chosen: tuple[str, ...]) -> Missing:
        paths = self._paths
        chain = size_of(round(float(paths.conversions.sum()))) is Size.FULL
        found = what_if(paths, chosen, np.random.default_rng(SEED), chain=chain, trials=self._trials)
        met = paths.meets(chosen)
        worth = {currency: round(float(value[met].sum())) for currency, value in paths.value_minor.items()}
        # All names are tried together, as on Who contributed: the same holdout must not be found there and not here.
        of_chosen = tuple(effect for effect in effects(self._trials) if effect.name in chosen)
        return Missing(found, worth, of_chosen, self._reaches.get(chosen[0]) if len(chosen) == 1 else None)


def statement_of(view: View, goal: str, headcounts: Headcounts, *, start_at: int, end_at: int) -> Statement:
    """What was sold in [start_at, end_at), microseconds UTC, and what each team was part of."""
    return cached(
        view,
        ("statement", goal, headcounts, start_at, end_at),
        lambda: statement(view, goal, headcounts, start_at=start_at, end_at=end_at),
    )


def first_event_at(view: View) -> int:
    """The first event of a view, microseconds UTC; 0 where there is none."""
    return cached(view, "first", lambda: view.span[0] if view.span[1] else 0)
