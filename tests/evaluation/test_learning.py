"""A rule changes only where what it counts on came true on other customers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.evaluation.worlds import a_market
from tillit.evaluation.came_true import came_true
from tillit.evaluation.decisions import Decisions, Ints
from tillit.evaluation.learning import Proposal, allowed, propose
from tillit.simulate.judging import best, machine, matrix, share_of_oracle, worth
from tillit.simulate.meetings import COSTS, MACHINE, PERSON, STAGES, Market, World


def true_gain(proposal: Proposal, fresh: Market) -> float:
    """Per free moment of customers who took no part."""
    then, now = (worth(fresh, rule(fresh.decisions)) for rule in (proposal.actions, proposal.today))
    return then - now


def test_where_persons_only_cost_nothing_changes() -> None:
    proposals = [propose(a_market(seed, customers=3100, world=World.NONE).decisions, machine) for seed in range(2)]
    assert not any(one.leaves for one in proposals)
    assert all(one.gain is None for one in proposals)


def test_where_nothing_costs_and_nothing_helps_luck_changes_little() -> None:
    """Three markets told in good ends alone: one that lets a change through by luck is 1 of 20 at the most."""
    markets = [a_market(seed, customers=3100, world=World.NONE).decisions for seed in range(3)]
    proposals = [propose(replace(one, value=None, reward=None), machine) for one in markets]
    assert sum(bool(one.leaves) for one in proposals) <= 1


@pytest.mark.parametrize("world", [World.EFFECT, World.HARM])
def test_the_matrix_is_never_left_for_something_worse(world: World) -> None:
    """At least the matrix less a hundredth, in each of two worlds, on 20,000 customers who took no part."""
    fresh = a_market(999, customers=20_000, world=world)
    start = worth(fresh, matrix(fresh.decisions))
    assert start < worth(fresh, best(fresh))
    for seed in range(2):
        proposal = propose(a_market(seed, customers=4000, world=world).decisions, matrix)
        assert worth(fresh, proposal.actions(fresh.decisions)) >= 0.99 * start


def test_few_customers_change_nothing() -> None:
    """At 500 customers one world of twenty would be let through to something worse."""
    decisions = a_market(1, customers=500).decisions
    proposal = propose(decisions, matrix)
    assert proposal.gain is None
    assert (proposal.actions(decisions) == matrix(decisions)).all()


def test_all_of_a_true_promise_comes_true_and_nothing_of_an_empty_one() -> None:
    """The truth as promise: a share of 1. The same promise in a world where nothing changes anything: 0."""
    market = a_market(5, customers=6000)
    empty = a_market(5, customers=6000, world=World.NONE)
    for world, share in ((market, 1.0), (empty, 0.0)):
        decisions = world.decisions
        now = machine(decisions)
        then = allowed(decisions, PERSON)
        rows = decisions.free & (decisions.stage == STAGES.index("repair"))
        found = came_true(decisions, market.chance, then, now, COSTS, rows)
        assert abs(found.share - share) < 3 * found.error
        assert found.error < 0.2
        assert found.cost == pytest.approx(COSTS[PERSON] - COSTS[MACHINE])
        effect = (market.chance[:, PERSON] - market.chance[:, MACHINE]) * decisions.context[:, 0]
        assert found.promised == pytest.approx(effect[rows].mean())
        assert found.pays == pytest.approx(found.cost / found.promised)


def test_scarce_people_go_where_they_help_most() -> None:
    """By the pooled model and the shadow price, of what somebody who knows every chance would gain; two worlds."""
    for seed in range(2):
        made = a_market(seed, customers=15_000)
        assert min(share_of_oracle(made, 10_000, budget) for budget in (0.05, 0.2)) > 0.85


def test_little_experience_already_gives_people_out_better_than_none() -> None:
    """Nine worlds in ten gain at 500 customers: fewer than 7 of ten would have a chance of 1 in 80."""
    markets = [a_market(seed, customers=2500) for seed in range(10)]
    assert sum(share_of_oracle(made, 500, 0.1) > 0 for made in markets) >= 7


def test_much_experience_finds_gains_and_says_how_large() -> None:
    market, fresh = a_market(7, customers=12_000), a_market(998, customers=20_000)
    proposal = propose(market.decisions, matrix)
    assert proposal.spending.let_through
    assert proposal.gain is not None
    truth = true_gain(proposal, fresh)
    assert truth > 0.2
    assert proposal.gain.low < truth < proposal.gain.high


def test_a_rule_that_lost_its_gain_goes_back_to_the_machine() -> None:
    """Persons meet every repair, and help nobody any more: learnt anew, most are the machine's."""
    repair = STAGES.index("repair")

    def today(decisions: Decisions) -> Ints:
        return np.where(decisions.stage == repair, PERSON, machine(decisions))

    proposal = propose(a_market(11, customers=12_000, world=World.NONE).decisions, today)
    assert not proposal.spending.let_through
    assert {leaf.stage for leaf in proposal.leaves} == {repair}
    fresh = a_market(998, customers=5000, world=World.NONE).decisions
    here = fresh.free & (fresh.stage == repair)
    assert (proposal.actions(fresh)[here] == MACHINE).mean() > 0.6


def test_a_leaf_s_action_that_is_not_allowed_becomes_a_person() -> None:
    decisions = a_market(1).decisions
    taken = allowed(decisions, 2)
    assert decisions.eligible[np.arange(len(decisions)), taken].all()
    assert len(COSTS) == decisions.eligible.shape[1]
