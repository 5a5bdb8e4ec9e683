from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.shop import shop_files
from tillit_cli.__main__ import main

STEPS = ["--step", "product_viewed", "--step", "product_added", "--step", "order_completed"]


def answer(folder: Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, object]:
    rows, mapping = shop_files(folder)
    assert main(["funnel", rows, "--mapping", mapping, *STEPS, "--format", "json", *more]) == 0
    read: dict[str, object] = json.loads(capsys.readouterr().out)
    return read


def reached(read: dict[str, object]) -> list[int]:
    steps = read["steps"]
    assert isinstance(steps, list)
    return [step["reached"] for step in steps]


def test_ana_is_counted_by_her_second_look(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Her first look is 20 days before the order, her second one a day."""
    read = answer(tmp_path, capsys, "--within", "7d")
    assert reached(read) == [2, 2, 1]
    assert read["total"] == 3


def test_windows_exclusions_and_units_reach_the_funnel(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert reached(answer(tmp_path, capsys, "--step-within", "2h")) == [2, 1, 0]  # Bo; Ana waited a day
    assert reached(answer(tmp_path, capsys, "--any-order", "--within", "1h")) == [2, 1, 0]  # Ana: added and ordered
    assert reached(answer(tmp_path, capsys, "--unit", "journey", "--lapse", "10")) == [3, 2, 1]
    assert reached(answer(tmp_path, capsys, "--exclude", "page_viewed")) == [2, 2, 1]


def test_several_activities_can_be_one_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows, mapping = shop_files(tmp_path)
    arguments = ["--step", "page_viewed | product_viewed", "--step", "product_added", "--format", "json"]
    assert main(["funnel", rows, "--mapping", mapping, *arguments]) == 0
    assert reached(json.loads(capsys.readouterr().out)) == [3, 2]


def test_the_table_shows_cases_and_not_rates_of_three_people(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows, mapping = shop_files(tmp_path)
    assert main(["funnel", rows, "--mapping", mapping, *STEPS, "--within", "7d"]) == 0
    shown = capsys.readouterr()
    assert [line.split() for line in shown.out.splitlines() if line] == [
        ["step", "persons", "dropped", "of", "the", "first", "median", "wait", "p90", "wait"],
        ["1.", "product_viewed", "2"],
        ["2.", "product_added", "2", "0", "2", "of", "2", "13", "h", "22", "h"],
        ["3.", "order_completed", "1", "1", "1", "of", "2", "1", "h", "1", "h"],
        ["3", "persons", "in", "all."],
    ]
    assert "8 rows: 7 accepted, 0 duplicate, 1 rejected; 7 events" in shown.err
    kept = (tmp_path / "shop.csv.rejected.csv").read_text(encoding="utf-8-sig")
    assert "cy@example.com,product_viewed,yesterday,8,time_unreadable" in kept


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--step", "product_viewed"], "at least two steps"),
        (["--step", "product_viewed", "--step", "product_ordered"], "did you mean"),
    ],
)
def test_a_mistake_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    rows, mapping = shop_files(tmp_path)
    assert main(["funnel", rows, "--mapping", mapping, *arguments]) == 2
    assert says in capsys.readouterr().err


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["funnel", "nowhere.csv", *STEPS]) == 2
    assert "no file nowhere.csv" in capsys.readouterr().err


@pytest.mark.parametrize("typed", ["7", "a week", "-1d", "1.5"])
def test_a_window_needs_its_unit(capsys: pytest.CaptureFixture[str], typed: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["funnel", "shop.csv", *STEPS, f"--within={typed}"])
    assert "write 30s, 45m, 12h, 7d or 2w" in capsys.readouterr().err
