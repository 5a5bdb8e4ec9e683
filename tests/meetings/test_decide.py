"""What is decided at known moments, and that a logged decision is decided again bit for bit."""

from __future__ import annotations

import random
from dataclasses import replace

import msgspec
import pytest

from tests.meetings.making import AT, DEFAULT, any_desk, any_moment, hostile_policy
from tillit.errors import QueryError
from tillit.meetings.actions import ANYONE, Action
from tillit.meetings.decide import Decision, decide, replay
from tillit.meetings.moment import Capacity, Moment
from tillit.meetings.policy import Learning, Stakes, Way
from tillit.vocabulary import Errand

HOUR = 3_600_000_000
SELF, NOW, CALL = Action.SELF_SERVICE, Action.PERSON_NOW, Action.BOOKED_CALL
FREE = {ANYONE: Capacity(free=1)}


def met(moment: Moment, desk: dict[str, Capacity], *, draw: float = 0.0) -> Action:
    return decide(moment, DEFAULT, desk, draw=draw, decision_id="d").action


@pytest.mark.parametrize(
    ("errand", "stake_minor", "desk", "action"),
    [
        (Errand.LOOK_UP, 0, FREE, SELF),
        (Errand.LOOK_UP, 10**9, FREE, SELF),
        (Errand.CHOOSE, 499_999, FREE, SELF),
        (Errand.CHOOSE, 500_000, FREE, NOW),  # 5,000 kronor: high
        (Errand.REPAIR, 0, FREE, NOW),
        (Errand.COMPLAIN, 0, FREE, NOW),
        (Errand.REPAIR, 0, {}, CALL),  # nobody free: a time, never the machine
        (Errand.REPAIR, 0, {ANYONE: Capacity(queue=3, wait_seconds=240.0)}, NOW),
        (Errand.REPAIR, 0, {ANYONE: Capacity(queue=9, wait_seconds=601.0)}, CALL),  # longer than anyone should wait
    ],
)
def test_the_default_matrix(errand: Errand, stake_minor: int, desk: dict[str, Capacity], action: Action) -> None:
    moment = Moment("ana", AT, errand, stake_minor=stake_minor)
    assert {met(moment, desk, draw=draw) for draw in (0.0, 0.5, 0.999999)} == {action}, "nothing is drawn"


def test_a_call_is_promised_for_the_first_time_there_is() -> None:
    moment = Moment("ana", AT, Errand.REPAIR)
    without = decide(moment, DEFAULT, {}, draw=0, decision_id="d")
    assert without.promised_at == AT + 24 * HOUR
    calendar = {ANYONE: Capacity(next_call_at=AT + 2 * HOUR)}
    assert decide(moment, DEFAULT, calendar, draw=0, decision_id="d").promised_at == AT + 2 * HOUR
    past = {ANYONE: Capacity(next_call_at=AT - HOUR)}
    assert decide(moment, DEFAULT, past, draw=0, decision_id="d").promised_at == AT + 24 * HOUR


def test_a_specialist_is_one_with_the_skill() -> None:
    moment = Moment("ana", AT, Errand.REPAIR, skill="wood")
    assert decide(moment, DEFAULT, FREE, draw=0, decision_id="d").action is CALL
    decision = decide(moment, DEFAULT, {**FREE, "wood": Capacity(free=1)}, draw=0, decision_id="d")
    assert (decision.action, decision.skill) == (Action.SPECIALIST, "wood")


def test_while_learning_the_lot_decides_as_often_as_it_says() -> None:
    policy = replace(DEFAULT, learning=Learning(Errand.CHOOSE, Stakes.LOW, 0.5))
    moment = Moment("ana", AT, Errand.CHOOSE)
    drawn = [decide(moment, policy, FREE, draw=place / 1000, decision_id="d").action for place in range(1000)]
    assert (drawn.count(SELF), drawn.count(NOW)) == (500, 500)
    unvaried = replace(moment, may_vary=False)
    assert not decide(unvaried, policy, FREE, draw=0.9, decision_id="d").is_drawn
    elsewhere = replace(moment, stake_minor=500_000)
    assert not decide(elsewhere, policy, FREE, draw=0.9, decision_id="d").is_drawn


@pytest.mark.parametrize(
    ("errand", "stakes", "way", "floor"),
    [
        (Errand.CHOOSE, Stakes.LOW, Way.MACHINE, 0.05),
        (Errand.CHOOSE, Stakes.LOW, Way.PERSON_NEAR, 0.10),  # unsure, and little at stake
        (Errand.CHOOSE, Stakes.MEDIUM, Way.PERSON_NEAR, 0.05),
        (Errand.CHOOSE, Stakes.LOW, Way.OFFER, 0.10),
        (Errand.CHOOSE, Stakes.HIGH, Way.OFFER, 0.0),  # no machine is tried at high stakes
        (Errand.REPAIR, Stakes.LOW, Way.OFFER, 0.0),  # nor for repair
        (Errand.REPAIR, Stakes.HIGH, Way.MACHINE, 0.05),  # a person may be tried anywhere
        (Errand.CHOOSE, Stakes.LOW, Way.PERSON, 0.0),
    ],
)
def test_floors_follow_the_risk(errand: Errand, stakes: Stakes, way: Way, floor: float) -> None:
    policy = replace(DEFAULT, cells={**DEFAULT.cells, (errand, stakes): way})
    assert policy.floor((errand, stakes)) == 0.0, "off until it is switched on"
    on = replace(policy, floors=frozenset({(errand, stakes)}))
    assert on.floor((errand, stakes)) == floor


def test_no_gift_is_tied_to_an_order() -> None:
    for errand, action in [(Errand.LOOK_UP, Action.DELIGHT), (Errand.ORDER, SELF)]:
        moment = Moment("ana", AT, errand, offers=(Action.DELIGHT, SELF))
        assert met(moment, FREE) is action


def test_a_logged_decision_is_decided_again_bit_for_bit() -> None:
    dice = random.Random(7)
    for _ in range(2_000):
        policy = hostile_policy(dice)
        decision = decide(any_moment(dice), policy, any_desk(dice), draw=dice.random(), decision_id="d", consent_row=4)
        written = msgspec.json.encode(decision)
        again = replay(msgspec.json.decode(written, type=Decision), policy)
        assert msgspec.json.encode(again) == written


def test_what_is_known_too_late_is_refused() -> None:
    Moment("ana", AT, Errand.CHOOSE, known_at={"complaint": AT})
    with pytest.raises(QueryError, match="complaint was known only after the decision"):
        Moment("ana", AT, Errand.CHOOSE, known_at={"complaint": AT + 1})
    with pytest.raises(QueryError, match="no value outcome"):
        Moment("ana", AT, Errand.CHOOSE, known_at={"outcome": AT})


@pytest.mark.parametrize("skill", ["Bo Ek", "bo@example.com", "", "Bo"])
def test_nobodys_name_is_a_skill(skill: str) -> None:
    with pytest.raises(QueryError, match="no skill"):
        Moment("ana", AT, Errand.REPAIR, skill=skill)


@pytest.mark.parametrize("draw", [-0.1, 1.0, float("nan")])
def test_a_draw_lies_between_0_and_1(draw: float) -> None:
    with pytest.raises(QueryError, match="draw"):
        decide(Moment("ana", AT, Errand.CHOOSE), DEFAULT, FREE, draw=draw, decision_id="d")
