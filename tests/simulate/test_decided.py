"""How the simulated company met its customers: by its own policies, with outcomes of a known law."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from tillit.meetings.decide import Decision, replay
from tillit.meetings.log import Delivered, Outcome
from tillit.meetings.policy_files import default_policy_text, parse_policy
from tillit.simulate.company import Company
from tillit.simulate.decided import MOMENTS, WEEK, Decided, decided
from tillit.vocabulary import Errand

NOW = 1_790_000_000_000_000  # in September 2026
MICROS = 1_000_000


def make(company: Company, seed: int) -> Decided:
    first = parse_policy(default_policy_text(), name="policy", version=1, currency="SEK")
    subjects = {one.number: f"s{one.number}" for one in company.customers}
    return decided(company, first, np.random.default_rng(seed), until=NOW, subjects=subjects)


@pytest.fixture(scope="module")
def made(company: Company) -> Decided:
    return make(company, 1)


def decisions_of(made: Decided) -> list[Decision]:
    return [entry for entry in made.entries if isinstance(entry, Decision)]


def test_the_same_seed_gives_the_same_log(company: Company, made: Decided) -> None:
    again, other = make(company, 1), make(company, 2)
    assert again == made
    assert other.entries != made.entries


def test_it_ends_in_the_week_before_now(company: Company, made: Decided) -> None:
    times = [decision.moment.at for decision in decisions_of(made)]
    assert NOW - 2 * WEEK * MICROS < max(times) <= NOW
    assert all(entry.matured_at <= NOW for entry in made.entries if isinstance(entry, Outcome))
    happened = {happening.at for happening in company.happenings}
    moved = {(at // MICROS - NOW // MICROS) % WEEK for at in times}
    assert moved <= {(at - NOW // MICROS) % WEEK for at in happened}, "whole weeks: days and hours stay what they were"
    assert min(times) >= made.policies[0][0]


def test_every_decision_is_one_its_policy_makes(made: Decided) -> None:
    policies = {policy.version: policy for _, policy in made.policies}
    for decision in decisions_of(made)[::20]:
        assert replay(decision, policies[decision.policy_version]) == decision
    learnt = Counter(decision.moment.errand for decision in decisions_of(made) if decision.is_drawn)
    assert set(learnt) == {Errand.CHOOSE, Errand.ORDER}


def test_outcomes_follow_the_table(made: Decided) -> None:
    """At each drawn errand, shares of good ends by side lie within three of their errors of the planted chances."""
    good = {entry.decision: entry.good for entry in made.entries if isinstance(entry, Outcome)}
    for activity in ("product_viewed", "product_added"):
        errand, _, well, adds = MOMENTS[activity]
        for is_machine in (True, False):
            ends = [
                good[decision.id]
                for decision in decisions_of(made)
                if decision.is_drawn and decision.moment.errand is errand and decision.is_machine == is_machine
                if decision.id in good
            ]
            planted = well + (0.0 if is_machine else adds)
            assert np.mean(ends) == pytest.approx(planted, abs=3 * np.sqrt(0.25 / len(ends)))


def test_the_truth_is_what_the_table_adds(made: Decided) -> None:
    assert made.truth["order.medium"] == pytest.approx(0.22)
    assert made.truth["explore"] == pytest.approx(-0.20)
    assert -0.20 < made.truth["all"] < 0.22


def test_some_who_met_a_machine_turned_to_a_person(made: Decided) -> None:
    machine = {decision.id for decision in decisions_of(made) if decision.is_machine}
    turned = [entry.decision for entry in made.entries if isinstance(entry, Delivered)]
    assert turned
    assert set(turned) <= machine
    anyway = {entry.decision for entry in made.entries if isinstance(entry, Outcome) and entry.reached_person_anyway}
    assert anyway <= set(turned)
