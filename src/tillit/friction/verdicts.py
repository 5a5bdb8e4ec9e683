"""From counts to words: suspected in one period, called friction only when the next period says it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from tillit.friction.matched import Excess, comparable, excess
from tillit.friction.tails import Floats, adjusted

FALSE_SHARE = 0.10  # of the steps suspected, at most so many wrongly
CONFIRMED_FALSE_SHARE = 0.025  # of those confirmed; one-sided, as the lower end of a 95 % range is


class Measure(StrEnum):
    """What can be wrong with a step."""

    EXIT = "exit"  # the journey ends here
    WAIT = "wait"  # it goes on later than three of four do


@dataclass(frozen=True, slots=True)
class Period:
    """The visits of journeys to steps in one period, counted by step and stratum: each of shape (steps, strata).

    Visits in one stratum are alike in what is known before the step.

    Attributes:
        left: Visits that the journey ended at; all others waited for something.
        slow: Visits that waited longer than three of four at comparable steps.
        limits: Shape (steps,); microseconds beyond which a wait is slow, NaN where nobody waited.
        group: Shape (steps,); steps are compared within a group.
    """

    visits: Floats
    left: Floats
    slow: Floats
    limits: Floats
    group: NDArray[np.int64]


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


def verdicts(first: Period, second: Period) -> dict[Measure, Verdict]:
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


def _measured(period: Period, usual: Mapping[Measure, NDArray[np.bool_]] | None = None) -> dict[Measure, Excess]:
    found = {}
    for measure, came, hits in (
        (Measure.EXIT, period.visits, period.left),
        (Measure.WAIT, period.visits - period.left, period.slow),
    ):
        compared = comparable(came.sum(axis=1), period.group)
        reference = None if usual is None else usual[measure]
        found[measure] = excess(came, hits, period.group, compared, reference=reference)
    return found
