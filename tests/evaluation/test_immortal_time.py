"""Whoever is met late has stayed until then: that is not what a person adds.

In these worlds a meeting changes nothing, and those who were ever met stayed 27 in 100 more often.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tillit.evaluation.decisions import Decisions
from tillit.evaluation.evaluate import evaluate
from tillit.simulate.meetings import P_MET_IN_A_WEEK, Stays, stays

MACHINE, PERSON = 0, 1
CUSTOMERS = 4000


def each_once(world: Stays) -> Decisions:
    """As dashboards count: one row a customer, ever met or never, without odds; with how long each waited."""
    count = len(world.weeks)
    met = world.met_in >= 0
    waited = np.where(met, world.met_in, 0) * 7.0
    return log(np.arange(count), waited, met, world.stayed, np.full(count, np.nan), waited_days=waited)


def each_week(world: Stays) -> Decisions:
    """As tillit decides: one row for every week in which a customer was there and not met before, with its odds."""
    rows = np.where(world.met_in >= 0, world.met_in + 1, world.weeks)
    customer = np.repeat(np.arange(len(rows)), rows)
    week = np.arange(len(customer)) - np.repeat(np.cumsum(rows) - rows, rows)
    met = week == world.met_in[customer]
    return log(customer, week * 7.0, met, world.stayed[customer], np.full(len(customer), P_MET_IN_A_WEEK))


def log(
    customer: np.ndarray,
    at_days: np.ndarray,
    met: np.ndarray,
    good: np.ndarray,
    p_person: np.ndarray,
    *,
    waited_days: np.ndarray | None = None,
) -> Decisions:
    count = len(customer)
    decisions = Decisions(
        customer=customer,
        at_days=at_days,
        stage=np.zeros(count, np.int64),
        stages=("stay",),
        actions=("machine", "person"),
        machine=MACHINE,
        person=PERSON,
        eligible=np.ones((count, 2), np.bool_),
        propensity=np.column_stack([1 - p_person, p_person]),
        action=met.astype(np.int64),
        outcome=good.astype(np.float64),
        delay_days=None,
        context=(at_days / 7)[:, None],
        context_names=("week",),
        value=None,
        reward=None,
        waited_days=waited_days,
    )
    return decisions.take(np.argsort(at_days, kind="stable"))


def test_ever_met_or_never_is_declined_and_its_difference_does_not_appear() -> None:
    world = stays(CUSTOMERS, np.random.default_rng(1))
    met = world.met_in >= 0
    assert world.stayed[met].mean() - world.stayed[~met].mean() > 0.2  # what a dashboard would show
    found = evaluate(each_once(world))
    assert found.overall.grade in ("C", "–")
    assert found.overall.person_minus_machine is None
    assert found.observed is None
    assert {"not_drawn", "met_late"} == {refusal.code for refusal in found.refusals}


def test_without_its_waits_the_same_log_is_declined_too() -> None:
    """Nothing says that people were met late: at most a hint without an effect, grade C."""
    found = evaluate(replace(each_once(stays(CUSTOMERS, np.random.default_rng(1))), waited_days=None))
    assert found.overall.grade == "C"
    assert found.overall.person_minus_machine is None
    assert found.overall.claim is None


def test_compared_week_by_week_the_range_holds_the_truth() -> None:
    """Ten worlds, true effect 0: of ten 95 % ranges fewer than 8 hold in 1 of 87."""
    found = [evaluate(each_week(stays(CUSTOMERS, np.random.default_rng(seed)))).overall for seed in range(10)]
    ranges = [(one.low, one.high) for one in found if one.low is not None and one.high is not None]
    assert len(ranges) == 10
    assert sum(low <= 0 <= high for low, high in ranges) >= 8
    assert max(abs(one.person_minus_machine or 0.0) for one in found) < 0.1
