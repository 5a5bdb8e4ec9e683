"""A log that cannot be what it says is refused before any number."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.evaluation.worlds import a_market
from tillit.errors import InputError, PropensityError
from tillit.evaluation.evaluate import evaluate
from tillit.simulate.meetings import CALLBACK, MACHINE, PERSON, World, cut


def test_halved_propensities_of_one_action_are_refused() -> None:
    decisions = a_market(1).decisions
    wrong = decisions.propensity.copy()
    wrong[:, CALLBACK] *= 0.5
    with pytest.raises(PropensityError, match="do not sum to 1"):
        evaluate(replace(decisions, propensity=wrong))
    # Made to sum to 1 again, what was drawn still gives it away.
    wrong /= wrong.sum(axis=1, keepdims=True)
    with pytest.raises(PropensityError, match="mean weight"):
        evaluate(replace(decisions, propensity=wrong))


def test_an_action_that_was_not_eligible_is_refused() -> None:
    decisions = a_market(1).decisions
    eligible = decisions.eligible.copy()
    row = int(np.flatnonzero(decisions.action == PERSON)[0])
    eligible[row, PERSON] = False
    with pytest.raises(PropensityError, match=f"row {row + 1}"):
        evaluate(replace(decisions, eligible=eligible))


def test_who_was_met_by_choice_is_never_called_an_effect() -> None:
    found = evaluate(a_market(1, world=World.SELF_SELECTED).decisions)
    assert found.overall.grade == "C"
    assert found.overall.person_minus_machine is None
    assert all(stage.low is None and stage.claim is None for stage in found.stages)
    assert found.policies == ()
    assert found.refusals[0].code == "not_drawn"
    assert found.observed is not None
    assert found.observed.e_value > 1


def test_few_decisions_are_not_told() -> None:
    found = evaluate(a_market(1, customers=60).decisions)
    assert found.overall.person_minus_machine is None
    assert {refusal.code for refusal in found.refusals} == {"too_few"}


def test_decisions_nobody_could_have_drawn_otherwise_are_not_asked() -> None:
    decisions = a_market(1).decisions
    propensity = np.eye(4)[decisions.action]
    found = evaluate(replace(decisions, propensity=propensity))
    assert found.overall.grade == "–"
    assert found.refusals[0].code == "not_asked"


def test_a_log_without_any_outcome_yet_is_told_so() -> None:
    decisions = a_market(1, customers=500).decisions
    nothing = np.full(len(decisions), np.nan)
    found = evaluate(replace(decisions, outcome=nothing, delay_days=nothing, reward=nothing))
    assert [refusal.code for refusal in found.refusals] == ["no_outcome"]
    assert found.immature_share == 1
    assert found.overall.low is None
    assert found.overall.n == int(decisions.free.sum())


def test_missing_outcomes_without_delays_are_refused() -> None:
    early = cut(a_market(1), as_of_days=20.0)
    with pytest.raises(InputError, match="outcome_delay_days"):
        evaluate(replace(early, delay_days=None))


def test_the_order_of_the_rows_changes_nothing() -> None:
    decisions = a_market(2).decisions
    shuffled = decisions.take(np.random.default_rng(1).permutation(len(decisions)))
    one, other = evaluate(decisions), evaluate(shuffled)
    assert one.overall.person_minus_machine == pytest.approx(other.overall.person_minus_machine, abs=1e-9)
    assert [stage.low for stage in one.stages] == pytest.approx([stage.low for stage in other.stages], abs=1e-9)


def test_only_moments_that_could_go_either_way_are_spoken_of() -> None:
    decisions = a_market(2).decisions
    due = ~decisions.eligible[:, MACHINE]
    changed = replace(decisions, outcome=np.where(due, 1 - decisions.outcome, decisions.outcome))
    found, again = evaluate(decisions).overall, evaluate(changed).overall
    assert found.n == int(decisions.free.sum()) == again.n
    # The others take part in the model only: its estimate moves by less than its error.
    assert found.person_minus_machine == pytest.approx(again.person_minus_machine, abs=0.005)
