"""Learn from earlier dates, hold it against later ones, and say whether it may be shown at all."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tillit.errors import QueryError
from tillit.journeys.view import View
from tillit.readiness.challenge import Challenge, challenge
from tillit.readiness.model import LEAST_FOR_RULES, Basis, Kind, Model, fit, fit_boosted
from tillit.readiness.quality import Quality, quality
from tillit.readiness.recipe import Recipe, check_outcome
from tillit.readiness.snapshots import Snapshots, bounds_of, dates_of, recipe_of, take_snapshots
from tillit.sentences import Sentence, sentence


@dataclass(frozen=True, slots=True)
class Learnt:
    """What the past teaches of an outcome within a horizon.

    Attributes:
        as_of: The last event, microseconds UTC; None if there are none.
        teaching: Persons with the outcome on the dates that taught.
        recipe: Of `model`; both None where there is none to show: then `refusal` says why.
        tested: On later dates, by the model that had seen the earlier ones alone.
        challenge: Of the boosted stumps against the logistic; None where nobody asked, or few outcomes teach.
    """

    outcome: tuple[str, ...]
    horizon_days: float
    as_of: int | None = None
    teaching: int = 0
    recipe: Recipe | None = None
    model: Model | None = None
    tested: Quality | None = None
    challenge: Challenge | None = None
    refusal: Sentence | None = None

    @property
    def basis(self) -> Basis:
        return Basis.NONE if self.model is None else self.model.basis


def learn(
    view: View, outcome: tuple[str, ...], horizon_days: float, *, rng: np.random.Generator, challenged: bool = False
) -> Learnt:
    """A model of an outcome within a horizon; refused where it would guess.

    Args:
        view: Whose rule and selection play no part: each person's life is taken whole.
        outcome: Activities; one of them is enough.
        rng: Draws what a perfect model would have got.
        challenged: Whether boosted stumps may take the logistic's place.

    Raises:
        QueryError: No event has one of the activities, or the horizon is not above 0.
        FutureKnown: A feature changes with what came later.
    """
    if horizon_days <= 0:
        raise QueryError(sentence("The horizon must be above 0 days, not {days}.", days=horizon_days))
    check_outcome(outcome, view.names)
    lives = view.uncut()
    nothing = Learnt(outcome, horizon_days)
    bounds = bounds_of(lives)
    if bounds is None:
        return replace(nothing, refusal=sentence("There are no events."))
    dates = dates_of(*bounds, horizon_days)
    nothing = replace(nothing, as_of=dates.last_at)
    if not dates.training:
        days = round((bounds[1] - bounds[0]) / 86_400_000_000)
        return replace(nothing, refusal=_too_short(days, horizon_days))
    recipe = recipe_of(lives, outcome, until=dates.training[-1])
    past = take_snapshots(lives, recipe, dates.training, horizon_days)
    model = fit(past, recipe)
    nothing = replace(nothing, teaching=past.persons_with_outcome)
    if model is None:
        return replace(nothing, refusal=_too_few(past.persons_with_outcome))
    later = take_snapshots(lives, recipe, dates.test, horizon_days)
    contest = _contest(past, later, recipe, model) if challenged else None
    if contest is not None and contest[1].is_won:
        model = contest[0]
    tested = quality(model.chance(later.features), later.outcome, constant=float(past.outcome.mean()), rng=rng)
    nothing = replace(nothing, tested=tested, challenge=None if contest is None else contest[1])
    if tested is None or not tested.is_useful:
        return replace(nothing, refusal=_not_better())
    if not tested.is_calibrated:
        return replace(nothing, refusal=_not_calibrated())
    # What is said now rests on all that is known now; how good that is, the later dates have shown.
    whole = _joined(past, later)
    again = fit_boosted(whole, recipe) if model.kind is Kind.BOOSTED else fit(whole, recipe)
    return replace(nothing, recipe=recipe, model=again or model)


def _contest(past: Snapshots, later: Snapshots, recipe: Recipe, logistic: Model) -> tuple[Model, Challenge] | None:
    boosted = fit_boosted(past, recipe)
    if boosted is None:
        return None
    said = (logistic.chance(later.features), boosted.chance(later.features))
    return boosted, challenge(*said, later.outcome, later.person)


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


def _too_few(persons: int) -> Sentence:
    return sentence(
        "Not enough data: {persons} customers came to it on the dates to learn from, and {least} are needed.",
        persons=persons,
        least=LEAST_FOR_RULES,
    )


def _not_better() -> Sentence:
    return sentence("On later dates the chances said no more than one number for everybody, so none are shown.")


def _not_calibrated() -> Sentence:
    return sentence("On later dates the chances were too far from what came, so none are shown.")
