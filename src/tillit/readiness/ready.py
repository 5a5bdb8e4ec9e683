"""Who is near: chances for everyone known now, the reasons, and how well the same way did on later dates."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tillit.errors import QueryError
from tillit.journeys.traces import Traces
from tillit.journeys.view import View
from tillit.readiness.features import Known, Recipe, known_at
from tillit.readiness.logistic import Floats
from tillit.readiness.model import LEAST_FOR_RULES, Basis, Model, fit
from tillit.readiness.quality import Bin, Quality, quality
from tillit.readiness.snapshots import Snapshots, bounds_of, dates_of, recipe_of, take_snapshots
from tillit.sentences import Sentence, sentence

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
        intercept: log-odds of the typical person; with all features' parts it makes the chance's log-odds.
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
    if horizon_days <= 0:
        raise QueryError(sentence("The horizon must be above 0 days, not {days}.", days=horizon_days))
    lives = view.uncut()
    empty = Readiness(outcome, horizon_days, None, Basis.NONE, 0, None, (), None)
    bounds = bounds_of(lives)
    if bounds is None:
        return replace(empty, refusal=sentence("There are no events."))
    dates = dates_of(*bounds, horizon_days)
    empty = replace(empty, as_of=dates.last_at)
    if not dates.training:
        days = round((bounds[1] - bounds[0]) / 86_400_000_000)
        return replace(empty, refusal=_too_short(days, horizon_days))
    recipe = recipe_of(lives, outcome, until=dates.training[-1])
    past = take_snapshots(lives, recipe, dates.training, horizon_days)
    model = fit(past, recipe)
    if model is None:
        return replace(empty, teaching=past.persons_with_outcome, refusal=_too_few(past.persons_with_outcome, outcome))
    later = take_snapshots(lives, recipe, dates.test, horizon_days)
    tested = quality(model.chance(later.features), later.outcome, constant=float(past.outcome.mean()), rng=rng)
    if tested is None or not tested.is_useful:
        return replace(empty, teaching=model.persons, tested=tested, refusal=_not_better())
    # What is said now rests on all that is known now; how good that is, the later dates have shown.
    whole = _joined(past, later)
    final = fit(whole, recipe) or model
    return replace(
        empty,
        basis=final.basis,
        teaching=final.persons,
        tested=tested,
        persons=_everyone(lives, recipe, final, dates.last_at, horizon_days, tested.bins),
    )


def _everyone(
    view: View, recipe: Recipe, model: Model, as_of: int, horizon_days: float, bins: tuple[Bin, ...]
) -> tuple[Ready, ...]:
    def look(traces: Traces) -> Known:
        return known_at(traces, recipe, as_of, horizon_days)

    found: list[Ready] = []
    for known in view.map(look):
        chance, parts = model.chance(known.features), model.parts(known.features)
        pseudonym = view.feed.pseudonyms(set(known.person.tolist()))
        for row, person in enumerate(known.person.tolist()):
            near = _nearest(float(chance[row]), bins)
            since = float(known.days_since_before[row])
            found.append(
                Ready(
                    pseudonym[person],
                    float(chance[row]),
                    min(near.low, float(chance[row])),
                    max(near.high, float(chance[row])),
                    _reasons(parts[row], model.names),
                    float(known.tenure_days[row]),
                    int(known.times_before[row]),
                    None if np.isnan(since) else since,
                )
            )
    return tuple(sorted(found, key=lambda one: one.person))


def _reasons(parts: Floats, names: tuple[str, ...]) -> tuple[Reason, ...]:
    largest = np.argsort(-np.abs(parts), kind="stable")[:MOST_REASONS]
    return tuple(Reason(names[place], float(parts[place])) for place in largest if parts[place] != 0)


def _nearest(chance: float, bins: tuple[Bin, ...]) -> Bin:
    return min(bins, key=lambda one: abs(one.said - chance))


def _joined(one: Snapshots, other: Snapshots) -> Snapshots:
    return Snapshots(
        np.concatenate([one.person, other.person]),
        np.concatenate([one.first_at, other.first_at]),
        np.concatenate([one.features, other.features]),
        np.concatenate([one.outcome, other.outcome]),
    )


def _too_short(days: int, horizon_days: float) -> Sentence:
    return sentence(
        "Not enough data: {days} days of events cannot show what happens within {horizon} days, then again on later "
        "dates.",
        days=days,
        horizon=round(horizon_days),
    )


def _too_few(persons: int, outcome: str) -> Sentence:
    return sentence(
        "Not enough data: {persons} customers had '{outcome}' on the dates to learn from, and {least} are needed.",
        persons=persons,
        outcome=outcome,
        least=LEAST_FOR_RULES,
    )


def _not_better() -> Sentence:
    return sentence("On later dates the chances said no more than one number for everybody, so none are shown.")
