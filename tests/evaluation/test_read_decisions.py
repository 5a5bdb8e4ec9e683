"""Decisions from a file: what is needed, what is refused, and what is left alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest

from tests.evaluation.worlds import a_market
from tillit.errors import FileError, QueryError
from tillit.evaluation.decisions import Decisions
from tillit.evaluation.evaluate import evaluate
from tillit.evaluation.read_decisions import read_decisions
from tillit.simulate.meetings import ACTIONS, CONTEXT, STAGES


def columns_of(decisions: Decisions) -> dict[str, object]:
    return {
        "customer": [f"c{code}" for code in decisions.customer],
        "t": decisions.at_days,
        "stage": [STAGES[place] for place in decisions.stage],
        **{name: decisions.context[:, place] for place, name in enumerate(CONTEXT)},
        **{f"eligible_{name}": decisions.eligible[:, place].astype(int) for place, name in enumerate(ACTIONS)},
        **{f"p_{name}": decisions.propensity[:, place] for place, name in enumerate(ACTIONS)},
        "action": [ACTIONS[place] for place in decisions.action],
        "outcome": decisions.outcome.astype(int),
        "reward": decisions.reward,
    }


def written(path: Path, columns: dict[str, object]) -> Path:
    pa.csv.write_csv(pa.table(columns), path)
    return path


@pytest.fixture(scope="module")
def decisions() -> Decisions:
    return a_market(1, customers=1500).decisions


def test_a_file_says_what_the_log_says(tmp_path: Path, decisions: Decisions) -> None:
    read = read_decisions(written(tmp_path / "d.csv", columns_of(decisions)))
    assert read.unused == ()
    assert read.decisions.actions == ACTIONS
    assert np.array_equal(read.decisions.action, decisions.action)
    assert np.array_equal(read.decisions.eligible, decisions.eligible)
    assert read.decisions.context == pytest.approx(decisions.context)
    direct, from_file = evaluate(decisions).overall, evaluate(read.decisions).overall
    assert direct.person_minus_machine is not None
    # Other folds of the same customers: the estimates differ by far less than their error.
    assert from_file.person_minus_machine == pytest.approx(direct.person_minus_machine, abs=0.02)


def test_a_column_nobody_vouches_for_changes_no_number(tmp_path: Path, decisions: Decisions) -> None:
    columns = columns_of(decisions)
    plain = read_decisions(written(tmp_path / "plain.csv", columns))
    probe = {**columns, "probe": decisions.outcome, "handle_seconds": decisions.outcome * 100}
    probed = read_decisions(written(tmp_path / "probe.csv", probe))
    assert probed.unused == ("probe",)
    assert evaluate(plain.decisions) == evaluate(probed.decisions)


def test_what_is_known_afterwards_is_refused(tmp_path: Path, decisions: Decisions) -> None:
    late = decisions.at_days.copy()
    late[3] += 1
    columns = {**columns_of(decisions), "mood": decisions.outcome, "known_at_mood": late, "handle_seconds": late}
    path = written(tmp_path / "d.csv", columns)
    with pytest.raises(QueryError, match="'mood' was known only after the decision in 1 rows"):
        read_decisions(path, context=["mood"])
    with pytest.raises(QueryError, match="handle_seconds"):
        read_decisions(path, context=["handle_seconds"])
    with pytest.raises(QueryError, match="no column 'moood'"):
        read_decisions(path, context=["moood"])


def test_missing_propensities_are_kept_as_missing(tmp_path: Path, decisions: Decisions) -> None:
    columns = {name: values for name, values in columns_of(decisions).items() if not name.startswith("p_")}
    read = read_decisions(written(tmp_path / "d.csv", columns))
    assert not read.decisions.are_drawn.any()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"outcome": [2, 0, 1]}, "outcome is 2 in row 1"),
        ({"action": ["machine", "wizard", "person"]}, "row 2 has the action 'wizard'"),
        ({"action": [0, 1, 7]}, "row 3 has the action 7"),
        ({"eligible_person": [1, 3, 1]}, "eligible_person is 3 in row 2"),
        ({"stake": [1.0, None, 2.0]}, "stake is empty"),
        ({"stake": ["a", "b", "c"]}, "stake holds something that is not a number"),
        ({"t": [0.0, None, 1.0]}, "t is empty in row 2"),
    ],
)
def test_a_wrong_cell_is_named(tmp_path: Path, change: dict[str, list[object]], said: str) -> None:
    columns: dict[str, object] = {
        "customer": ["a", "b", "c"],
        "eligible_machine": [1, 1, 1],
        "eligible_person": [1, 1, 1],
        "p_machine": [0.5, 0.5, 0.5],
        "p_person": [0.5, 0.5, 0.5],
        "action": ["machine", "person", "person"],
        "outcome": [0, 1, 1],
    }
    with pytest.raises(FileError, match=said):
        read_decisions(written(tmp_path / "d.csv", {**columns, **change}))


def test_a_file_that_is_no_log_is_refused_with_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("customer,action\n1,machine\n", encoding="utf-8")
    with pytest.raises(FileError, match="no column outcome; found: customer, action"):
        read_decisions(path)
    path.write_text("", encoding="utf-8")
    with pytest.raises(FileError, match=r"d\.csv is empty"):
        read_decisions(path)


def test_kept_customers_and_waits_are_read(tmp_path: Path, decisions: Decisions) -> None:
    kept = decisions.customer % 2 == 0
    columns = columns_of(decisions) | {
        "experiment": ["first quarter" if one else "" for one in kept],
        "possible_from": decisions.at_days - 2.0,
    }
    read = read_decisions(written(tmp_path / "d.csv", columns))
    assert read.decisions.kept is not None
    assert read.decisions.kept.tolist() == kept.tolist()
    assert read.decisions.waited_days == pytest.approx(np.full(len(decisions), 2.0))
    assert read.unused == ()
    with pytest.raises(FileError, match="before it was possible"):
        read_decisions(written(tmp_path / "d.csv", columns | {"possible_from": decisions.at_days + 1.0}))


def test_a_column_that_knows_the_outcome_changes_no_number(tmp_path: Path, decisions: Decisions) -> None:
    """Written after the decision, with nothing that says when: it is left alone, and named."""
    columns = columns_of(decisions)
    plain = read_decisions(written(tmp_path / "plain.csv", columns))
    probed = read_decisions(written(tmp_path / "probed.csv", columns | {"satisfaction": decisions.outcome}))
    assert probed.unused == ("satisfaction",)
    assert evaluate(probed.decisions) == evaluate(plain.decisions)
