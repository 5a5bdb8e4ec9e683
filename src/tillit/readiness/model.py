"""Chances from features: learnt where enough outcomes teach it, declared weights where few do, else no answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from tillit.readiness import boosted
from tillit.readiness.logistic import Floats, fit_logistic
from tillit.readiness.recipe import OTHER, SINCE_BOUGHT, Feature, Recipe
from tillit.readiness.snapshots import Snapshots
from tillit.vocabulary import ACTIVITY_BY_NAME, Stage

LEAST_FOR_RULES = 30  # persons with the outcome; below, there is no answer
LEAST_FOR_LEARNING = 100
RIDGE = 10.0  # as if on ten more outcomes that say "no difference", per unit of a standardised column
FOLDS = 5
MOST_BOOSTED_ROWS = 30_000  # of whole customers; staircases of one feature need no more

# What an event says of nearness when too few outcomes can teach it, and how fast that fades: points, half-life in days.
# Declared, shown, and the same for everybody.
STAGE_POINTS = {
    Stage.NEED: (0.2, 30.0),
    Stage.EXPLORE: (0.5, 7.0),
    Stage.COMPARE: (1.0, 7.0),
    Stage.DECIDE: (2.0, 7.0),
    Stage.RECEIVE: (0.0, 7.0),
    Stage.USE: (0.0, 30.0),
    Stage.STAY: (0.5, 30.0),
}
UNKNOWN_POINTS = (0.3, 7.0)
SINCE_BOUGHT_POINTS = 0.2  # a purchase of late speaks against another


class Basis(StrEnum):
    """Where chances come from."""

    LEARNT = "learnt"
    RULES = "rules"
    NONE = "none"


class Kind(StrEnum):
    """The form of a learnt model."""

    LOGISTIC = "logistic"
    BOOSTED = "boosted"


@dataclass(frozen=True, slots=True)
class Curve:
    """What a feature adds to the log-odds: a line, or the height of a stair.

    Attributes:
        slope: Per unit of the feature, from 0 on; 0 for stairs.
        edges: Shape (k,); where stairs begin; empty for a line.
        heights: Shape (k + 1,).
    """

    slope: float
    edges: tuple[float, ...] = ()
    heights: tuple[float, ...] = (0.0,)

    def at(self, value: Floats) -> Floats:
        if not self.edges:
            return self.slope * value
        stairs: Floats = np.array(self.heights)[np.searchsorted(np.array(self.edges), value, side="right")]
        return stairs


@dataclass(frozen=True, slots=True)
class Model:
    """log-odds = intercept + Σ (curve(feature) − typical): every chance is a sum that can be read.

    Attributes:
        names: f names of features.
        curves: f curves.
        typical: f numbers; what the features add for the typical row.
        intercept: log-odds of the typical row.
        persons: Persons with the outcome that taught it.
    """

    basis: Basis
    kind: Kind
    names: tuple[str, ...]
    curves: tuple[Curve, ...]
    typical: tuple[float, ...]
    intercept: float
    persons: int

    def parts(self, features: Floats) -> Floats:
        """Shape (n, f); what each feature adds to the log-odds, against the typical row."""
        columns = [
            curve.at(column) - mid for curve, column, mid in zip(self.curves, features.T, self.typical, strict=True)
        ]
        return np.column_stack(columns)

    def chance(self, features: Floats) -> Floats:
        """Shape (n,); P(outcome within the horizon)."""
        return chance_of(self.parts(features), self.intercept)


def chance_of(parts: Floats, intercept: float) -> Floats:
    """Shape (n,); the chances that parts (n, f) and an intercept make, added feature by feature in their order.

    The order is fixed: numpy adds long and short rows differently, and one customer must get what all get.
    """
    total = np.full(len(parts), intercept)
    for column in parts.T:
        total = total + column
    chance: Floats = expit(total)
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
        points = np.array([_declared(feature) for feature in recipe.features])
        slope, intercept = _calibrated((features - centres) @ points, y)
        return _line(Basis.RULES, recipe, slope * points, centres, intercept, persons)
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
    return _line(Basis.LEARNT, recipe, slope * everyone[1:] / scale, centres, intercept, persons)


def fit_boosted(past: Snapshots, recipe: Recipe) -> Model | None:
    """The challenger: boosted stumps, as many as help customers they have not seen, calibrated on those.

    Returns:
        None where the logistic is not learnt either, or no split helps.
    """
    persons = past.persons_with_outcome
    if persons < LEAST_FOR_LEARNING or past.outcome.all():
        return None
    order = np.argsort(_mixed(past.first_at), kind="stable")
    chosen = np.isin(past.first_at, past.first_at[order[:MOST_BOOSTED_ROWS]])
    features, y, fold = past.features[chosen], past.outcome[chosen].astype(np.float64), _folds(past.first_at[chosen])
    binned = boosted.cut(features)
    unseen = np.full((boosted.MOST_ROUNDS + 1, len(y)), logit(y.mean()))
    fewest = boosted.MOST_ROUNDS
    for held_out in range(FOLDS):
        asked = fold == held_out
        number, code = 0, binned.code[asked]
        for number, step in enumerate(islice(boosted.steps(binned, ~asked, y), fewest), start=1):
            moved = np.where(code[:, step.feature] <= step.last_left, step.left, step.right)
            unseen[number, asked] = unseen[number - 1, asked] + moved
        fewest = number
    if not fewest:
        return None
    sign = np.where(y > 0, -1.0, 1.0)
    loss = np.logaddexp(0, unseen[: fewest + 1] * sign).mean(axis=1)
    rounds = int(np.argmin(loss))
    taken = list(islice(boosted.steps(binned, np.ones(len(y), np.bool_), y), rounds))
    if not taken:
        return None
    slope, intercept = _calibrated(unseen[rounds] - logit(y.mean()), y)
    heights = boosted.heights(binned, taken)
    typical = tuple(slope * float(one[code].mean()) for one, code in zip(heights, binned.code.T, strict=True))
    curves = tuple(
        Curve(0.0, tuple(edges.tolist()), tuple((slope * one).tolist()))
        for edges, one in zip(binned.edges, heights, strict=True)
    )
    return Model(Basis.LEARNT, Kind.BOOSTED, recipe.names, curves, typical, intercept + float(sum(typical)), persons)


def _line(basis: Basis, recipe: Recipe, weights: Floats, centres: Floats, intercept: float, persons: int) -> Model:
    curves = tuple(Curve(float(weight)) for weight in weights)
    return Model(basis, Kind.LOGISTIC, recipe.names, curves, tuple((weights * centres).tolist()), intercept, persons)


def _folds(first_at: NDArray[np.int64]) -> NDArray[np.int64]:
    """One fold for all rows of a person, whatever code the person has: codes change with every key."""
    return (_mixed(first_at) % np.uint64(FOLDS)).astype(np.int64)


def _mixed(first_at: NDArray[np.int64]) -> NDArray[np.uint64]:
    mixed: NDArray[np.uint64] = first_at.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(33)
    return mixed


def _declared(feature: Feature) -> float:
    """Points per unit of a feature, where no outcomes teach them."""
    if feature.kind == SINCE_BOUGHT:
        return SINCE_BOUGHT_POINTS
    if feature.kind != "faded":
        return 0.0
    known = None if feature.activity == OTHER else ACTIVITY_BY_NAME.get(feature.activity)
    points, half_life = UNKNOWN_POINTS if known is None or known.stage is None else STAGE_POINTS[known.stage]
    return points if half_life == feature.half_life_days else 0.0


def _calibrated(score: Floats, y: Floats) -> tuple[float, float]:
    """Slope and intercept that turn a score into log-odds (Platt, 1999); a score that misleads gets slope 0."""
    x = np.column_stack([np.ones(len(y)), score])
    weights = fit_logistic(x, y, np.array([1e-6, 1e-3]))
    if weights[1] < 0:
        return 0.0, float(logit(y.mean()))
    return float(weights[1]), float(weights[0])
