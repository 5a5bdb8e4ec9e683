"""The challenger finds what a line cannot, and takes the place only where later dates show it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from tillit.readiness import boosted
from tillit.readiness.challenge import challenge
from tillit.readiness.logistic import Floats
from tillit.readiness.model import Kind, fit, fit_boosted
from tillit.readiness.recipe import Recipe
from tillit.readiness.snapshots import Snapshots

RECIPE = Recipe(("price_viewed",), ("order_completed",))
WIDTH = len(RECIPE.names)


def market(rng: np.random.Generator, *, bent: bool, rows: int = 6000) -> tuple[Snapshots, Floats]:
    """Rows with a law of one feature: a line, or a bump in the middle that no line can follow."""
    x = rng.random((rows, WIDTH))
    law = np.where(np.abs(x[:, 0] - 0.5) < 0.2, 0.5, -2.5) if bent else -1.0 + 3 * (x[:, 0] - 0.5)
    chance = expit(law)
    person = np.arange(rows) // 3
    return Snapshots(person, person * 7919, x, rng.random(rows) < chance), chance


@pytest.mark.parametrize(("bent", "wins"), [(True, True), (False, False)])
def test_the_place_is_earned_on_later_rows_alone(bent: bool, wins: bool) -> None:
    rng = np.random.default_rng(3)
    past, _ = market(rng, bent=bent)
    later, truth = market(rng, bent=bent)
    line, stairs = fit(past, RECIPE), fit_boosted(past, RECIPE)
    assert line is not None
    assert stairs is not None
    assert stairs.kind is Kind.BOOSTED
    found = challenge(line.chance(later.features), stairs.chance(later.features), later.outcome, later.person)
    assert found.is_won is wins
    assert found.low < found.difference < found.high
    assert found.customers == 2000
    if bent:
        near, far = (np.abs(model.chance(later.features) - truth).mean() for model in (stairs, line))
        assert near < far / 5


def test_a_step_is_the_split_that_a_plain_loop_finds() -> None:
    rng = np.random.default_rng(4)
    x = rng.integers(0, 6, (400, 3)).astype(np.float64)
    y = (rng.random(400) < expit(x[:, 1] - 2.5)).astype(np.float64)
    binned = boosted.cut(x)
    step = next(boosted.steps(binned, np.ones(400, np.bool_), y))
    slope, weight = y - y.mean(), np.full(400, y.mean() * (1 - y.mean()))
    best = max(
        (
            sum(slope[side].sum() ** 2 / (weight[side].sum() + boosted.RIDGE) for side in (left, ~left)),
            feature,
            int(binned.code[left, feature].max()),
        )
        for feature in range(3)
        for value in range(5)
        if (left := x[:, feature] <= value).any()
    )
    assert (step.feature, step.last_left) == best[1:]
    left = binned.code[:, step.feature] <= step.last_left
    assert step.left == pytest.approx(boosted.RATE * slope[left].sum() / (weight[left].sum() + boosted.RIDGE))


def test_the_interval_counts_customers_not_rows() -> None:
    """Each row three times over says nothing new: the range must not shrink."""
    rng = np.random.default_rng(5)
    outcome, one, other = rng.random(300) < 0.3, rng.random(300) * 0.5 + 0.1, rng.random(300) * 0.5 + 0.1
    person = np.arange(300)
    once = challenge(one, other, outcome, person)
    thrice = challenge(np.tile(one, 3), np.tile(other, 3), np.tile(outcome, 3), np.tile(person, 3))
    assert thrice.high - thrice.low == pytest.approx(once.high - once.low, rel=1e-9)
    plain = np.where(outcome, -np.log(other) + np.log(one), -np.log1p(-other) + np.log1p(-one))
    assert once.difference == pytest.approx(plain.mean())
    assert once.high - once.low == pytest.approx(2 * 1.959964 * plain.std(ddof=1) / np.sqrt(300), rel=1e-6)


def test_the_same_rows_give_the_same_stairs_in_any_order() -> None:
    rng = np.random.default_rng(6)
    past, _ = market(rng, bent=True, rows=1500)
    order = rng.permutation(1500)
    again = Snapshots(past.person[order], past.first_at[order], past.features[order], past.outcome[order])
    one, other = fit_boosted(past, RECIPE), fit_boosted(again, RECIPE)
    assert one is not None
    assert other is not None
    assert one.chance(past.features) == pytest.approx(other.chance(past.features), abs=1e-9)
