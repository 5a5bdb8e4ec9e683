"""Who is near: chances for everyone known now, the reasons, and how well the same way did on later dates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tillit.journeys.traces import Traces
from tillit.journeys.view import View
from tillit.readiness.features import Known, known_at
from tillit.readiness.learn import Learnt, learn
from tillit.readiness.logistic import Floats
from tillit.readiness.model import Basis, Model, chance_of
from tillit.readiness.quality import Bin, Quality
from tillit.readiness.recipe import Recipe
from tillit.sentences import Sentence

MOST_REASONS = 3


@dataclass(frozen=True, slots=True)
class Reason:
    """A feature and what it adds to the log-odds, against what is typical."""

    what: str
    adds: float


@dataclass(frozen=True, slots=True)
class Ready:
    """One person now.

    Attributes:
        person: Public pseudonym.
        chance: P(outcome within the horizon); `low` and `high` are the range of what came to those who were given as
            much on later dates.
        reasons: The largest parts, either way.
        tenure_days: With `times_before` and `days_since_before` the relation: another axis, never part of a ranking.
    """

    person: str
    chance: float
    low: float
    high: float
    reasons: tuple[Reason, ...]
    tenure_days: float
    times_before: int
    days_since_before: float | None


@dataclass(frozen=True, slots=True)
class Readiness:
    """Everyone known at the last event, in no order of nearness.

    Attributes:
        basis: Learnt, declared rules, or none: then `persons` is empty and `refusal` says why.
        teaching: Persons with the outcome on the training dates.
        tested: On the later dates, by the model that had seen the earlier ones alone.
    """

    outcome: str
    horizon_days: float
    as_of: int | None
    basis: Basis
    teaching: int
    tested: Quality | None
    persons: tuple[Ready, ...]
    refusal: Sentence | None


def readiness(view: View, outcome: str, horizon_days: float, *, rng: np.random.Generator) -> Readiness:
    """Chances of an outcome within a horizon, from what was known before; refused where they would be guesses.

    Args:
        view: Whose rule and selection play no part: each person's life is taken whole.
        outcome: An activity: a purchase, or a wish to talk.
        rng: Draws what a perfect model would have got.

    Raises:
        QueryError: No event has the outcome's activity, or the horizon is not above 0.
    """
    found = learn(view, (outcome,), horizon_days, rng=rng)
    persons = everyone(view, found)
    return Readiness(
        outcome, horizon_days, found.as_of, found.basis, found.teaching, found.tested, persons, found.refusal
    )


def everyone(view: View, learnt: Learnt) -> tuple[Ready, ...]:
    """Everyone known at the last event, in the order of their pseudonyms; nobody where nothing was learnt."""
    if learnt.model is None or learnt.recipe is None or learnt.tested is None:
        return ()
    found: list[Ready] = []
    for known in known_now(view, learnt.recipe, learnt.as_of or 0, learnt.horizon_days):
        pseudonym = view.feed.pseudonyms(set(known.person.tolist()))
        found += _each(known, learnt.model, learnt.tested.bins, pseudonym)
    return tuple(sorted(found, key=lambda one: one.person))


def known_now(view: View, recipe: Recipe, as_of: int, horizon_days: float) -> list[Known]:
    """What is known of everybody at a moment, bucket by bucket."""
    lives = view.uncut()
    coded = recipe.coded(lives.names.activity)

    def look(traces: Traces) -> Known:
        return known_at(traces, coded, as_of, horizon_days)

    return lives.map(look)


def range_of(chance: float, bins: tuple[Bin, ...]) -> tuple[float, float]:
    """What came, on later dates, to those who were given about as much; it always holds the chance itself."""
    near = min(bins, key=lambda one: abs(one.said - chance))
    return min(near.low, chance), max(near.high, chance)


def reasons_of(parts: Floats, names: tuple[str, ...], most: int = MOST_REASONS) -> tuple[Reason, ...]:
    """The largest parts, shape (f,), either way."""
    largest = np.argsort(-np.abs(parts), kind="stable")[:most]
    return tuple(Reason(names[place], float(parts[place])) for place in largest if parts[place] != 0)


def _each(known: Known, model: Model, bins: tuple[Bin, ...], pseudonym: dict[int, str]) -> list[Ready]:
    parts = model.parts(known.features)
    chances = chance_of(parts, model.intercept)
    found = []
    for row, person in enumerate(known.person.tolist()):
        chance = float(chances[row])
        since = float(known.days_since_before[row])
        found.append(
            Ready(
                pseudonym[person],
                chance,
                *range_of(chance, bins),
                reasons_of(parts[row], model.names),
                float(known.tenure_days[row]),
                int(known.times_before[row]),
                None if np.isnan(since) else since,
            )
        )
    return found
