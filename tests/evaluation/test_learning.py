"""A rule changes only where other customers show a gain."""

from __future__ import annotations

import numpy as np
import pytest

from tests.evaluation.worlds import a_market
from tillit.evaluation.decisions import Decisions, Ints
from tillit.evaluation.learning import Proposal, allowed, propose
from tillit.simulate.judging import best, machine, matrix, share_of_oracle, worth
from tillit.simulate.meetings import COSTS, MACHINE, PERSON, STAGES, Market, World


def a_proposal(market: Market, seed: int) -> Proposal:
    return propose(market.decisions, machine, rng=np.random.default_rng(seed))


def true_gain(proposal: Proposal, fresh: Market) -> float:
    """Per free moment of customers who took no part."""
    then, now = (worth(fresh, rule(fresh.decisions)) for rule in (proposal.actions, proposal.today))
    return then - now


def test_where_persons_only_cost_nothing_changes() -> None:
    proposals = [a_proposal(a_market(seed, customers=3000, world=World.NONE), seed) for seed in range(8)]
    assert sum(len(one.changes) for one in proposals) <= 1
    assert all(one.considered is not None and one.gain is None for one in proposals if not one.changes)


def test_what_is_learnt_never_costs_more_than_a_hundredth() -> None:
    """Against always machine, on 20,000 fresh customers; the machine's value is about 19.8 a moment."""
    fresh = a_market(999, customers=20_000)
    gains = [true_gain(a_proposal(a_market(seed, customers=2000), seed), fresh) for seed in range(10)]
    assert min(gains) > -0.2


@pytest.mark.parametrize("customers", [500, 2000])
def test_the_matrix_is_never_left_for_something_worse(customers: int) -> None:
    """At least the matrix less a hundredth, in every one of ten worlds; ungated trees fall below it at 500."""
    fresh = a_market(999, customers=20_000)
    start = worth(fresh, matrix(fresh.decisions))
    assert worth(fresh, machine(fresh.decisions)) < start < worth(fresh, best(fresh))
    for seed in range(10):
        history = a_market(seed, customers=customers).decisions
        proposal = propose(history, matrix, rng=np.random.default_rng(seed))
        assert worth(fresh, proposal.actions(fresh.decisions)) >= 0.99 * start


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
    market, fresh = a_market(7, customers=40_000), a_market(998, customers=30_000)
    proposal = a_proposal(market, 7)
    assert proposal.changes
    assert proposal.gain is not None
    truth = true_gain(proposal, fresh)
    assert truth > 0.1
    assert proposal.gain.low - 0.1 < truth < proposal.gain.high + 0.1


def test_a_rule_that_lost_its_gain_goes_back_to_the_machine() -> None:
    """Persons meet every repair, and help nobody any more: the next time it is learnt, repairs are the machine's."""
    repair = STAGES.index("repair")

    def today(decisions: Decisions) -> Ints:
        return np.where(decisions.stage == repair, PERSON, machine(decisions))

    history = a_market(11, customers=30_000, world=World.NONE)
    changes = propose(history.decisions, today, rng=np.random.default_rng(11)).changes
    assert {(change.leaf.stage, change.leaf.action) for change in changes} == {(repair, MACHINE)}


def test_a_leaf_s_action_that_is_not_allowed_becomes_a_person() -> None:
    decisions = a_market(1).decisions
    taken = allowed(decisions, 2)
    assert decisions.eligible[np.arange(len(decisions)), taken].all()
    assert len(COSTS) == decisions.eligible.shape[1]
