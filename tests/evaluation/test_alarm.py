"""The alarm: exact in its level however often one looks, and quick where things get much worse."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

import numpy as np
import pytest
from scipy import special

from tests.meetings.making import AT, DEFAULT
from tillit.evaluation.alarm import ALPHA, TOLERATED, Count, Signal, Watched, evidence_of_worse, watch
from tillit.meetings.actions import ANYONE
from tillit.meetings.decide import decide
from tillit.meetings.log import Logged, Outcome
from tillit.meetings.moment import Capacity, Moment
from tillit.meetings.policy import Learning, Policy, Stakes, Way
from tillit.vocabulary import Errand

DAY = 86_400_000_000
FREE = {ANYONE: Capacity(free=1)}
SHARE_EACH = ALPHA / 4
CHANGED_AT = AT + 60 * DAY
BEFORE = replace(DEFAULT, version=1)
AFTER = replace(DEFAULT, version=2, cells={**DEFAULT.cells, (Errand.ORDER, Stakes.LOW): Way.PERSON})
ORDERS = ((Errand.ORDER, 1000),)


def made(policy: Policy, count: int, begin: int, *, p: float, seed: int, errand: Errand = Errand.ORDER) -> list[Logged]:
    """Decisions over 30 days, each with its outcome a day later; the signals happen with probability `p`."""
    dice = random.Random(seed)
    found = []
    for place in range(count):
        moment = Moment(f"c{seed}-{place}", begin + place * 30 * DAY // count, errand, stake_minor=1000)
        decision = decide(moment, policy, FREE, draw=dice.random(), decision_id=f"{seed}-{place}")
        happened = dice.random() < p
        outcome = Outcome(decision.id, True, moment.at + DAY, None, happened, happened)
        found.append(Logged(decision, None, outcome))
    return found


def looked_at(logged: list[Logged], now: Policy = AFTER, before: Policy = BEFORE) -> tuple[Watched, ...]:
    return watch(logged, now, before, changed_at=CHANGED_AT, at=CHANGED_AT + 40 * DAY)


def test_a_change_that_makes_it_worse_is_found() -> None:
    logged = made(BEFORE, 600, AT, p=0.02, seed=1) + made(AFTER, 400, CHANGED_AT, p=0.20, seed=2)
    found = looked_at(logged)
    assert [one.signal for one in found] == list(Signal)
    assert all(one.is_worse for one in found)
    assert (found[0].before.of, found[0].since.of) == (600, 400)


def test_one_that_does_not_is_left_alone() -> None:
    logged = made(BEFORE, 600, AT, p=0.05, seed=1) + made(AFTER, 400, CHANGED_AT, p=0.05, seed=2)
    assert not any(one.is_worse for one in looked_at(logged))


def test_what_the_change_did_not_touch_is_not_compared() -> None:
    """Repairs get worse, but the change was about orders."""
    touched = made(BEFORE, 100, AT, p=0.02, seed=1) + made(AFTER, 100, CHANGED_AT, p=0.02, seed=2)
    others = made(BEFORE, 300, AT, p=0.0, seed=3, errand=Errand.RENEW)
    others += made(AFTER, 300, CHANGED_AT, p=0.9, seed=4, errand=Errand.RENEW)
    found = looked_at(touched + others)
    assert {(one.before.of, one.since.of) for one in found} == {(100, 100)}
    assert not any(one.is_worse for one in found)


def test_learning_by_lot_touches_its_moment() -> None:
    learning = replace(BEFORE, version=2, learning=Learning(Errand.ORDER, Stakes.LOW))
    logged = made(BEFORE, 200, AT, p=0.0, seed=1) + made(learning, 200, CHANGED_AT, p=0.5, seed=2)
    assert all(one.is_worse for one in looked_at(logged, now=learning))


def test_with_too_little_known_of_before_nothing_is_said() -> None:
    assert looked_at(made(BEFORE, 20, AT, p=0.0, seed=1) + made(AFTER, 400, CHANGED_AT, p=0.9, seed=2)) == ()


def test_every_decision_has_the_same_patience() -> None:
    """Outcomes that take longer than most did before are not counted, in either period."""
    slow = [
        replace(one, outcome=replace(one.outcome, matured_at=one.outcome.matured_at + 20 * DAY))
        for one in made(AFTER, 400, CHANGED_AT, p=0.9, seed=2)
        if one.outcome is not None
    ]
    found = looked_at(made(BEFORE, 600, AT, p=0.02, seed=1) + slow)
    assert {one.since.of for one in found} == {0}


def test_a_customer_counts_once() -> None:
    logged = made(BEFORE, 600, AT, p=0.02, seed=1) + made(AFTER, 100, CHANGED_AT, p=0.02, seed=2)
    angry = made(AFTER, 200, CHANGED_AT, p=1.0, seed=3)
    one_customer = [
        replace(one, decision=replace(one.decision, moment=replace(one.decision.moment, customer="c"))) for one in angry
    ]
    found = looked_at(logged + one_customer)
    assert {one.since.of for one in found} == {101}
    assert not any(one.is_worse for one in found)


def test_its_level_holds_at_every_look() -> None:
    """Truth at the edge of what is tolerated, looked at after each of 1,500 customers, in 400 changes: at most 5 %."""
    rng = np.random.default_rng(8)
    alarms = 0
    for _ in range(400):
        before = Count(int(rng.binomial(400, 0.04)), 400)
        happened = np.cumsum(rng.random(1500) < 0.04 + TOLERATED)
        looks = range(25, 1501, 25)
        alarms += any(
            evidence_of_worse(before, Count(int(happened[n - 1]), n), alpha=SHARE_EACH) >= 1 / SHARE_EACH for n in looks
        )
    assert alarms <= 20


@pytest.mark.parametrize(("before", "n"), [(Count(4, 200), 3), (Count(0, 50), 4)])
def test_the_evidence_has_mean_at_most_one_where_it_is_not_worse(before: Count, n: int) -> None:
    """Summed over all outcomes of n customers, at the largest share that is not called worse."""
    top = special.betaincinv(before.happened + 1, before.of - before.happened, 1 - SHARE_EACH)
    p = top + TOLERATED
    mean = 0.0
    for outcome in itertools.product((0, 1), repeat=n):
        chance = float(np.prod([p if one else 1 - p for one in outcome]))
        mean += chance * evidence_of_worse(before, Count(sum(outcome), n), alpha=SHARE_EACH)
    assert mean == pytest.approx(1.0)


def test_much_worse_is_found_soon() -> None:
    """From 2 to 20 of 100: within 150 customers in nearly all changes."""
    rng = np.random.default_rng(9)
    found = [
        evidence_of_worse(Count(8, 400), Count(int(rng.binomial(150, 0.2)), 150), alpha=SHARE_EACH) >= 1 / SHARE_EACH
        for _ in range(200)
    ]
    assert np.mean(found) > 0.95
