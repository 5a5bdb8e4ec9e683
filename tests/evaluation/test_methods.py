"""Each piece against something computed another way."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy.optimize import minimize

from tests.evaluation.worlds import a_market
from tillit.errors import QueryError
from tillit.evaluation.claims import always_valid, e_value, holm
from tillit.evaluation.plan import findable, plan
from tillit.evaluation.scores import Estimate, clustered, effective_size
from tillit.evaluation.tree import grow, reached
from tillit.readiness.logistic import fit_logistic


def test_the_logistic_is_the_minimum_of_its_own_penalised_likelihood() -> None:
    """Peer: scipy's BFGS on the same function, started elsewhere."""
    rng = np.random.default_rng(1)
    x, ridge = rng.normal(size=(300, 4)), np.array([0.1, 4.0, 4.0, 1.0])
    y = (rng.random(300) < 1 / (1 + np.exp(-x @ [0.5, -1.0, 0.0, 2.0]))).astype(float)

    def loss(weights: np.ndarray) -> float:
        z = x @ weights
        return float(np.logaddexp(0, z).sum() - y @ z + 0.5 * (ridge * weights**2).sum())

    peer = minimize(loss, np.full(4, 0.3), method="BFGS", options={"gtol": 1e-7})  # type: ignore[no-untyped-call]
    assert fit_logistic(x, y, ridge) == pytest.approx(peer.x, abs=1e-4)


def test_the_error_by_customer_is_that_of_resampled_customers() -> None:
    rng = np.random.default_rng(2)
    customer = np.repeat(np.arange(400), rng.integers(1, 5, 400))
    score = rng.normal(size=400)[customer] + 0.3 * rng.normal(size=len(customer))
    rows = [np.flatnonzero(customer == one) for one in range(400)]
    means = [score[np.concatenate([rows[one] for one in rng.integers(0, 400, 400)])].mean() for _ in range(600)]
    found = clustered(score, customer)
    assert found.value == pytest.approx(score.mean())
    assert found.error == pytest.approx(np.std(means), rel=0.1)
    assert found.error > 1.3 * score.std() / np.sqrt(len(score))  # as if they were independent


def test_effective_size() -> None:
    assert effective_size(np.ones(7)) == pytest.approx(7)
    assert effective_size(np.array([1.0, 0.0, 0.0])) == pytest.approx(1)


def test_holm_by_hand() -> None:
    """Sorted 0.01, 0.02, 0.03, 0.04 times 4, 3, 2, 1; never falling."""
    assert holm(np.array([0.04, 0.01, 0.03, 0.02])) == pytest.approx([0.06, 0.04, 0.06, 0.06])


def test_looking_sixty_times_makes_no_claim_of_nothing() -> None:
    """1,000 empty worlds watched 60 times: a fixed range claims in one of four, the sequence in at most 5 of 100."""
    rng = np.random.default_rng(3)
    looks = np.linspace(50, 3000, 60).astype(int)
    false_fixed = false_live = 0
    for _ in range(1000):
        values = rng.normal(size=3000)
        means = values.cumsum()[looks - 1] / looks
        errors = np.sqrt(((values**2).cumsum()[looks - 1] / looks - means**2) / (looks - 1))
        estimates = [Estimate(*row) for row in zip(means, errors, looks, looks, strict=True)]
        false_fixed += any(one.low > 0 or one.high < 0 for one in estimates)
        false_live += any(low > 0 or high < 0 for low, high in map(always_valid, estimates))
    assert false_fixed > 200
    assert false_live <= 50


def test_e_value_of_the_paper() -> None:
    """VanderWeele & Ding (2017): a risk ratio of 3.9 gives 7.26; below 1 the inverse counts."""
    assert e_value(3.9) == pytest.approx(7.26, abs=0.005)
    assert e_value(1 / 3.9) == pytest.approx(7.26, abs=0.005)


def test_a_tree_is_the_best_of_all_trees() -> None:
    """Against every tree of depth two over the same thresholds, in which each of eight bands acts its own way."""
    rng = np.random.default_rng(4)
    context = rng.integers(0, 4, size=(640, 2)).astype(float)
    at_stake = rng.permutation(np.repeat(np.arange(8.0), 80))
    helps = np.where(context[:, 0] > 1, 1.0, -1.0) * np.where(context[:, 1] > 0, 1, -1)
    gains = np.column_stack([np.zeros(640), np.where(at_stake > 4, helps, -0.5)])
    gains += rng.normal(0, 0.3, gains.shape)
    leaves = grow(0, context, ("a", "b"), gains, at_stake)
    rows = a_market(1).decisions.take(np.arange(640))
    told = replace(rows, stage=np.zeros(640, np.int64), context=context, value=at_stake)
    marks = [reached(leaf, told) for leaf in leaves]
    assert np.sum(marks, axis=0).tolist() == [1] * 640
    assert any(leaf.above is not None for leaf in leaves)
    found = sum(gains[mark, leaf.action].sum() for mark, leaf in zip(marks, leaves, strict=True))
    asked = [context[:, column] <= threshold for column, threshold in product((0, 1), (0.0, 1.0, 2.0))]
    bands = [at_stake == band for band in range(8)]
    best = -np.inf
    for root, yes, no in product(asked, asked, asked):
        parts = [root & yes, root & ~yes, ~root & no, ~root & ~no]
        best = max(best, sum(gains[part & band].sum(axis=0).max() for part in parts for band in bands))
    assert found == pytest.approx(best)


def test_a_plan_finds_what_it_says_it_finds() -> None:
    """About 780 at 45 % and ten points; 4,000 simulated comparisons of that size find it in 8 of 10."""
    found = plan(0.45, 0.10, weekly=40)
    assert 770 <= found.decisions <= 790
    assert found.weeks == 20
    assert found.starts
    rng, side = np.random.default_rng(5), found.decisions // 2
    machine, person = rng.binomial(side, 0.45, 4000) / side, rng.binomial(side, 0.55, 4000) / side
    pooled = (machine + person) / 2
    power = np.mean(np.abs(person - machine) > 1.96 * np.sqrt(2 * pooled * (1 - pooled) / side))
    assert power == pytest.approx(0.80, abs=0.025)


def test_a_small_shop_does_not_start() -> None:
    found = plan(0.45, 0.10, weekly=4)
    assert not found.starts
    assert found.findable is not None
    assert found.findable > 0.25
    assert findable(0.45, weekly=0.1) is None


@pytest.mark.parametrize(("base", "difference"), [(0.0, 0.1), (0.95, 0.1), (0.5, 0.0), (1.2, -0.3)])
def test_impossible_plans_are_refused(base: float, difference: float) -> None:
    with pytest.raises(QueryError):
        plan(base, difference)
