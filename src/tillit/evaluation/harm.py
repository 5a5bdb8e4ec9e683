"""Whether something bad follows a person more often than a machine: the same comparison as of good ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from tillit.evaluation.decisions import Decisions, Floats
from tillit.evaluation.evaluate import evaluate
from tillit.evaluation.scores import Z_95

Z_90 = 1.6448536269514722  # one-sided 95 of 100

NO_WORSE_WITHIN = 0.01  # one in a hundred: complaints and requests for a person may not rise by more, at 95 of 100


class Lacking(StrEnum):
    """What is not shown yet."""

    DIFFERENCE = "difference"
    COMPLAINTS = "complaints"
    ASKED_AFTERWARDS = "asked_afterwards"


@dataclass(frozen=True, slots=True)
class Harm:
    """How much more often something bad follows a person than a machine, with the ends that 95 of 100 stay within.

    Each end is one-sided: at most `at_most` more often, at least `at_least`. Where it never happened, the ends are
    those of nothing seen in so many (three divided by their number).
    """

    value: float
    at_least: float
    at_most: float

    @property
    def turned(self) -> Harm:
        """The same for a machine in a person's place."""
        return Harm(-self.value, -self.at_most, -self.at_least)


def harm_of(decisions: Decisions, happened: Floats, *, ess: float, as_of_days: float) -> Harm | None:
    """The comparison of something bad; None where nothing can be said of it.

    Args:
        decisions: Drawn decisions, taken as one stage.
        happened: Shape (n,); 1 or 0, NaN where the outcome is not known.
        ess: As many equally weighted decisions of the rarer kind they are.
    """
    least = 3 / ess
    if not np.nansum(happened):
        return Harm(0.0, -least, least)
    found = evaluate(replace(decisions, outcome=happened), as_of_days=as_of_days).overall
    if found.person_minus_machine is None or found.low is None or found.high is None:
        return None
    reach = max(Z_90 * (found.high - found.low) / (2 * Z_95), least)
    return Harm(found.person_minus_machine, found.person_minus_machine - reach, found.person_minus_machine + reach)
