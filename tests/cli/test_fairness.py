"""The command on a log in which one language is met less: it says so, and ends with 1."""

from __future__ import annotations

import json
import os
from argparse import Namespace
from pathlib import Path

import pytest

from tests.meetings.making import AT
from tests.meetings.test_fairness import a_log
from tests.meetings.test_log import salt
from tillit.errors import FileError
from tillit.meetings.log import DecisionLog, Grouped
from tillit.meetings.policy_files import default_policy_text
from tillit_cli.commands.fairness import run


@pytest.fixture(autouse=True)
def of_this_process(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command opens its directory for the whole process, and reads there who said no to being counted."""
    for name in ("TILLIT_DATA", "DJANGO_SETTINGS_MODULE"):
        monkeypatch.setenv(name, os.environ.get(name, ""))


def written(directory: Path, *, missing: float) -> None:
    logged, groups = a_log(9, missing=missing, customers=150)
    log = DecisionLog.open(directory)
    log.save_policy(default_policy_text(), at=AT, name="p", currency="SEK")
    log.append([(Grouped(one.decision, groups[one.decision.id]), salt()) for one in logged], at=AT)
    log.close()


def test_an_alarm_is_told_with_its_range(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path, missing=0.7)
    assert run(Namespace(data=tmp_path, format="text")) == 1
    said = capsys.readouterr().out
    assert "language nb" in said
    assert said.count("ALARM") == 1
    assert run(Namespace(data=tmp_path, format="json")) == 1
    told = json.loads(capsys.readouterr().out)
    assert [gap["value"] for gap in told["gaps"] if gap["is_alarm"]] == ["nb"]


def test_where_all_are_met_alike_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path, missing=0.0)
    assert run(Namespace(data=tmp_path, format="text")) == 0
    assert "No alarm" in capsys.readouterr().out


def test_where_nothing_was_decided_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="nothing was decided there yet"):
        run(Namespace(data=tmp_path, format="text"))
