"""A model's credit put right by holdouts: how much of it is true on the whole, and how far single names stray.

What a name truly adds is taken to be the model's figure times one factor for all names, give or take a spread that is
the same for all. Factor and spread are fitted to the holdouts; each name then gets the mean of what its own holdout
says and what the model says, each weighted by how sure it is. Empirical Bayes, normal in both stages.
Source: Morris (1983), doi:10.1080/01621459.1983.10477920.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from tillit.credit.paths import Floats
from tillit.credit.resampling import CONFIDENCE

FEWEST_TRIALS = 3  # a factor and a spread cannot be told from fewer
_STEPS = 400


@dataclass(frozen=True, slots=True)
class Corrected:
    """Conversions that each name truly adds, shape (names,), and all together, as model and holdouts have it."""

    lost: Floats
    low: Floats
    high: Floats
    total: float
    total_error: float
    factor: float  # of the model's credit that is true, on the whole
    spread: float


def corrected(model: Floats, measured: Floats, error: Floats) -> Corrected | None:
    """Combine a model with holdouts.

    Args:
        model: Shape (names,); conversions that the model gives each name.
        measured: Shape (names,); what holdouts say, nan where a name has none.
        error: Shape (names,); their standard errors.

    Returns:
        None where fewer than `FEWEST_TRIALS` names have a holdout, or the model gives all of them nothing. A name
        without a holdout gets the model's figure times the factor, and a range that is as wide as that deserves.
    """
    tried = np.isfinite(measured)
    if tried.sum() < FEWEST_TRIALS or not (model[tried] > 0).any():
        return None
    x, y, variance = model[tried], measured[tried], error[tried] ** 2
    largest = float(np.abs(y).max() + np.sqrt(variance.max()))
    spreads = np.concatenate([[0.0], np.geomspace(largest / 1_000, largest, _STEPS)])
    weight = 1 / (variance + spreads[:, None] ** 2)
    known = weight @ x**2
    factors = np.maximum((weight * x) @ y / known, 0.0)  # no model is so wrong that all it credits does harm
    # Restricted likelihood: the plain one forgets that the factor was fitted, and finds the spread too small.
    off = y - factors[:, None] * x
    likelihood = (np.log(weight).sum(axis=1) - (weight * off**2).sum(axis=1) - np.log(known)) / 2
    best = int(likelihood.argmax())
    # The spread is not known well from a handful of names: each possible one counts by how likely it is.
    chance = np.exp(likelihood - likelihood[best]) * np.gradient(spreads)
    chance /= chance.sum()
    lost, second, total_second = np.zeros(len(model)), np.zeros(len(model)), 0.0
    own = np.where(tried, measured, 0.0)
    precision = np.where(tried, 1 / np.where(tried, error, 1.0) ** 2, 0.0)
    for place in np.flatnonzero(chance > 1e-9):
        squared = max(spreads[place] ** 2, 1e-12 * largest**2)
        trust = precision / (precision + 1 / squared)
        mean = trust * own + (1 - trust) * factors[place] * model
        alone = 1 / (precision + 1 / squared)
        leaning = (1 - trust) * model / np.sqrt(known[place])  # on the factor, which is the same for all
        lost += chance[place] * mean
        second += chance[place] * (alone + leaning**2 + mean**2)
        total_second += chance[place] * (alone.sum() + leaning.sum() ** 2 + mean.sum() ** 2)
    reach = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * np.sqrt(np.maximum(second - lost**2, 0.0))
    total = float(lost.sum())
    return Corrected(
        lost,
        lost - reach,
        lost + reach,
        total,
        float(np.sqrt(max(total_second - total**2, 0.0))),
        float(chance @ factors),
        float(chance @ spreads),
    )
