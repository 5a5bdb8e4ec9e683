"""What was learned changes the matrix only where it gains and nobody fares worse."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.evaluation.test_standing import CHOSEN, a_table, stands
from tests.meetings.making import DEFAULT
from tillit.evaluation.adoption import Adoption, adopted, adoption
from tillit.evaluation.harm import Lacking
from tillit.evaluation.log_table import MACHINE, PERSON, LogTable
from tillit.evaluation.standing import Measured
from tillit.meetings.policy import Learning, Policy, Way

OFFERED = replace(DEFAULT, cells={**DEFAULT.cells, CHOSEN: Way.OFFER})


def with_complaints(table: LogTable, *, machine: float, person: float) -> LogTable:
    rng = np.random.default_rng(4)
    chance = np.where(table.decisions.action == PERSON, person, machine)
    return replace(
        table, complaint=(rng.random(len(table)) < chance).astype(np.float64), asked_afterwards=np.zeros(len(table))
    )


def measured(table: LogTable) -> Measured:
    (moment,) = stands(table).moments
    assert moment.measured is not None
    return moment.measured


def change(table: LogTable, *, policy: Policy = DEFAULT) -> Adoption | None:
    return adoption(policy, CHOSEN, measured(table))


def test_a_person_who_helps_and_harms_nobody_may_be_offered() -> None:
    found = change(with_complaints(a_table(2500, adds=0.2), machine=0.0, person=0.0))
    assert found is not None
    assert (found.to_person, found.way, found.new_way) == (True, Way.MACHINE, Way.OFFER)
    assert found.lacking == ()
    assert found.gain.low > 0
    assert found.then.value > found.now.value


def test_more_complaints_hold_it_back() -> None:
    found = change(with_complaints(a_table(2500, adds=0.2), machine=0.0, person=0.05))
    assert found is not None
    assert found.lacking == (Lacking.COMPLAINTS,)
    assert found.complaints.value == pytest.approx(0.05, abs=0.015)


def test_fewer_complaints_with_a_person_are_more_with_a_machine() -> None:
    table = with_complaints(a_table(2500, adds=-0.2), machine=0.05, person=0.0)
    found = change(table, policy=OFFERED)
    assert found is not None
    assert (found.to_person, found.new_way) == (False, Way.PERSON_NEAR)
    assert found.gain.low > 0
    assert found.lacking == (Lacking.COMPLAINTS,)
    assert found.complaints.value == pytest.approx(0.05, abs=0.015)


def test_without_a_difference_nothing_may_be_approved() -> None:
    found = change(with_complaints(a_table(900, adds=0.05), machine=0.0, person=0.0))
    assert found is None or Lacking.DIFFERENCE in found.lacking


def test_what_the_matrix_says_already_is_no_change() -> None:
    assert change(with_complaints(a_table(2500, adds=0.2), machine=0.0, person=0.0), policy=OFFERED) is None


def test_nothing_seen_in_few_is_not_nothing() -> None:
    """Three divided by the effective number: none of 300 is at most one in a hundred."""
    told = measured(with_complaints(a_table(500), machine=0.0, person=0.0))
    assert told.complaints is not None
    assert told.complaints.at_most == pytest.approx(3 / told.ess)
    assert told.complaints.at_most > 0.01


def test_harm_is_the_difference_of_two_plain_shares() -> None:
    table = with_complaints(a_table(3000), machine=0.02, person=0.06)
    told = measured(table)
    shares = [table.complaint[table.decisions.action == side].mean() for side in (PERSON, MACHINE)]
    assert told.complaints is not None
    assert told.complaints.value == pytest.approx(shares[0] - shares[1], abs=0.003)
    assert told.complaints.at_least < 0.04 < told.complaints.at_most


def test_the_adopted_policy_keeps_everything_else() -> None:
    policy = replace(DEFAULT, learning=Learning(*CHOSEN))
    found = change(with_complaints(a_table(2500, adds=0.2), machine=0.0, person=0.0), policy=policy)
    assert found is not None
    new = adopted(policy, found, person_adds=0.2)
    assert (new.cells[CHOSEN], new.adds, new.learning) == (Way.OFFER, {CHOSEN: 0.2}, None)
    assert replace(new, cells=policy.cells, adds={}, learning=policy.learning) == policy
