"""Where a person is due no machine decides, whatever the policy, the queue and the draw."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

from tests.meetings.making import any_desk, any_moment, hostile_policy
from tillit.meetings.actions import Action
from tillit.meetings.decide import Decision, decide
from tillit.meetings.moment import Moment
from tillit.meetings.policy import Policy
from tillit.vocabulary import Errand

CONTEXTS = 100_000
PERSON = {Action.PERSON_NOW, Action.SPECIALIST, Action.BOOKED_CALL}


def person_is_due(moment: Moment, policy: Policy) -> bool:
    """The promise as DESIGN states it, written a second time."""
    if moment.asked_for_person or moment.complaint or moment.errand == Errand.COMPLAIN or moment.has_stated_need:
        return True
    if (moment.is_known_customer and moment.has_open_case) or len(moment.broken_promises) > 0:
        return True
    if policy.person_from_minor is not None and moment.stake_minor > policy.person_from_minor:
        return True
    return any(moment.errand == errand for errand in policy.brand_errands)


def has_a_person_or_a_time(decision: Decision) -> bool:
    if decision.action is Action.BOOKED_CALL:
        return decision.promised_at is not None and decision.promised_at >= decision.moment.at
    return decision.action in PERSON


def test_no_machine_decides_where_a_person_is_due() -> None:
    dice = random.Random(20)
    seen: Counter[str] = Counter()
    for _ in range(CONTEXTS // 100):
        policy = hostile_policy(dice)
        for _ in range(100):
            moment, desk = any_moment(dice), any_desk(dice)
            decision = decide(moment, policy, desk, draw=dice.random(), decision_id="d")
            total = sum(option.propensity for option in decision.options)
            assert abs(total - 1) < 1e-12
            assert all(option.propensity >= option.floor >= 0 for option in decision.options)
            assert min(option.propensity for option in decision.options if option.propensity) > 0.0499  # weights ≤ 20
            assert (decision.promised_at is None) == (decision.action is not Action.BOOKED_CALL)
            if person_is_due(moment, policy):
                seen["due"] += 1
                assert has_a_person_or_a_time(decision), decision
                assert all(option.action in PERSON for option in decision.options)
            elif decision.is_machine:
                seen["machine"] += 1
                asked = replace(moment, asked_for_person=True)
                later = decide(asked, policy, any_desk(dice), draw=dice.random(), decision_id="later")
                assert has_a_person_or_a_time(later), "asking later always reaches a person or a promised time"
            seen["drawn"] += decision.is_drawn
    assert min(seen["due"], seen["machine"], seen["drawn"]) > CONTEXTS / 50, seen  # every case is met
