"""An effect that goes away is noticed, one that stays is not called changed, and a rule that draws nothing is blind."""

from __future__ import annotations

import numpy as np

from tests.evaluation.worlds import a_market
from tillit.evaluation.evaluate import evaluate
from tillit.evaluation.results import Drift
from tillit.simulate.meetings import World, market


def drift_in(seed: int, world: World, customers: int) -> Drift:
    found = evaluate(a_market(seed, customers=customers, world=world).decisions).drift
    assert found is not None
    return found


def test_an_effect_that_vanishes_half_way_is_found() -> None:
    """At 20,000 customers the changes lie five of their errors from nothing."""
    found = drift_in(1, World.DRIFT, 20_000)
    assert found.is_found
    repair = next(stage for stage in found.stages if stage.stage == "repair")
    assert repair.high < 0
    assert repair.p_holm < 0.05
    assert repair.earlier > 0.08
    assert abs(repair.later) < 0.06
    assert 25 < found.middle_at_days < 35


def test_what_stays_is_rarely_called_changed() -> None:
    """5 in 100 by its own word: of 24 worlds 5 or more would have a chance below 1 in 100."""
    worlds = (World.EFFECT, World.NONE)
    found = sum(drift_in(seed, world, 2000).is_found for world in worlds for seed in range(12))
    assert found <= 4


def test_stages_that_share_customers_are_not_counted_as_independent() -> None:
    """Every row under a second stage as well: the same evidence twice is no more evidence."""
    decisions = a_market(3, customers=6000, world=World.DRIFT).decisions
    once = evaluate(decisions).drift
    assert once is not None
    alone = {stage.stage: (stage.low, stage.high) for stage in once.stages}
    twice = decisions.take(np.repeat(np.arange(len(decisions)), 2))
    again = evaluate(twice).drift
    assert again is not None
    for stage in again.stages:
        low, high = alone[stage.stage]
        assert stage.high - stage.low > 0.97 * (high - low)
    assert again.p_value > once.p_value / 3


def test_a_rule_that_draws_nothing_cannot_tell_and_says_so() -> None:
    found = evaluate(market(3000, np.random.default_rng(5), world=World.DRIFT, floor=0.0).decisions)
    assert found.drift is None
    assert found.overall.person_minus_machine is None
    assert {refusal.code for refusal in found.refusals} == {"not_asked"}
