"""What may be said of a log at each size; the truth of what is said."""

from __future__ import annotations

import numpy as np
import pytest

from tillit.evaluation.claims import always_valid
from tillit.evaluation.decisions import Decisions
from tillit.evaluation.log_table import CELLS, MACHINE, PERSON, SIDES, LogTable
from tillit.evaluation.scores import Z_95, Estimate
from tillit.evaluation.standing import ALL, Standing, Verdict, WhyNot, name_of, standing
from tillit.meetings.policy import Cell, Stakes
from tillit.vocabulary import Errand

CHOSEN: Cell = (Errand.ORDER, Stakes.LOW)
STAGES = ("compare", "decide")
NOW = 100.0


def a_table(
    n: int, *, adds: float = 0.0, share: float = 0.5, machine: float = 0.45, seed: int = 5, stake: float = 200.0
) -> LogTable:
    """n decisions of n customers, at two stages in turn; all at one moment."""
    rng = np.random.default_rng(seed)
    action = (rng.random(n) < share).astype(np.int64) if 0 < share < 1 else np.full(n, int(share))
    good = rng.random(n) < machine + adds * (action == PERSON)
    decisions = Decisions(
        customer=np.arange(n),
        at_days=np.linspace(40, 90, n),
        stage=np.arange(n) % 2,
        stages=STAGES,
        actions=SIDES,
        machine=MACHINE,
        person=PERSON,
        eligible=np.ones((n, 2), np.bool_),
        propensity=np.tile([1 - share, share], (n, 1)),
        action=action,
        outcome=good.astype(np.float64),
        delay_days=np.ones(n),
        context=np.column_stack([np.full(n, stake), np.zeros(n), np.zeros(n)]),
        context_names=("stake", "loyal", "queue"),
        value=np.full(n, stake),
        reward=None,
    )
    cell, ones = np.full(n, CELLS.index(CHOSEN)), np.ones(n, np.bool_)
    minutes = np.where(action == PERSON, 6.0, np.nan)
    return LogTable(
        decisions,
        cell,
        np.ones(n, np.int64),
        np.zeros(n),
        (action == MACHINE) * 1.0,
        minutes,
        ones,
        np.arange(n) % 10,
        ~ones,
    )


def stands(table: LogTable, *, chosen: tuple[Cell, ...] = (CHOSEN,)) -> Standing:
    return standing(table, chosen=chosen, as_of_days=NOW, person_minutes=10, exponent=2)


@pytest.mark.parametrize("n", [0, 20, 200])
def test_at_20_and_200_customers_nothing_is_compared(n: int) -> None:
    found = stands(a_table(n, adds=0.4))
    assert all(part.measured is None for part in (found.overall, *found.stages, *found.moments))
    assert found.overall.outcomes == n
    assert found.hour is None


def test_at_1000_only_what_was_chosen_beforehand_is_compared() -> None:
    found = stands(a_table(1000, adds=0.2))
    assert [part.why_not for part in found.stages] == [WhyNot.FEW_CUSTOMERS] * 2
    (moment,) = found.moments
    assert moment.name == name_of(CHOSEN) == "order.low"
    assert moment.measured is not None
    assert moment.measured.verdict is Verdict.PERSON
    assert moment.measured.difference.low < 0.2 < moment.measured.difference.high
    assert stands(a_table(1000, adds=0.2), chosen=()).moments == ()


def test_from_3000_on_every_stage_is_compared() -> None:
    found = stands(a_table(4000, adds=-0.15))
    assert all(part.measured is not None for part in (found.overall, *found.stages))
    assert found.overall.name == ALL
    for part in found.stages:
        assert part.measured is not None
        assert part.measured.verdict is Verdict.MACHINE
        assert abs(part.measured.machine.value - 0.45) < 0.05
        assert abs(part.measured.person.value - 0.30) < 0.05
        assert abs(part.measured.today.value - 0.375) < 0.05
    assert found.hour is None, "where a person lowers it, no hour has a price"


def test_ranges_of_a_page_are_wider_than_those_of_one_look_and_stages_share_the_error() -> None:
    found = stands(a_table(4000))
    measured = found.stages[0].measured
    assert measured is not None
    assert measured.difference.low < measured.fixed_low < measured.fixed_high < measured.difference.high
    error = (measured.fixed_high - measured.fixed_low) / (2 * Z_95)
    low, high = always_valid(Estimate(measured.difference.value, error, measured.n, measured.n), alpha=0.05 / 2)
    assert (measured.difference.low, measured.difference.high) == pytest.approx((low, high))


def test_where_only_one_side_is_drawn_nothing_is_asked() -> None:
    found = stands(a_table(4000, share=0.0))
    assert found.drawn == 0
    assert {part.why_not for part in (*found.stages, *found.moments)} == {WhyNot.NOT_ASKED}


def test_a_machine_that_is_as_good_is_said_to_be_so() -> None:
    found = stands(a_table(30_000))
    assert found.overall.measured is not None
    assert found.overall.measured.verdict is Verdict.AS_GOOD


def test_an_hour_costs_what_its_meetings_would_add() -> None:
    """Ten meetings an hour of six minutes, each adding `difference` of a stake of 200."""
    found = stands(a_table(4000, adds=0.3))
    assert found.hour is not None
    best = max(part.measured.difference.value for part in (*found.stages, *found.moments) if part.measured)
    assert found.hour.value_minor == pytest.approx(10 * best * 200 * 100, abs=1)
    assert found.hour.low_minor < found.hour.value_minor < found.hour.high_minor
    assert found.hour.are_minutes_measured
    assert stands(a_table(4000, adds=0.3, stake=0.0)).hour is None


def test_a_log_that_was_not_drawn_by_its_odds_is_counted_and_not_compared() -> None:
    table = a_table(4000, adds=0.3)
    table.decisions.propensity[:] = [0.8, 0.2]
    found = stands(table)
    assert found.is_contradicted
    assert all(part.measured is None for part in (found.overall, *found.stages, *found.moments))
    assert found.overall.outcomes == 4000


def test_counts_are_those_of_a_plain_loop() -> None:
    table = a_table(500, adds=0.1)
    found = stands(table)
    for place, part in enumerate(found.stages):
        rows = [row for row in range(500) if table.decisions.stage[row] == place]
        assert part.decisions == part.outcomes == part.customers == len(rows)
        assert part.good == sum(table.decisions.outcome[row] for row in rows)
        assert part.by_person == sum(table.decisions.action[row] == PERSON for row in rows)
        assert part.asked_afterwards == part.machine_outcomes == len(rows) - part.by_person
