"""What a log says of customers who stay on an earlier table, and where keeping some could show anything."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tillit.evaluation.claims import ALPHA, always_valid
from tillit.evaluation.log_table import LogTable
from tillit.evaluation.maturity import seen_weights
from tillit.evaluation.plan import MOST_WEEKS, WORTH_FINDING, findable
from tillit.evaluation.results import WholeWay
from tillit.evaluation.scores import Z_95, Estimate
from tillit.evaluation.whole_way import whole_way_of
from tillit.meetings.keeping import KEPT_SHARE

LEAST_OUTCOMES = 30  # from which on the share that ends well is known
ASSUMED_BASE = 0.45


@dataclass(frozen=True, slots=True)
class Keepable:
    """A stage at which some customers could be kept.

    Attributes:
        customers: Who could have gone either way there in the last 26 weeks, or in as many as the log has: no more are
            counted on.
        base: P(good outcome) there; assumed where too few are known.
        findable: The smallest difference that so many customers show in 8 of 10 tries; None where none is large enough.
    """

    stage: str
    customers: int
    base: float
    is_base_measured: bool
    findable: float | None

    @property
    def may_start(self) -> bool:
        return self.findable is not None and self.findable <= WORTH_FINDING


@dataclass(frozen=True, slots=True)
class KeptStage:
    """A stage at which customers are kept.

    Attributes:
        kept: Customers on the earlier table, and `others` on today's, with a moment that could go either way.
        way: Good ends at the moments of the others minus those of the kept, with a range that holds at every look;
            None with fewer than 100 customers on a side.
        drawn_apart: Customers for whom the lot fell more than once, before their identifiers were known to be one
            person's: they count on no side.
    """

    stage: str
    kept: int
    others: int
    way: WholeWay | None
    drawn_apart: int = 0


def keepable(table: LogTable, *, as_of_days: float) -> tuple[Keepable, ...]:
    """Every stage that the log tells, with what keeping one customer in twenty there would show."""
    decisions = table.decisions
    lately = table.linked & decisions.free & (decisions.at_days >= as_of_days - 7 * MOST_WEEKS)
    found = []
    for place, stage in enumerate(decisions.stages):
        here = lately & (decisions.stage == place)
        if not stage or not here.any():
            continue
        outcomes = decisions.outcome[here & ~np.isnan(decisions.outcome)]
        is_measured = len(outcomes) >= LEAST_OUTCOMES
        base = float(np.clip(outcomes.mean(), 0.01, 0.99)) if is_measured else ASSUMED_BASE
        customers = len(np.unique(decisions.customer[here]))
        # A difference either way counts: where nearly all ends well, the one that can be found is downwards.
        least = findable(min(base, 1 - base), customers / MOST_WEEKS, 1 - KEPT_SHARE)
        found.append(Keepable(str(stage), customers, base, is_measured, least))
    return tuple(found)


def kept_stages(table: LogTable, *, as_of_days: float) -> tuple[KeptStage, ...]:
    """The stages of the latest lot, each compared by itself; () where nobody was ever kept."""
    decisions = table.decisions
    if decisions.kept is None or decisions.took_part is None:
        return ()
    weights = seen_weights(decisions, as_of_days=as_of_days)
    told = sorted({decisions.stages[place] for place in decisions.stage[decisions.took_part]})
    found = []
    for stage in told:
        here = decisions.took_part & (decisions.stage == decisions.stages.index(stage))
        old_enough = here & ~np.isnan(weights)
        way = whole_way_of(decisions.take(old_enough), weights[old_enough]) if old_enough.any() else None
        free = here & decisions.free
        kept, others = (len(np.unique(decisions.customer[free & side])) for side in (decisions.kept, ~decisions.kept))
        apart = table.drawn_apart & (decisions.stage == decisions.stages.index(stage))
        excluded = len(np.unique(decisions.customer[apart]))
        found.append(KeptStage(str(stage), kept, others, _live(way, alpha=ALPHA / len(told)), excluded))
    return tuple(found)


def _live(way: WholeWay | None, *, alpha: float) -> WholeWay | None:
    """The same with a range that holds at every look; the smaller side says how much is known."""
    if way is None:
        return None
    error = (way.high - way.low) / (2 * Z_95)
    n = way.kept_customers
    low, high = always_valid(Estimate(way.difference, error, n, n), alpha=alpha)
    return WholeWay(way.difference, low, high, way.kept, way.others, way.kept_customers, way.other_customers)
