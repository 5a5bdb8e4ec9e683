"""What a step would lose if it were like the median comparable step, given who comes there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tillit.friction.tails import Floats, upper_tail

LEAST_VISITS = 30  # as everywhere: fewer are cases, not a rate
LEAST_COMPARABLE = 3  # of two steps neither is the median one
ROUNDS = 40  # of the alternating fit; tests hold it against the exact least-squares solution
# No matched chance is taken for impossible or certain on the word of a straight line.
LEAST_CHANCE, GREATEST_CHANCE = 0.001, 0.999


@dataclass(frozen=True, slots=True)
class Excess:
    """What happened at each step and what matched visits elsewhere would have had, each of shape (…, steps).

    Steps that could not be compared have NaN but for `visits` and `observed`.
    """

    visits: Floats
    observed: Floats
    expected: Floats
    variance: Floats  # of the observed count around the expected one, with the reference's own uncertainty

    @property
    def excess(self) -> Floats:
        return self.observed - self.expected

    def p_values(self) -> Floats:
        """Per step the chance of so much or more where nothing is wrong; NaN where it could not be compared."""
        found = np.full(len(self.visits), np.nan)
        known = ~np.isnan(self.expected)
        found[known] = upper_tail(self.observed[known], self.expected[known], self.variance[known])
        return found


def comparable(visits: Floats, group: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which steps can be compared: enough visits, and at least two others such in their group.

    Args:
        visits: Shape (steps,).
        group: Shape (steps,); steps are compared within a group.
    """
    enough = visits >= LEAST_VISITS
    size = np.bincount(group, weights=enough, minlength=1)
    return np.asarray(enough & (size[group] >= LEAST_COMPARABLE), np.bool_)


def excess(
    visits: Floats,
    hits: Floats,
    group: NDArray[np.int64],
    compared: NDArray[np.bool_],
    *,
    reference: NDArray[np.bool_] | None = None,
) -> Excess:
    """Compare each step with the median step of its group, matched by stratum.

    The chance of a hit is a step's level plus a stratum's difference. The differences are those *within* steps, so
    that a step which difficult customers come to is not blamed for them, nor are they for the step. The reference of a
    step is the median level of its group: it holds still while fewer than half of the steps are bad.

    Args:
        visits: Shape (…, steps, strata); may be weighted. Each of several draws is compared by itself.
        hits: Shape (…, steps, strata); visits with what is counted.
        group: Shape (steps,).
        compared: Shape (steps,); from `comparable`.
        reference: Shape (steps,); only these make the median, where a group has `LEAST_COMPARABLE` of them: an earlier
            period has found the others bad, and with a fifth of bad steps the median of all is a little too high.
    """
    of_step, observed = visits.sum(axis=-1), hits.sum(axis=-1)
    expected, variance = np.full(of_step.shape, np.nan), np.full(of_step.shape, np.nan)
    for one in np.unique(group[compared]):
        rows = np.flatnonzero((group == one) & compared)
        usual = np.ones(len(rows), np.bool_) if reference is None else reference[rows]
        if usual.sum() < LEAST_COMPARABLE:
            usual[:] = True
        ours = _against_median(visits[..., rows, :], hits[..., rows, :], usual)
        expected[..., rows], variance[..., rows] = ours
    return Excess(of_step, observed, expected, variance)


def _against_median(visits: Floats, hits: Floats, usual: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    # A resample may leave a step or a stratum without a visit.
    of_step, of_stratum = np.maximum(visits.sum(axis=-1), 1e-12), np.maximum(visits.sum(axis=-2), 1e-12)
    hits_of_step, hits_of_stratum = hits.sum(axis=-1), hits.sum(axis=-2)
    level = hits_of_step / of_step
    difference = np.zeros(of_stratum.shape)
    for _ in range(ROUNDS):
        difference = (hits_of_stratum - (level[..., None, :] @ visits)[..., 0, :]) / of_stratum
        level = (hits_of_step - _over_strata(visits, difference)) / of_step
    middle = np.median(level[..., usual], axis=-1)[..., None]
    chance = np.clip(middle + difference, LEAST_CHANCE, GREATEST_CHANCE)
    bernoulli = chance * (1 - chance)
    own = np.maximum(_over_strata(visits, bernoulli), 1e-12)
    from_strata = _over_strata(visits**2 / of_stratum[..., None, :], bernoulli)
    # The variance of a median of values that spread unlike each other: pi/2 over the squared sum of 1/spread.
    of_median = np.pi / 2 / np.sum((of_step / np.sqrt(own))[..., usual], axis=-1)[..., None] ** 2
    return _over_strata(visits, chance), own + from_strata + of_step**2 * of_median


def _over_strata(visits: Floats, values: Floats) -> Floats:
    """Shape (…, steps); a stratum's value for each of its visits, added up."""
    return np.asarray((visits @ values[..., None])[..., 0])
