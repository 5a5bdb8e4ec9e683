"""Chances from features: a logistic where enough outcomes teach it, declared weights where few do, else no answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from tillit.readiness.features import HALF_LIVES_DAYS, SINCE_BOUGHT, Recipe
from tillit.readiness.logistic import Floats, fit_logistic
from tillit.readiness.snapshots import Snapshots
from tillit.vocabulary import ACTIVITY_BY_NAME, Stage

LEAST_FOR_RULES = 30  # persons with the outcome; below, there is no answer
LEAST_FOR_LEARNING = 100
RIDGE = 10.0  # as if on ten more outcomes that say "no difference", per unit of a standardised column
FOLDS = 5

# What an event says of nearness when too few outcomes can teach it; declared, shown, and the same for everybody.
STAGE_POINTS = {
    Stage.NEED: 0.2,
    Stage.EXPLORE: 0.5,
    Stage.COMPARE: 1.0,
    Stage.DECIDE: 2.0,
    Stage.RECEIVE: 0.0,
    Stage.USE: 0.0,
    Stage.STAY: 0.5,
}
UNKNOWN_POINTS = 0.3


class Basis(StrEnum):
    """Where chances come from."""

    LEARNT = "learnt"
    RULES = "rules"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Model:
    """log-odds = intercept + Σ weight × (feature − centre): every chance is a sum that can be read.

    Attributes:
        names: f names of features.
        weights: Shape (f,); per unit of the feature.
        centres: Shape (f,); what the typical row has.
        intercept: log-odds of the typical row.
        persons: Persons with the outcome that taught it.
    """

    basis: Basis
    names: tuple[str, ...]
    weights: Floats
    centres: Floats
    intercept: float
    persons: int

    def parts(self, features: Floats) -> Floats:
        """Shape (n, f); what each feature adds to the log-odds."""
        return (features - self.centres) * self.weights

    def chance(self, features: Floats) -> Floats:
        """Shape (n,); P(outcome within the horizon)."""
        chance: Floats = expit(self.intercept + self.parts(features).sum(axis=1))
        return chance


def fit(past: Snapshots, recipe: Recipe) -> Model | None:
    """A model as rich as the outcomes allow, calibrated on persons it had not seen.

    Returns:
        None if fewer than 30 persons had the outcome, or all had.
    """
    features, outcome, persons = past.features, past.outcome, past.persons_with_outcome
    if persons < LEAST_FOR_RULES or outcome.all():
        return None
    y, centres = outcome.astype(np.float64), features.mean(axis=0)
    if persons < LEAST_FOR_LEARNING:
        points = _declared(recipe)
        slope, intercept = _calibrated((features - centres) @ points, y)
        return Model(Basis.RULES, recipe.names, slope * points, centres, intercept, persons)
    scale = features.std(axis=0)
    scale[scale == 0] = np.inf  # a column that never varies explains nothing
    x = np.column_stack([np.ones(len(y)), (features - centres) / scale])
    ridge = np.full(x.shape[1], RIDGE)
    ridge[0] = 1e-6
    everyone = fit_logistic(x, y, ridge)
    fold, unseen = _folds(past.first_at), np.empty(len(y))
    for held_out in range(FOLDS):
        asked = fold == held_out
        unseen[asked] = x[asked] @ fit_logistic(x[~asked], y[~asked], ridge, everyone)
    slope, intercept = _calibrated(unseen - everyone[0], y)
    return Model(Basis.LEARNT, recipe.names, slope * everyone[1:] / scale, centres, intercept, persons)


def _folds(first_at: NDArray[np.int64]) -> NDArray[np.int64]:
    """One fold for all rows of a person, whatever code the person has: codes change with every key."""
    mixed = first_at.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(33)
    return (mixed % np.uint64(FOLDS)).astype(np.int64)


def _declared(recipe: Recipe) -> Floats:
    """Points per feature: an event's stage, faded by a week; a purchase of late speaks against another."""
    week = [*(_points(label) for label in recipe.labels), UNKNOWN_POINTS]
    rest = [0.0] * (len(recipe.names) - len(week) * len(HALF_LIVES_DAYS))
    points = np.array([*week, *[0.0] * len(week), *rest])
    points[recipe.names.index(SINCE_BOUGHT)] = 0.2
    return points


def _points(activity: str) -> float:
    known = ACTIVITY_BY_NAME.get(activity)
    return UNKNOWN_POINTS if known is None or known.stage is None else STAGE_POINTS[known.stage]


def _calibrated(score: Floats, y: Floats) -> tuple[float, float]:
    """Slope and intercept that turn a score into log-odds (Platt, 1999); a score that misleads gets slope 0."""
    x = np.column_stack([np.ones(len(y)), score])
    weights = fit_logistic(x, y, np.array([1e-6, 1e-3]))
    if weights[1] < 0:
        return 0.0, float(logit(y.mean()))
    return float(weights[1]), float(weights[0])
