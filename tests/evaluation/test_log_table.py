"""A company's log becomes columns, each as a plain reading of one decision says."""

from __future__ import annotations

import hashlib
import random

import numpy as np

from tests.meetings.making import DEFAULT, any_desk, any_moment, hostile_policy
from tillit.evaluation.log_table import CELLS, MACHINE, PERSON, log_table
from tillit.meetings.actions import MACHINES
from tillit.meetings.decide import decide
from tillit.meetings.log import Logged, Outcome

DAY = 86_400_000_000


def a_log(count: int) -> list[Logged]:
    dice = random.Random(3)
    found = []
    for place in range(count):
        policy = hostile_policy(dice) if place % 2 else DEFAULT
        name = hashlib.sha256(str(place).encode()).hexdigest()[:8]
        decision = decide(any_moment(dice), policy, any_desk(dice), draw=dice.random(), decision_id=name)
        outcome = Outcome(name, dice.random() < 0.5, decision.moment.at + 2 * DAY, None, dice.random() < 0.2, True, 4.0)
        found.append(Logged(decision, None, outcome if dice.random() < 0.7 else None))
    return found


def test_each_row_is_one_decision() -> None:
    logged = a_log(400)
    table = log_table(logged, exponent=2)
    decisions = table.decisions
    in_order = sorted(logged, key=lambda one: one.decision.moment.at)
    names = dict(zip(decisions.customer, (one.decision.moment.customer for one in in_order), strict=True))
    assert len(names) == len({one.decision.moment.customer for one in logged})
    for row, one in enumerate(in_order):
        decision, moment = one.decision, one.decision.moment
        assert names[decisions.customer[row]] == moment.customer
        assert decisions.stages[decisions.stage[row]] == (moment.stage.value if moment.stage else "")
        assert CELLS[table.cell[row]] == (moment.errand, decision.stakes)
        machine = sum(option.propensity for option in decision.options if option.action in MACHINES)
        np.testing.assert_allclose(decisions.propensity[row], [machine, 1 - machine], atol=1e-12)
        assert decisions.action[row] == (MACHINE if decision.action in MACHINES else PERSON)
        assert decisions.eligible[row, MACHINE] == any(option.action in MACHINES for option in decision.options)
        assert decisions.context[row, 0] == moment.stake_minor / 100
        assert np.isnan(decisions.outcome[row]) == (one.outcome is None)
        if one.outcome is not None:
            assert (decisions.outcome[row], table.complaint[row]) == (one.outcome.good, one.outcome.complaint)
            assert (table.minutes[row], table.asked_afterwards[row]) == (4.0, 1.0)
            assert decisions.delay_days is not None
            assert abs(decisions.delay_days[row] - 2) < 1e-9


def test_an_empty_log_is_an_empty_table() -> None:
    table = log_table([], exponent=2)
    assert len(table) == 0
    assert table.decisions.stages == ()


def test_the_order_of_the_rows_changes_nothing() -> None:
    logged = a_log(200)
    one, other = (log_table(rows, exponent=2) for rows in (logged, logged[::-1]))
    np.testing.assert_array_equal(one.decisions.customer, other.decisions.customer)
    np.testing.assert_array_equal(one.decisions.outcome, other.decisions.outcome)
