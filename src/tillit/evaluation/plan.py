"""How many decisions it takes to learn whether a person helps, before anything is drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import optimize, special

from tillit.errors import QueryError
from tillit.sentences import sentence

ALPHA = 0.05  # two-sided
POWER = 0.80
MOST_WEEKS = 26
WORTH_FINDING = 0.10  # a difference of ten in a hundred is what a company can act on


@dataclass(frozen=True, slots=True)
class Plan:
    """What a comparison at one moment takes.

    Attributes:
        decisions: On both sides together.
        weeks: At the present pace; None if the pace is not known.
        starts: Whether it would end within 26 weeks; None if the pace is not known.
        findable: The smallest difference that 26 weeks at this pace can find; None if the pace is not known or no
            difference is large enough.
    """

    base: float
    difference: float
    person_share: float
    decisions: int
    weeks: int | None
    starts: bool | None
    findable: float | None


def plan(base: float, difference: float, *, weekly: float | None = None, person_share: float = 0.5) -> Plan:
    """The size of a comparison of two shares that finds a difference in 8 of 10 cases, and 1 of 20 where none is.

    Args:
        base: P(good outcome) with the machine, in (0, 1).
        difference: What a person would have to add to be worth finding; base + difference in (0, 1).
        weekly: Decisions at this moment that could go either way, per week.
        person_share: Share of them drawn to a person, in (0, 1).

    Raises:
        QueryError: A value outside its range; the message names it.

    Source: Fleiss, Levin & Paik (2003), Statistical Methods for Rates and Proportions, section 4.3, without
    continuity correction.
    """
    if not 0 < base < 1:
        raise QueryError(sentence("The base is a share between 0 and 1, not {base}.", base=base))
    if difference == 0 or not 0 < base + difference < 1:
        raise QueryError(
            sentence(
                "A difference of {difference} from {base} leaves the range of shares, or is none.",
                difference=difference,
                base=base,
            )
        )
    if not 0 < person_share < 1:
        raise QueryError(sentence("The share of persons lies between 0 and 1, not {share}.", share=person_share))
    if weekly is not None and weekly <= 0:
        raise QueryError(sentence("The decisions per week must be above 0, not {weekly}.", weekly=weekly))
    decisions = math.ceil(_size(base, base + difference, person_share))
    if weekly is None:
        return Plan(base, difference, person_share, decisions, None, None, None)
    weeks = math.ceil(decisions / weekly)
    return Plan(
        base, difference, person_share, decisions, weeks, weeks <= MOST_WEEKS, findable(base, weekly, person_share)
    )


def findable(base: float, weekly: float, person_share: float = 0.5) -> float | None:
    """The smallest improvement on `base` that 26 weeks can find; None if not even certainty would be found."""
    most = 1 - base - 1e-9
    available = weekly * MOST_WEEKS

    def lacking(difference: float) -> float:
        return _size(base, base + difference, person_share) - available

    if lacking(most) > 0:
        return None
    if lacking(1e-6) <= 0:
        return 1e-6
    return float(optimize.brentq(lacking, 1e-6, most))  # type: ignore[no-untyped-call]


def _size(machine: float, person: float, person_share: float) -> float:
    """Both sides together, not rounded."""
    machine_share = 1 - person_share
    pooled = machine_share * machine + person_share * person
    if_none = math.sqrt(pooled * (1 - pooled) * (1 / machine_share + 1 / person_share))
    if_some = math.sqrt(machine * (1 - machine) / machine_share + person * (1 - person) / person_share)
    reach = special.ndtri(1 - ALPHA / 2) * if_none + special.ndtri(POWER) * if_some
    return float((reach / (person - machine)) ** 2)
