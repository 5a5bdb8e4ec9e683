"""From the counts of each bucket to those of both periods, and to what resampling draws from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from tillit.friction.counts import Cells, CountedVisits, SecondJourneys
from tillit.friction.resampling import MOST_GROUPS, grouped
from tillit.friction.verdicts import Period
from tillit.friction.visits import strata_of, whole_numbers
from tillit.friction.waits import Waits, by_step, slow_limits, slower
from tillit.friction.worth import Outcome, Outcomes
from tillit.journeys.units import Indices


@dataclass(frozen=True, slots=True)
class Plan:
    """Which steps and strata there are.

    Attributes:
        parts: How many parts tell steps of one activity apart.
        codes: Shape (steps,); as `step_codes`, ascending.
        group: Shape (steps,); steps are compared within a group.
        stratum: Of whatever is known before a visit, by its number; of no meaning where nothing is.
    """

    parts: int
    codes: Indices
    group: Indices
    stratum: Indices

    @property
    def strata(self) -> int:
        return int(self.stratum.max(initial=0)) + 1

    def places(self, cells: Cells) -> tuple[Indices, Indices]:
        """Step and stratum of each cell."""
        step = np.searchsorted(self.codes, step_codes(cells, self.parts))
        return step, self.stratum[cells.known_before]


def step_codes(cells: Cells, parts: int) -> Indices:
    """What tells the steps of visits apart, as one number."""
    return cells.activity.astype(np.int64) * (parts + 1) + cells.part + 1


def strata_by_number(buckets: Sequence[CountedVisits]) -> Indices:
    """The stratum of whatever is known before a visit, as in `Plan`."""
    end = 1 + max((int(bucket.cells.known_before.max(initial=0)) for bucket in buckets), default=0)
    visits = np.zeros(end)
    for bucket in buckets:
        visits += np.bincount(bucket.cells.known_before, bucket.cells.visits, end)
    different = np.flatnonzero(visits)
    strata = np.zeros(end, np.int64)
    strata[different] = strata_of(different, visits[different].astype(np.int64))
    return strata


def period(buckets: Sequence[CountedVisits], plan: Plan, *, second: bool) -> Period:
    """The visits of one period."""
    steps, strata = len(plan.group), plan.strata
    left, stayed = np.zeros(steps * strata), np.zeros(steps * strata)
    for bucket in buckets:
        cells, (step, stratum) = bucket.cells, plan.places(bucket.cells)
        for counts, here in ((left, cells.left), (stayed, ~cells.left)):
            chosen = here & (cells.second == second)
            counts += np.bincount((step * strata + stratum)[chosen], cells.visits[chosen], len(counts))
    waits = waits_of(buckets, plan, second=second)
    limits = slow_limits(by_step(waits, steps), plan.group)
    visits, shape = left + stayed, (steps, strata)
    return Period(visits.reshape(shape), left.reshape(shape), slower(waits, limits, strata), limits, plan.group)


def waits_of(buckets: Sequence[CountedVisits], plan: Plan, *, second: bool) -> list[Waits]:
    """The waits of one period."""
    found = []
    for bucket in buckets:
        chosen = ~bucket.cells.left & (bucket.cells.second == second)
        step, stratum = plan.places(bucket.cells)
        found.append(Waits(step[chosen], stratum[chosen], bucket.cells.visits[chosen], bucket.waited[second]))
    return found


def currency_of(buckets: Sequence[CountedVisits]) -> int | None:
    """The code of the currency that the goals of most visits have; None where none has money."""
    visits = sum((bucket.by_currency for bucket in buckets), np.zeros(1))
    return int(visits.argmax()) if visits.any() else None


def outcomes(buckets: Sequence[CountedVisits], plan: Plan, currency: int | None) -> Outcomes:
    """What became of the visits of the second period; goals in other currencies than this have no value."""
    steps, strata = len(plan.group), plan.strata
    of_customer = _groups([bucket.journeys for bucket in buckets])
    groups = 1 + max((int(group.max(initial=0)) for group in of_customer), default=0)
    cells = len(Outcome) * steps * strata
    visits = sum(len(bucket.journey) for bucket in buckets)
    pair = np.empty(visits, whole_numbers(cells * groups))
    values, goals = (csr_matrix((steps, groups)) for _ in range(2))  # type: ignore[no-untyped-call]
    filled = 0
    for bucket, group in zip(buckets, of_customer, strict=True):
        here, (step, stratum) = bucket.cells.second, plan.places(bucket.cells)
        outcome = np.where(bucket.cells.reached_goal, Outcome.REACHED, Outcome.WENT_ON + bucket.cells.left)
        cell, times = ((outcome * steps + step) * strata + stratum)[here], bucket.cells.visits[here]
        group_of_visit = group[bucket.journeys.customer][bucket.journey]
        pair[filled : filled + len(group_of_visit)] = np.repeat(cell * groups, times) + group_of_visit
        filled += len(group_of_visit)
        if currency is not None:
            with_value = np.flatnonzero(bucket.journeys.currency[bucket.journey] == currency)
            step_and_group = np.repeat(step[here] * groups, times)[with_value] + group_of_visit[with_value]
            amount = bucket.journeys.amount_minor[bucket.journey[with_value]].astype(np.float64)
            values += grouped(step_and_group, amount, groups=groups, cells=steps)
            goals += grouped(step_and_group, groups=groups, cells=steps)  # last: it puts them in order
    return Outcomes(grouped(pair, groups=groups, cells=cells), goals, values, strata, plan.group)


def _groups(journeys: Sequence[SecondJourneys]) -> list[NDArray[np.int32]]:
    """The group of each customer, bucket by bucket: customers are dealt to groups in the order of their first visits.

    Internal codes change with every key, and so would the draws.
    """
    began_at, came_at, came_to = (
        np.concatenate([np.zeros(0, np.int64), *(getattr(of_bucket, column) for of_bucket in journeys)])
        for column in ("began_at", "came_at", "came_to")
    )
    order = np.argsort(began_at)
    same = began_at[order[1:]] == began_at[order[:-1]]
    tied = np.zeros(len(order), np.bool_)
    tied[1:] = same
    tied[:-1] |= same
    # To order by three things takes ten times as long as by one, and few journeys begin in one microsecond.
    among = np.sort(order[tied])
    order[tied] = among[np.lexsort((came_to[among], came_at[among], began_at[among]))]
    group = np.empty(len(order), np.int32)
    group[order] = np.arange(len(order), dtype=np.int32) % MOST_GROUPS
    return np.split(group, np.cumsum([len(of_bucket.began_at) for of_bucket in journeys])[:-1])
