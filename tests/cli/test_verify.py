"""`tillit verify` checks what customers answered, too."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pytest_django import Settings

from tillit.events.log import EventLog
from tillit.vocabulary import Purpose
from tillit_cli.__main__ import main
from tillit_web.people.consents import How, record_consent


@pytest.fixture
def data(tmp_path: Path, settings: Settings) -> Path:
    """A data directory in which Ana said yes and then no."""
    settings.DATA_DIRECTORY = tmp_path
    EventLog.open(tmp_path).close()
    for granted in (True, False):
        record_consent([b"a" * 16], Purpose.MEASUREMENT, granted=granted, how=How.SITE, where="/")
    return tmp_path


def test_answers_as_they_were_given_are_counted(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--data", str(data)]) == 0
    assert "2 answers of customers are as they were given; 0 are erased." in capsys.readouterr().out


def test_an_answer_that_was_changed_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect(data / "consents.sqlite", isolation_level=None)) as connection:
        connection.execute("drop trigger consent_body_stays")
        connection.execute(
            "update consent_body set content = cast(replace(content, 'false', 'true') as blob) where number = 2"
        )
    assert main(["verify", "--data", str(data)]) == 1
    assert "consent 2: changed" in capsys.readouterr().out
