"""Commands that read a data directory make none where somebody mistyped its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tillit_cli.__main__ import MENDABLE, main
from tillit_web.serving.directory import refuse_unless_there
from tillit_web.serving.staging import READY, staged_beside

READING = (
    ("key", "list"),
    ("key", "revoke", "1"),
    ("verify",),
    ("retention",),
    ("export", "--format", "jsonl"),
    ("forget", "email:ana@example.org"),
    ("backup", "--to", "backups"),
    ("export-decisions", "--because", "a test"),
    ("fairness",),
)


@pytest.mark.parametrize("typed", READING, ids=" ".join)
def test_it_is_refused_with_what_to_do(
    typed: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*typed, "--data", "mistyped"]) == MENDABLE
    assert "--data" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_directory_whose_restore_was_killed_at_the_last_moment_is_there(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    staged = staged_beside(data)
    staged.mkdir()
    for name in ("events.sqlite", READY):
        (staged / name).touch()
    refuse_unless_there(data)
    assert (data / "events.sqlite").is_file()
