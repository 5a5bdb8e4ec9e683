"""What holdouts say: customers from whom a name was withheld by lot, beside those from whom it was not.

The difference of means between the two, by intention to treat: whoever was drawn counts where the lot put them,
whatever came of it. It is AIPW with known propensities and an outcome model that is the mean of each side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from tillit.credit.paths import Floats, Indices
from tillit.credit.resampling import CONFIDENCE
from tillit.credit.vocabulary import Evidence
from tillit.sentences import Sentence, sentence

FEWEST_DRAWN = 3_000  # customers, on both sides together
FEWEST_CUSTOMERS = 100  # on each side
FEWEST_SALES = 10  # that each side would have if the name did nothing: fewer, and means are not normal
ADDED_UP = sentence("none of them replaces another: what is lost without each is added up")  # weakest of several
FALSE_CLAIMS = 0.05  # of all trials together: how often a name that adds nothing may be said to earn


@dataclass(frozen=True, slots=True)
class Trial:
    """One name's holdout, one row for each customer who was drawn for it.

    Attributes:
        name: The touchpoint.
        person: Shape (customers,); the same person has the same number in all trials of a company.
        withheld: Shape (customers,), bool.
        conversions: Shape (customers,); since the customer was drawn.
        value_minor: By currency, shape (customers,).
        all_drawn: Whether it is known who else was drawn. If not, everybody with an event since the first lot counts.
    """

    name: str
    person: Indices
    withheld: NDArray[np.bool_]
    conversions: Floats
    value_minor: Mapping[str, Floats]
    all_drawn: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """What a name added for the customers it was not withheld from, all of them together.

    Attributes:
        lost: Conversions that would not have come without it; with the range, None where the sides are too small.
        error: Standard error of `lost`.
        withheld, met: Customers on each side.
        withheld_conversions, met_conversions: Theirs.
        value_minor: What the lost conversions are worth, by currency; None as `lost`.
        p_adjusted: Holm's, over all names with enough customers.
        earns: Whether the name may be said to earn: evidence, and more than nothing after Holm.
    """

    name: str
    evidence: Evidence
    lost: float | None
    low: float | None
    high: float | None
    error: float | None
    withheld: int
    met: int
    withheld_conversions: float
    met_conversions: float
    value_minor: Mapping[str, int] | None
    p_adjusted: float | None
    earns: bool
    assumptions: tuple[Sentence, ...]


def effects(trials: Sequence[Trial]) -> tuple[Effect, ...]:
    """What each trial says, in the order given; the more names are tried, the more each must show."""
    found = [_difference(trial) for trial in trials]
    p_values = [one.p for one in found if one.is_enough]
    adjusted = iter(_holm(p_values))
    return tuple(
        _effect(trial, one, next(adjusted) if one.is_enough else None) for trial, one in zip(trials, found, strict=True)
    )


def lost_together(trials: Sequence[Trial]) -> tuple[float, float, float] | None:
    """Conversions lost without all of these names, with range; None where one of the trials is too small.

    The single losses are added up, as if none of the names replaced another: customers without any of them were not
    drawn on purpose. Their errors are not independent, since the same customers stand in several trials.
    """
    parts = [_difference(trial) for trial in trials]
    if not parts or not all(part.is_enough for part in parts):
        return None
    person = np.concatenate([trial.person for trial in trials])
    influence = np.concatenate([part.influence for part in parts])
    _, who = np.unique(person, return_inverse=True)
    error = float(np.sqrt((np.bincount(who, weights=influence) ** 2).sum()))
    lost = sum(part.lost for part in parts)
    return lost, lost - _REACH * error, lost + _REACH * error


_REACH = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


@dataclass(frozen=True, slots=True)
class _Difference:
    is_enough: bool
    lost: float
    error: float
    error_of_none: float  # if the name did nothing: both sides then vary alike
    influence: Floats

    @property
    def p(self) -> float:
        # Not by `error`: where the side without sells little by chance, its own variance is too small as well, and
        # names that add nothing were said to earn more than twice as often as promised.
        return 2 * NormalDist().cdf(-abs(self.lost) / self.error_of_none) if self.error_of_none else 1.0


def _difference(trial: Trial) -> _Difference:
    held, conversions = trial.withheld, trial.conversions
    sides = min(int(held.sum()), int((~held).sum()))
    mean = float(conversions.mean()) if len(held) else 0.0
    if len(held) < FEWEST_DRAWN or sides < FEWEST_CUSTOMERS or sides * mean < FEWEST_SALES:
        return _Difference(False, 0.0, 0.0, 0.0, np.zeros(len(held)))
    met = int((~held).sum())
    influence = _influence(trial, conversions)
    lost = met * float(conversions[~held].mean() - conversions[held].mean())
    of_none = met * float(np.sqrt(conversions.var(ddof=1) * (1 / met + 1 / int(held.sum()))))
    return _Difference(True, lost, float(np.sqrt((influence**2).sum())), of_none, influence)


def _influence(trial: Trial, outcome: Floats) -> Floats:
    """Each customer's part of the error of `lost`; squared and added up they are its variance."""
    held = trial.withheld
    met, withheld = int((~held).sum()), int(held.sum())
    part = np.where(held, -met / max(withheld - 1, 1), met / max(met - 1, 1))
    return np.asarray(part * (outcome - np.where(held, outcome[held].mean(), outcome[~held].mean())))


def _effect(trial: Trial, found: _Difference, p_adjusted: float | None) -> Effect:
    held, conversions = trial.withheld, trial.conversions
    met = int((~held).sum())
    value = None
    if found.is_enough:
        value = {
            currency: round(met * float(worth[~held].mean() - worth[held].mean()))
            for currency, worth in trial.value_minor.items()
        }
    return Effect(
        name=trial.name,
        evidence=Evidence.HOLDOUT if found.is_enough else Evidence.FEW,
        lost=found.lost if found.is_enough else None,
        low=found.lost - _REACH * found.error if found.is_enough else None,
        high=found.lost + _REACH * found.error if found.is_enough else None,
        error=found.error if found.is_enough else None,
        withheld=int(held.sum()),
        met=met,
        withheld_conversions=float(conversions[held].sum()),
        met_conversions=float(conversions[~held].sum()),
        value_minor=value,
        p_adjusted=p_adjusted,
        earns=p_adjusted is not None and p_adjusted < FALSE_CLAIMS and found.lost > 0,
        assumptions=_assumes(trial),
    )


def _assumes(trial: Trial) -> tuple[Sentence, ...]:
    kept = sentence("what was withheld from a customer was really not met, and nothing else was changed for them")
    time = sentence("what held while customers were drawn holds afterwards")
    if trial.all_drawn:
        return kept, time
    return (
        sentence(
            "customers from whom it was withheld are seen in the data as often as the others; "
            "name everyone who was drawn, and this need not be assumed"
        ),
        kept,
        time,
    )


def _holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values. Source: Holm (1979), Scandinavian Journal of Statistics 6:65-70."""
    adjusted = [0.0] * len(p_values)
    reached = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda place: (p_values[place], place))):
        reached = max(reached, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = reached
    return adjusted
