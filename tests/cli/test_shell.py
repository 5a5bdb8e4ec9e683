"""The shell: help is quick and whole, and what the user can mend is one sentence."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from tillit_cli.__main__ import main
from tillit_cli.commands import COMMANDS, Command
from tillit_cli.progress import Progress

EXAMPLE = (
    Command("example", "Answer, or fail as asked.", "tests.cli.example_command"),
    Command("heavy", "Never imported here.", "tests.cli.no_such_module"),
)


def test_a_command_answers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["example", "well"], commands=EXAMPLE) == 0
    assert capsys.readouterr().out == "done\n"


def test_what_the_user_can_mend_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["example", "mendable"], commands=EXAMPLE) == 2
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "tillit example: orders.csv is empty. Export it again.\n")


def test_stopping_is_no_error_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["example", "stopped"], commands=EXAMPLE) == 130
    assert capsys.readouterr().err == "tillit example: stopped.\n"


def test_a_bug_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        main(["example", "bug"], commands=EXAMPLE)


def test_a_full_disk_is_named_and_another_error_of_the_system_is_a_bug(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["example", "full"], commands=EXAMPLE) == 2
    assert capsys.readouterr().err.startswith("tillit example: There is no room left on a disk. Make some")
    with pytest.raises(FileNotFoundError):
        main(["example", "unread"], commands=EXAMPLE)


@pytest.mark.parametrize("wrong", [["--port", "-1"], ["--port", "99999"], ["--port", "http"]])
def test_what_is_no_port_is_refused(capsys: pytest.CaptureFixture[str], wrong: list[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", *wrong])
    assert "is no port; write a number from 1 to 65535" in capsys.readouterr().err


def test_what_simulate_says_comes_next_runs_as_it_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five files, four of which need a mapping of their own."""
    assert main(["simulate", "--out", str(tmp_path), "--customers", "40", "--days", "30"]) == 0
    command = capsys.readouterr().out.splitlines()[-1].split()
    monkeypatch.chdir(tmp_path)
    assert main(command[1:]) == 0
    assert "0 rejected" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", ["0", "-5", "many"])
def test_nobody_simulates_less_than_one_day(capsys: pytest.CaptureFixture[str], wrong: str) -> None:
    with pytest.raises(SystemExit):
        main(["simulate", "--out", "never-made", "--days", wrong])
    assert "not a whole number above 0" in capsys.readouterr().err


def test_help_names_every_command_without_importing_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--help"], commands=EXAMPLE)
    assert left.value.code == 0
    shown = capsys.readouterr().out
    assert all(command.name in shown and command.summary in shown for command in EXAMPLE)


def test_an_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["journey"], commands=EXAMPLE)
    assert left.value.code == 2
    assert "invalid choice: 'journey'" in capsys.readouterr().err


def test_help_loads_no_heavy_library() -> None:
    program = (
        "import sys\nfrom tillit_cli.__main__ import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(sorted({'pyarrow', 'duckdb', 'django', 'numpy'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_explains_itself(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([command.name, "--help"])
    assert left.value.code == 0
    assert f"usage: tillit {command.name}" in capsys.readouterr().out


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "shown"), [(Terminal(), "50%"), (io.StringIO(), "")])
def test_progress_shows_itself_to_people_only(stream: io.StringIO, shown: str) -> None:
    with Progress("Reading", stream=stream) as progress:
        progress(50, 100, 1234)
    assert shown in stream.getvalue()
    assert bool(stream.getvalue()) == bool(shown)
