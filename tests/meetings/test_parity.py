"""Loyalty never costs: a policy under which it would is not kept."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from tests.meetings.making import AT, DEFAULT, BrokenPolicy, any_desk, any_moment, hostile_policy
from tillit.errors import QueryError
from tillit.meetings.decide import Decision, decide
from tillit.meetings.log import DecisionLog
from tillit.meetings.moment import Desk, Moment
from tillit.meetings.parity import Choose, as_decided, check_parity, worse_for_loyal
from tillit.meetings.policy import Policy, Way
from tillit.meetings.policy_files import default_policy_text, policy_text


def test_no_policy_that_can_be_written_treats_the_loyal_worse(tmp_path: Path) -> None:
    dice = random.Random(40)
    log = DecisionLog.open(tmp_path)
    for _ in range(5):
        made = hostile_policy(dice)
        if not isinstance(made, BrokenPolicy):
            assert worse_for_loyal(made) == ()
            log.save_policy(policy_text(made, currency="SEK"), at=AT, name="p", currency="SEK")
    log.save_policy(default_policy_text(), at=AT, name="p", currency="SEK")
    log.close()


def test_nor_does_any_of_many_random_pairs() -> None:
    """Twins that differ in loyalty alone, against counting the chance of a person by hand."""
    dice = random.Random(41)
    for _ in range(2_000):
        policy, moment, desk, draw = hostile_policy(dice), any_moment(dice), any_desk(dice), dice.random()
        stranger, known = (
            decide(replace(moment, is_known_customer=own), policy, desk, draw=draw, decision_id="d")
            for own in (False, True)
        )
        chances = [sum(option.propensity for option in one.options if option.skill) for one in (stranger, known)]
        assert chances[1] >= chances[0] - 1e-12


def saving_on_the_loyal(moment: Moment, policy: Policy, desk: Desk) -> Decision:
    """A chooser with a bug: known customers stay anyway, so they get the machine's matrix."""
    machines = replace(policy, cells=dict.fromkeys(policy.cells, Way.MACHINE))
    return as_decided(moment, machines if moment.is_known_customer else policy, desk)


def letting_the_loyal_wait(moment: Moment, policy: Policy, desk: Desk) -> Decision:
    """One that sends them to people all the same, but later."""
    return as_decided(moment, policy, {} if moment.is_known_customer else desk)


@pytest.mark.parametrize("choose", [saving_on_the_loyal, letting_the_loyal_wait])
def test_what_would_is_refused_with_the_moment_named(choose: Choose) -> None:
    check_parity(DEFAULT)
    with pytest.raises(QueryError, match="a known customer would be met worse than a stranger"):
        check_parity(DEFAULT, choose=choose)
