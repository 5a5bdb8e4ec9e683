"""What a company should see before readiness may shape an offer: how well it would have done, and what speaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tillit.journeys.view import View
from tillit.readiness.challenge import Challenge
from tillit.readiness.learn import Learnt, learn
from tillit.readiness.model import Basis, Kind, chance_of
from tillit.readiness.now import Scorer
from tillit.readiness.quality import Quality
from tillit.readiness.ready import known_now
from tillit.readiness.recipe import Feature, Want, outcome_of
from tillit.readiness.relation import Table, relations, table
from tillit.sentences import Sentence, sentence

HORIZONS_DAYS = (7, 30, 90)
MOST_SPEAKING = 6


@dataclass(frozen=True, slots=True)
class Speaking:
    """A feature that tells customers apart: what the highest tenth of them gets over the lowest, in log-odds."""

    feature: Feature
    adds: float


@dataclass(frozen=True, slots=True)
class Backtest:
    """A want within a horizon, as the later dates judged it; counts and coefficients, nobody's data.

    Attributes:
        outcome: The activities that show it.
        scorer: What would speak if it were switched on; None where it may not, and `refusal` says why.
        table: Relation × nearness of everybody known now.
    """

    want: Want
    horizon_days: int
    outcome: tuple[str, ...]
    as_of: int | None
    teaching: int
    basis: Basis
    kind: Kind
    tested: Quality | None
    challenge: Challenge | None
    scorer: Scorer | None
    speaking: tuple[Speaking, ...]
    table: Table | None


def backtest(
    view: View, want: Want, goal: str, horizon_days: int, *, rng: np.random.Generator
) -> tuple[Backtest, Sentence | None]:
    """Judge a want within a horizon on later dates, and say why it may not be shown, if so.

    Args:
        view: For measuring; whose rule and selection play no part.
        goal: The activity that counts as buying.
        rng: Draws what a perfect model would have got.
    """
    outcome = outcome_of(want, goal, view.names)
    if not outcome:
        nothing = Backtest(want, horizon_days, (), None, 0, Basis.NONE, Kind.LOGISTIC, None, None, None, (), None)
        return nothing, sentence("No event of these data shows it, so there is nothing to learn from.")
    found = learn(view, outcome, horizon_days, rng=rng, challenged=True)
    speaking, counted = _everybody(view, found)
    scorer = None
    if found.model is not None and found.recipe is not None and found.tested is not None:
        scorer = Scorer(found.recipe, found.model, horizon_days, found.tested.bins)
    kind = Kind.LOGISTIC if found.model is None else found.model.kind
    judged = Backtest(
        want,
        horizon_days,
        outcome,
        found.as_of,
        found.teaching,
        found.basis,
        kind,
        found.tested,
        found.challenge,
        scorer,
        speaking,
        counted,
    )
    return judged, found.refusal


def _everybody(view: View, found: Learnt) -> tuple[tuple[Speaking, ...], Table | None]:
    if found.model is None or found.recipe is None:
        return (), None
    known = known_now(view, found.recipe, found.as_of or 0, found.horizon_days)
    features = np.concatenate([one.features for one in known])
    parts = found.model.parts(features)
    tenth = max(1, len(parts) // 10)
    adds = []
    for part, feature in zip(parts.T, features.T, strict=True):
        order = np.argsort(feature, kind="stable")
        adds.append(float(part[order[-tenth:]].mean() - part[order[:tenth]].mean()))
    largest = sorted(range(len(adds)), key=lambda place: -abs(adds[place]))[:MOST_SPEAKING]
    speaking = tuple(
        Speaking(found.recipe.features[place], adds[place]) for place in largest if abs(adds[place]) > 0.05
    )
    relation = np.concatenate([relations(one) for one in known])
    return speaking, table(relation, chance_of(parts, found.model.intercept))
