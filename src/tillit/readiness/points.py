"""A score as its log: every point, the events that gave it, and together exactly the score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tillit.readiness.features import MICROS_PER_DAY, counts_still
from tillit.readiness.logistic import Floats
from tillit.readiness.now import Life, Scorer, features_now
from tillit.readiness.recipe import BOUGHT, LAST_DAY, OPEN_COMPLAINT, SINCE_BOUGHT, SINCE_LAST, TENURE, Coded, Feature


@dataclass(frozen=True, slots=True)
class Share:
    """An event's share of a point; `place` is the event's in the life, 0 = the first."""

    place: int
    adds: float


@dataclass(frozen=True, slots=True)
class Point:
    """What one feature adds to the log-odds of somebody of whom nothing is known, and the events it comes from."""

    feature: Feature
    adds: float
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """log-odds = start + Σ points: the score is the sum of its log.

    Attributes:
        start: Where everybody begins, before the first event says anything.
    """

    start: float
    points: tuple[Point, ...]

    @property
    def log_odds(self) -> float:
        return self.start + sum(point.adds for point in self.points)


def score(life: Life, scorer: Scorer, at: int) -> Score | None:
    """The log of one customer's score at a moment; None before any event.

    A fading count is shared among its events by how much is left of each; days since, known and before belong to
    the event they are counted from. Every point other than 0 has events.

    Args:
        at: Microseconds UTC.
    """
    features, coded = features_now(life, scorer.recipe, at), scorer.recipe.coded(life.names)
    if features is None:
        return None
    past = life.occurred_at <= at
    activity, age_days = life.activity[past], (at - life.occurred_at[past]) / MICROS_PER_DAY
    model, values, start, points = scorer.model, features[0], scorer.model.intercept, []
    for feature, curve, typical, value in zip(scorer.recipe.features, model.curves, model.typical, values, strict=True):
        nothing = float(curve.at(np.zeros(1))[0])
        adds = float(curve.at(np.array([value]))[0]) - nothing
        start += nothing - typical
        if adds:
            points.append(Point(feature, adds, _shares(adds, _behind(feature, activity, age_days, coded, scorer))))
    return Score(start, tuple(points))


def _behind(feature: Feature, activity: NDArray[np.int32], age_days: Floats, coded: Coded, scorer: Scorer) -> Floats:
    """Shape (n,); each past event's weight in a feature, above 0 for those it comes from."""
    size, counted = len(activity), scorer.recipe.counted
    is_outcome = coded.is_outcome[activity]
    if feature.kind == "faded":
        group = counted.index(feature.activity) if feature.activity in counted else coded.width - 1
        still = coded.speaks[activity] & counts_still(np.zeros(size, np.int64), activity, coded, 1)
        return np.where(still & (coded.group[activity] == group), np.exp2(-age_days / feature.half_life_days), 0.0)
    if feature.kind == LAST_DAY:
        return np.where(coded.speaks[activity], np.exp2(-age_days), 0.0)
    if feature.kind == BOUGHT:
        return is_outcome.astype(np.float64)
    candidates = {
        SINCE_LAST: coded.speaks[activity],
        SINCE_BOUGHT: is_outcome,
        TENURE: np.zeros(size, np.bool_),
        OPEN_COMPLAINT: coded.is_complaint[activity],
    }[feature.kind]
    found = np.zeros(size)
    # Who never bought is as far from the last purchase as from the first sight of us.
    found[np.flatnonzero(candidates)[-1] if candidates.any() else 0] = 1.0
    return found


def _shares(adds: float, weight: Floats) -> tuple[Share, ...]:
    places: Sequence[int] = np.flatnonzero(weight).tolist()
    total = float(weight.sum())
    return tuple(Share(place, adds * float(weight[place]) / total) for place in places)
