"""What a policy changes over whole ways: only customers who were kept on another one show it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tillit.errors import InputError
from tillit.evaluation.decisions import Ints
from tillit.evaluation.evaluate import evaluate
from tillit.simulate.meetings import DRAWN, MACHINE, Market, World, market

CUSTOMERS = 6000


def a_world_with_kept(seed: int, *, world: World = World.CARRY_OVER, customers: int = CUSTOMERS) -> Market:
    """Every second customer is always met by the machine where it is allowed."""
    rng = np.random.default_rng([seed, 23])
    kept_on: Ints = np.where(rng.random(customers) < 0.5, MACHINE, DRAWN)
    return market(customers, rng, world=world, kept_on=kept_on)


def true_difference() -> float:
    """Good outcomes per free moment, everyone as the logging policy draws minus everyone by machine; 100,000 each."""
    share = []
    for kept in (DRAWN, MACHINE):
        large = market(100_000, np.random.default_rng(7), world=World.CARRY_OVER, kept_on=np.full(100_000, kept))
        free = large.decisions.free
        share.append(float(large.decisions.outcome[free].mean()))
    return share[0] - share[1]


def test_kept_customers_show_the_whole_way_and_moments_alone_do_not() -> None:
    """Six worlds: fewer than 4 of six 95 % ranges hold in 1 of 400; what moments say lies below most of them."""
    truth = true_difference()
    holds = below = 0
    for seed in range(6):
        found = evaluate(a_world_with_kept(seed).decisions)
        assert found.whole_way is not None
        holds += found.whole_way.low <= truth <= found.whole_way.high
        assert found.overall.person_minus_machine is not None
        below += found.overall.person_minus_machine < found.whole_way.low
    assert holds >= 4
    assert below >= 4


def test_where_nothing_carries_over_and_nothing_helps_the_range_holds_zero() -> None:
    found = [evaluate(a_world_with_kept(seed, world=World.NONE, customers=3000).decisions) for seed in range(8)]
    ways = [one.whole_way for one in found if one.whole_way is not None]
    assert len(ways) == 8
    assert sum(one.low <= 0 <= one.high for one in ways) >= 6


def test_a_customer_who_was_kept_at_times_only_is_refused() -> None:
    decisions = a_world_with_kept(1, customers=500).decisions
    assert decisions.kept is not None
    kept = decisions.kept.copy()
    code = np.bincount(decisions.customer[kept]).argmax()  # one with several moments
    kept[np.flatnonzero(decisions.customer == code)[-1]] = False
    with pytest.raises(InputError, match="1 customers were kept"):
        evaluate(replace(decisions, kept=kept))


def test_few_kept_customers_are_not_compared() -> None:
    assert evaluate(a_world_with_kept(1, customers=150).decisions).whole_way is None
