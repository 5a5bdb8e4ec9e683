"""`tillit evaluate` and `tillit plan`, as typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.evaluation.test_read_decisions import columns_of, written
from tests.evaluation.worlds import a_market
from tillit.simulate.meetings import World
from tillit_cli.__main__ import main


def test_json_has_an_answer_for_each_stage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "d.csv", columns_of(a_market(1).decisions))
    assert main(["evaluate", str(path), "--format", "json", "--propose", "machine"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {"person_minus_machine", "low", "high", "n", "ess", "max_weight", "grade"} <= set(found["overall"])
    repair = next(stage for stage in found["stages"] if stage["stage"] == "repair")
    assert repair["low"] > 0
    assert repair["claim"] == "person"
    assert [policy["name"] for policy in found["policies"]] == ["machine", "person", "today"]
    assert all(policy["low"] <= policy["value"] <= policy["high"] for policy in found["policies"])
    assert found["proposal"]["spending"]["stages"][0]["leaves"]
    assert found["proposal"]["spending"]["came_true"]["share"] > 0


def test_without_probabilities_nothing_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    columns = columns_of(a_market(1, world=World.SELF_SELECTED).decisions)
    path = written(tmp_path / "d.csv", columns)
    assert main(["evaluate", str(path)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("What a person adds is not known")
    assert "because" not in said
    assert "helps" not in said
    assert main(["evaluate", str(path), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["overall"]["low"] is None
    assert found["overall"]["grade"] == "C"


def test_too_few_customers_learn_no_rule(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "d.csv", columns_of(a_market(1, customers=300).decisions))
    assert main(["evaluate", str(path), "--propose", "machine"]) != 0
    assert "too few to learn a rule from" in capsys.readouterr().err


def test_a_plan_in_words_and_as_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["plan", "--moment", "repair", "--weekly", "40", "--base", "45%", "--difference", "10"]
    assert main(words) == 0
    assert "about 783 decisions" in capsys.readouterr().out
    assert main([*words, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["weeks"] == 20
    assert main(["plan", "--base", "45%", "--weekly", "3"]) == 0
    assert "It does not start" in capsys.readouterr().out
