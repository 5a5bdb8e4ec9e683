"""The truth lies where the ranges say, and nothing is claimed where nothing is."""

from __future__ import annotations

import numpy as np
import pytest

from tests.evaluation.worlds import a_market, told_of, true_effects
from tillit.evaluation.evaluate import evaluate
from tillit.evaluation.results import Effect
from tillit.simulate.meetings import MACHINE, PERSON, World, cut

WORLDS = 20


def distance(effect: Effect, truth: float) -> float:
    """From the truth, in standard errors."""
    assert effect.person_minus_machine is not None
    assert effect.high is not None
    return (effect.person_minus_machine - truth) / ((effect.high - effect.person_minus_machine) / 1.96)


@pytest.mark.parametrize("world", [World.EFFECT, World.NONE, World.HARM])
def test_estimates_scatter_around_the_truth_as_far_as_their_ranges_say(world: World) -> None:
    """20 worlds and up to 8 estimates each: the mean distance lies within 0 ± 0.6, its square near 1."""
    truth = true_effects(world)
    found = [told_of(seed, world) for seed in range(WORLDS)]
    overall = np.array([distance(one.overall, truth["all"]) for one in found])
    told = [stage for one in found for stage in one.stages if stage.claim is not None]
    by_stage = np.array([distance(stage, truth[str(stage.stage)]) for stage in told])
    assert abs(overall.mean()) < 0.6
    assert 0.3 < (overall**2).mean() < 2.2
    assert 0.7 < (by_stage**2).mean() < 1.45
    assert np.mean(np.abs(by_stage) < 1.96) > 0.87


def test_the_naive_difference_is_wrong_where_nothing_is_true() -> None:
    """What a dashboard shows: the engine's work is to not say this."""
    decisions = a_market(1, world=World.NONE).decisions
    free = decisions.free
    met, left = free & (decisions.action == PERSON), free & (decisions.action == MACHINE)
    assert decisions.outcome[met].mean() - decisions.outcome[left].mean() > 0.05
    overall = evaluate(decisions).overall
    assert overall.low is not None
    assert overall.low < 0 < (overall.high or 0)


def test_a_person_is_rarely_said_to_help_where_nobody_does() -> None:
    """Holm at 5 % over seven stages: 40 worlds with 6 false ones would have a chance below 1 in 50."""
    false = sum(any(stage.claim == "person" for stage in told_of(seed, World.NONE).stages) for seed in range(40))
    assert false <= 5


def test_help_is_found_where_it_is() -> None:
    found = [told_of(seed) for seed in range(10)]
    repair = [stage.claim for one in found for stage in one.stages if stage.stage == "repair"]
    assert repair.count("person") >= 7
    assert repair.count("machine") == 0


def test_a_policy_is_worth_what_the_truth_says() -> None:
    """Value of always machine and always person in 20 worlds of their own: within two of their errors in most."""
    near = []
    for seed in range(20):
        world = a_market(seed)
        free = world.decisions.free
        for one in told_of(seed).policies:
            if one.stage is None and one.name in ("machine", "person"):
                place = MACHINE if one.name == "machine" else PERSON
                near.append(one.low <= world.rewards[free, place].mean() <= one.high)
    assert np.mean(near) >= 0.9


def test_repeating_every_customer_s_rows_makes_nothing_surer() -> None:
    decisions = a_market(3, customers=3000).decisions
    thrice = decisions.take(np.repeat(np.arange(len(decisions)), 3))
    once, again = evaluate(decisions).overall, evaluate(thrice).overall
    assert once.low is not None
    assert again.low is not None
    assert (again.high or 0) - again.low == pytest.approx((once.high or 0) - once.low, rel=0.02)


def test_outcomes_still_to_come_change_little() -> None:
    """Callbacks take three times as long: dropped or counted as failures they would look bad."""
    whole = a_market(5, customers=12_000)
    early = cut(whole, as_of_days=30.0)
    matured = evaluate(whole.decisions.take(whole.decisions.at_days <= 30.0)).overall
    found = evaluate(early, as_of_days=30.0)
    assert 0.03 < found.immature_share < 0.5
    assert matured.person_minus_machine is not None
    assert found.overall.person_minus_machine is not None
    error = ((matured.high or 0) - matured.person_minus_machine) / 1.96
    assert abs(found.overall.person_minus_machine - matured.person_minus_machine) < error
