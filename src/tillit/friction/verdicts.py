"""From counts to words: suspected in one period, called friction only when the next period says it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tillit.friction.matched import Excess, comparable, excess
from tillit.friction.tails import Floats, adjusted

FALSE_SHARE = 0.10  # of the steps suspected, at most so many wrongly
CONFIRMED_FALSE_SHARE = 0.025  # of those confirmed; one-sided, as the lower end of a 95 % range is
SLOW_QUANTILE = 0.75


class Measure(StrEnum):
    """What can be wrong with a step."""

    EXIT = "exit"  # the journey ends here
    WAIT = "wait"  # it goes on later than three of four do


@dataclass(frozen=True, slots=True)
class Visits:
    """One row for each visit of a journey to a step; `steps` says how many steps there are.

    Attributes:
        step: Shape (visits,); 0 to steps - 1.
        stratum: Shape (visits,); visits in one stratum are alike in what is known before the step.
        customer: Shape (visits,); whose visit, from 0.
        left: Shape (visits,), bool; the journey ended here.
        waited_seconds: Shape (visits,); until the next event, NaN where there is none.
        reached_goal: Shape (visits,), bool; the journey reached the goal later.
        group: Shape (steps,); steps are compared within a group.
    """

    step: NDArray[np.integer[Any]]
    stratum: NDArray[np.integer[Any]]
    customer: NDArray[np.integer[Any]]
    left: NDArray[np.bool_]
    waited_seconds: Floats
    reached_goal: NDArray[np.bool_]
    group: NDArray[np.int64]

    @property
    def steps(self) -> int:
        return len(self.group)

    @property
    def strata(self) -> int:
        return int(self.stratum.max()) + 1 if len(self.stratum) else 1

    def counted(self, weight: Floats | NDArray[np.bool_] | None = None) -> Floats:
        """Visits by step and stratum, each as heavy as its weight (default 1)."""
        cells = np.bincount(self.step * self.strata + self.stratum, weight, self.steps * self.strata)
        return cells.astype(np.float64).reshape(self.steps, self.strata)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one measure says of every step, each of shape (steps,).

    Attributes:
        first: The period in which all steps are tested.
        second: The next one, in which only those are tested that the first suspects; sizes are taken from here,
            because a count that was chosen for being high is too high.
        p_adjusted: Over all steps and measures of the first period; NaN where a step could not be compared.
        p_retest: Over the suspected ones in the second; NaN for all others.
    """

    first: Excess
    second: Excess
    p_adjusted: Floats
    p_retest: Floats

    @property
    def suspected(self) -> NDArray[np.bool_]:
        return np.asarray(self.p_adjusted <= FALSE_SHARE, np.bool_)

    @property
    def confirmed(self) -> NDArray[np.bool_]:
        return np.asarray(self.p_retest <= CONFIRMED_FALSE_SHARE, np.bool_)


def verdicts(first: Visits, second: Visits) -> dict[Measure, Verdict]:
    """Test every step for both measures in the first period, and the suspected ones again in the second.

    Benjamini-Hochberg runs over steps and measures together, so that the promise about false names holds for all that a
    reader sees at once.

    Args:
        first: One period.
        second: The next one, with the same steps and groups.
    """
    before = _measured(first)
    p_first = np.stack([before[measure].p_values() for measure in Measure])
    p_adjusted = adjusted(p_first)
    suspected = p_adjusted <= FALSE_SHARE
    after = _measured(second, {measure: ~suspected[row] for row, measure in enumerate(Measure)})
    p_second = np.stack([after[measure].p_values() for measure in Measure])
    p_retest = adjusted(np.where(suspected, p_second, np.nan))
    return {
        measure: Verdict(before[measure], after[measure], p_adjusted[row], p_retest[row])
        for row, measure in enumerate(Measure)
    }


def slow_limits(visits: Visits) -> Floats:
    """Per step the wait in seconds that one in four at its group's steps exceeds; NaN where nobody waited."""
    limits = np.full(visits.steps, np.nan)
    group, waited = visits.group[visits.step], ~np.isnan(visits.waited_seconds)
    for one in np.unique(visits.group):
        waits = visits.waited_seconds[waited & (group == one)]
        if len(waits):
            limits[visits.group == one] = np.quantile(waits, SLOW_QUANTILE)
    return limits


def _measured(visits: Visits, usual: Mapping[Measure, NDArray[np.bool_]] | None = None) -> dict[Measure, Excess]:
    all_visits = visits.counted()
    going_on = visits.counted(~np.isnan(visits.waited_seconds))
    # A comparison with NaN is false: who left did not wait.
    slow = visits.counted(visits.waited_seconds > slow_limits(visits)[visits.step])
    found = {}
    for measure, came, hits in (
        (Measure.EXIT, all_visits, visits.counted(visits.left)),
        (Measure.WAIT, going_on, slow),
    ):
        compared = comparable(came.sum(axis=1), visits.group)
        reference = None if usual is None else usual[measure]
        found[measure] = excess(came, hits, visits.group, compared, reference=reference)
    return found
