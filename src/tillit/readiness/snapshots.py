"""The past seen from many dates: what was known then, and what came after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tillit.journeys.traces import Traces
from tillit.journeys.view import View, keep_journeys
from tillit.readiness.features import MICROS_PER_DAY, Known, known_at
from tillit.readiness.leaks import check_no_leak
from tillit.readiness.logistic import Floats
from tillit.readiness.recipe import SILENT, Recipe, check_outcome

MOST_DATES = 24
TEST_SHARE = 0.3  # of the dates, the last ones
MOST_ACTIVITIES = 12  # counted apart; the others together
LEAST_AGE_DAYS = 7.0  # before the first date, so that there is something to know
# Each is looked at on up to 24 dates, in 30 numbers: all of a million persons would take 8 GB, and teach a model of 30
# curves nothing more.
MOST_PERSONS = 50_000
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # odd: neighbouring codes end far apart


@dataclass(frozen=True, slots=True)
class Snapshots:
    """Persons at dates, n rows; one person stands in many.

    Attributes:
        person: Shape (n,); internal codes.
        first_at: Shape (n,); the person's first event, microseconds UTC.
        features: Shape (n, f).
        outcome: Shape (n,).
    """

    person: NDArray[np.int64]
    first_at: NDArray[np.int64]
    features: Floats
    outcome: NDArray[np.bool_]

    @property
    def persons_with_outcome(self) -> int:
        return len(np.unique(self.person[self.outcome]))


@dataclass(frozen=True, slots=True)
class Dates:
    """When one looks back from, microseconds UTC. Each training date's horizon ends before the first test date."""

    training: tuple[int, ...]
    test: tuple[int, ...]
    last_at: int


def dates_of(first_at: int, last_at: int, horizon_days: float) -> Dates:
    """Evenly spread dates whose outcomes are all known by `last_at`; none where the data are too short.

    Args:
        first_at: The first event, microseconds UTC.
        last_at: The last.
    """
    horizon = round(horizon_days * MICROS_PER_DAY)
    begin, end = first_at + round(LEAST_AGE_DAYS * MICROS_PER_DAY), last_at - horizon
    if end <= begin:
        return Dates((), (), last_at)
    every = np.linspace(begin, end, MOST_DATES).round().astype(np.int64)
    test = every[-max(1, round(TEST_SHARE * MOST_DATES)) :]
    training = every[every + horizon <= test[0]]
    return Dates(tuple(training.tolist()), tuple(test.tolist()), last_at)


def recipe_of(view: View, outcome: tuple[str, ...], *, until: int) -> Recipe:
    """Count apart what was most frequent up to the end of training; later favourites would be knowledge of the future.

    Raises:
        QueryError: No event has one of the outcome's activities.
    """
    check_outcome(outcome, view.names)
    activity = view.names.activity
    size = len(activity)

    def frequencies(traces: Traces) -> NDArray[np.int64]:
        return np.bincount(traces.activity[traces.occurred_at <= until], minlength=size)

    counts = np.sum([*view.map(frequencies), np.zeros(size, np.int64)], axis=0)
    # The outcome has columns of its own, and what is silent has none.
    counted = [place for place in range(size) if counts[place] and activity[place] not in SILENT.union(outcome)]
    counted.sort(key=lambda place: (-counts[place], activity[place]))
    return Recipe(tuple(activity[place] for place in counted[:MOST_ACTIVITIES]), outcome)


def bounds_of(view: View) -> tuple[int, int] | None:
    """The first and the last event, microseconds UTC; None if there is none."""

    def ends(traces: Traces) -> tuple[int, int] | None:
        if not traces.events:
            return None
        return int(traces.occurred_at.min()), int(traces.occurred_at.max())

    found = [pair for pair in view.map(ends) if pair is not None]
    return (min(first for first, _ in found), max(last for _, last in found)) if found else None


def take_snapshots(view: View, recipe: Recipe, dates: tuple[int, ...], horizon_days: float) -> Snapshots:
    """Everyone known at each of the dates; of more than about `MOST_PERSONS` as many, the same at each call.

    Raises:
        FutureKnown: A feature changes with what came after a date.
    """

    coded = recipe.coded(view.names.activity)
    persons = sum(bucket.persons for bucket in view.feed.buckets)

    def at(traces: Traces, as_of: int) -> Known:
        return known_at(traces, coded, as_of, horizon_days)

    def look(traces: Traces) -> list[Known]:
        if persons > MOST_PERSONS:
            traces = keep_journeys(traces, drawn(traces.person, MOST_PERSONS / persons))
        check_no_leak(at, traces, dates[len(dates) // 2], recipe)
        return [at(traces, as_of) for as_of in dates]

    found = [one for part in view.map(look) for one in part]
    return Snapshots(
        np.concatenate([known.person for known in found]),
        np.concatenate([known.first_at for known in found]),
        np.concatenate([known.features for known in found]),
        np.concatenate([known.outcome for known in found]),
    )


def drawn(person: NDArray[np.int64], share: float) -> NDArray[np.bool_]:
    """Which of these persons (codes, shape (n,)) stand for all: about this share, each whoever is asked beside them."""
    return person.astype(np.uint64) * _SPREAD < np.uint64(share * 2**64)
