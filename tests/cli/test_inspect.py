"""`tillit inspect`: what was understood, what is unsure, what to type next."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tillit.events.inspecting import inspect_file
from tillit.events.mapping_toml import load_mapping
from tillit_cli.__main__ import main

VISITS = "kund;tid;händelse;butik\nAna;2025-03-01T10:00:00Z;Besök;Malmö\nBo;snart;Besök;Malmö\n" + "".join(
    f"Cy{n};2025-03-02T10:0{n}:00Z;Besök;Lund\n" for n in range(9)
)


@pytest.fixture
def visits(tmp_path: Path) -> Path:
    path = tmp_path / "visits.csv"
    path.write_text(VISITS, encoding="utf-8")
    return path


def test_five_rows_are_shown_as_understood_and_no_more(visits: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(visits)]) == 0
    shown = capsys.readouterr().out
    lines = [line.split() for line in shown.splitlines()]
    assert ["1", "2025-03-01", "10:00:00", "UTC", "Ana", "Besök", "unknown"] in lines
    assert next(line for line in shown.splitlines() if line.startswith("    2  ")).startswith("    2  refused: ")
    assert "Cy2" in shown
    assert "Cy3" not in shown
    assert f"  tillit journeys {visits}" in shown.splitlines()


def test_the_mapping_is_written_once_and_reads_back(visits: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = visits.with_name("visits.toml")
    assert main(["inspect", str(visits), "--write", str(target)]) == 0
    assert f"tillit journeys {visits} --mapping {target}" in capsys.readouterr().out
    assert load_mapping(target) == inspect_file(visits).mapping
    assert main(["inspect", str(visits), "--write", str(target)]) == 2
    assert "exists and may hold corrections" in capsys.readouterr().err
    assert main(["inspect", str(visits), "--mapping", str(target)]) == 0


def test_json_holds_the_same(visits: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(visits), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["format"], found["usable"], found["unsure"]) == ("csv", True, [])
    assert [row["row"] for row in found["rows"]] == [1, 2, 3, 4, 5]
    assert found["rows"][0]["events"][0]["activity"] == "Besök"
    assert found["rows"][0]["raw"] == ["Ana", "2025-03-01T10:00:00Z", "Besök", "Malmö"]
    assert found["rows"][1]["events"] == []


def test_a_file_of_totals_says_so_and_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "Queries.csv"
    path.write_text("Top queries,Clicks,Impressions,CTR,Position\nlampor,3,120,2.5%,8.1\n", encoding="utf-8")
    assert main(["inspect", str(path)]) == 2
    assert "cannot become journeys" in capsys.readouterr().out


def test_a_file_that_is_no_table_ends_with_2_and_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(b"%PDF-1.7 ...")
    assert main(["inspect", str(path)]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("tillit inspect: orders.csv is a PDF document")


def test_cells_cannot_write_on_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "evil.csv"
    path.write_text("kund,tid,händelse\n\x1b[2J\x1b]0;x\x07Ana,2025-03-01T10:00:00Z,\x9b31mköp\n", encoding="utf-8")
    assert main(["inspect", str(path)]) == 0
    assert not {"\x1b", "\x07", "\x9b"} & set(capsys.readouterr().out)


def test_two_readings_end_with_2_until_the_mapping_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, mapping = tmp_path / "visits.csv", tmp_path / "visits.toml"
    path.write_text("kund,datum,händelse\n1,03/04/2025,köp\n2,05/06/2025,köp\n", encoding="utf-8")
    assert main(["inspect", str(path), "--write", str(mapping)]) == 2
    assert "no row tells the day from the month" in capsys.readouterr().out
    answered = mapping.read_text("utf-8").replace('time = "datum"', 'time = { column = "datum", format = "%d/%m/%Y" }')
    mapping.write_text(answered, encoding="utf-8")
    assert main(["inspect", str(path), "--mapping", str(mapping)]) == 0
    assert "2025-04-03 00:00:00 CEST" in capsys.readouterr().out
