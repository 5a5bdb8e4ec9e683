"""`tillit readiness`, as typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.readiness.town import a_town
from tillit_cli.__main__ import main


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_town(tmp_path_factory.mktemp("town") / "events.parquet", persons=600).path


def asked(capsys: pytest.CaptureFixture[str], events: Path, *more: str) -> str:
    assert main(["readiness", str(events), "--outcome", "order_completed", "--horizon", "2w", *more]) == 0
    return capsys.readouterr().out


def test_nobody_is_ranked_and_the_same_file_gives_the_same_answer(
    events: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said, again = (asked(capsys, events, "--format", "json") for _ in range(2))
    # Pseudonyms change with the key of each run; nothing else does.
    assert _numbers(said) == pytest.approx(_numbers(again), abs=1e-9)
    persons = json.loads(said)["persons"]
    assert len(persons) == 600
    assert [one["person"] for one in persons] == sorted(one["person"] for one in persons)
    assert {"chance", "low", "high", "reasons", "tenure_days"} <= set(persons[0])


def _numbers(said: str) -> list[float]:
    found = json.loads(said)
    return [found["tested"]["log_loss"], found["tested"]["auc"], *sorted(one["chance"] for one in found["persons"])]


def test_a_report_names_nobody(events: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "persons" not in json.loads(asked(capsys, events, "--format", "json", "--report"))
    words = asked(capsys, events)
    assert "Learnt from" in words
    assert "a perfect model" in words
