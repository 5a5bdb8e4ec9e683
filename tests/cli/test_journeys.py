"""`tillit journeys` on a small shop: what it prints, and what it says when it cannot."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shop import shop_files
from tillit_cli.__main__ import main


def answer(folder: Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    rows, mapping = shop_files(folder)
    assert main(["journeys", rows, "--mapping", mapping, "--format", "json", *more]) == 0
    read: dict[str, Any] = json.loads(capsys.readouterr().out)
    return read


def test_json_holds_the_whole_graph(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    read = answer(tmp_path, capsys)
    assert (read["events"], read["persons"], read["journeys"]) == (7, 3, 3)
    assert {(f["from"], f["to"]): f["count"] for f in read["follows"]} == {
        ("product_viewed", "product_added"): 2,
        ("product_viewed", "product_viewed"): 1,
        ("product_added", "order_completed"): 1,
    }
    order = next(follow for follow in read["follows"] if follow["to"] == "order_completed")
    assert (order["persons"], order["p50_seconds"], order["p90_seconds"]) == (1, 3600, 3600)
    assert read["activities"][0] == {"name": "product_viewed", "events": 3, "persons": 2, "journeys": 2}
    assert read["starts"] == [
        {"activity": "product_viewed", "journeys": 2},
        {"activity": "page_viewed", "journeys": 1},
    ]
    assert {end["activity"] for end in read["ends"]} == {"order_completed", "product_added", "page_viewed"}
    assert ["page_viewed"] in [variant["activities"] for variant in read["variants"]]
    assert sum(variant["journeys"] for variant in read["variants"]) == 3


def test_goal_and_lapse_cut_journeys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Ana looks, comes back 19 days later and orders."""
    assert answer(tmp_path, capsys, "--lapse", "10")["journeys"] == 4
    assert answer(tmp_path, capsys, "--lapse", "none")["journeys"] == 3
    assert answer(tmp_path, capsys, "--goal", "order_completed")["goals"] == 1


def test_two_runs_give_the_same_bytes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(tmp_path, capsys) == answer(tmp_path, capsys)


def test_the_table_is_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows, mapping = shop_files(tmp_path)
    assert main(["journeys", rows, "--mapping", mapping, "--goal", "order_completed"]) == 0
    shown = capsys.readouterr()
    lines = [line.split() for line in shown.out.splitlines()]
    assert shown.out.splitlines()[0] == (
        "7 events, 3 persons, 3 journeys, 1 of them with order_completed; 2026-03-01 to 2026-03-21 (Europe/Stockholm)."
    )
    assert ["product_added", "order_completed", "1", "1", "1", "h", "1", "h"] in lines
    assert "8 rows: 7 accepted, 0 duplicate, 1 rejected" in shown.err


def test_an_unknown_goal_names_the_nearest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows, mapping = shop_files(tmp_path)
    assert main(["journeys", rows, "--mapping", mapping, "--goal", "order_complete"]) == 2
    assert "no event has the activity 'order_complete'; did you mean order_completed" in capsys.readouterr().err


@pytest.mark.parametrize(("zone", "first_at"), [("UTC", 86_400), ("Europe/Helsinki", 86_400 - 2 * 3_600)])
def test_a_typed_zone_reads_times_that_have_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], zone: str, first_at: int
) -> None:
    rows = tmp_path / "log.csv"
    rows.write_text("customer_id,activity,time\nAna,ask,1970-01-02 00:00:00\n", encoding="utf-8")
    assert main(["journeys", str(rows), "--timezone", zone, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["first_at"] == first_at * 1_000_000


def test_an_unknown_zone_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows, mapping = shop_files(tmp_path)
    assert main(["journeys", rows, "--mapping", mapping, "--timezone", "Europe/Malmo"]) == 2
    assert "Europe/Malmo" in capsys.readouterr().err


def test_of_several_files_each_note_names_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [tmp_path / "till.csv", tmp_path / "web.csv"]
    files[0].write_text("Kundnr;Datum;Belopp\n1;2026-03-01 10:00;199,00\n2;2026-03-02 11:30;99,00\n", encoding="utf-8")
    files[1].write_text("customer,time,event\n1,2026-03-01T09:00:00Z,page_viewed\n", encoding="utf-8")
    assert main(["journeys", *map(str, files)]) == 0
    notes = [line for line in capsys.readouterr().err.splitlines() if line.startswith("note: ")]
    assert {line.split(": ")[1] for line in notes} == {"till.csv", "web.csv"}


def test_a_mapping_among_the_files_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows, mapping = shop_files(tmp_path)
    assert main(["journeys", rows, mapping]) != 0
    assert f"{mapping} is a mapping, not a file of events." in capsys.readouterr().err


@pytest.mark.parametrize("command", [["journeys"], ["identity"], ["import", "--data", "never-made"], ["inspect"]])
def test_a_folder_is_called_a_folder_and_a_pipe_a_pipe(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    assert main([*command, str(tmp_path)]) == 2
    assert f"{tmp_path} is a folder. Name the files in it" in capsys.readouterr().err
    os.mkfifo(tmp_path / "pipe")
    assert main([*command, str(tmp_path / "pipe")]) == 2
    assert "pipe is a pipe or a device" in capsys.readouterr().err


def test_what_repeats_on_a_way_is_written_once_and_no_list_is_a_heading_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ana looks 40 times, then 14 different things; Bo does one thing, and nothing follows it."""
    steps = ["look"] * 40 + [f"step {n}" for n in range(14)]
    rows = tmp_path / "log.csv"
    lines = [f"Ana,{step},2026-03-01 10:{minute:02}" for minute, step in enumerate(steps)]
    rows.write_text("\n".join(["customer_id,activity,time", *lines, "Bo,visit,2026-03-01 10:00"]), encoding="utf-8")
    assert main(["journeys", str(rows)]) == 0
    shown = capsys.readouterr().out
    begin, end = (" → ".join(f"step {n}" for n in part) for part in (range(5), range(8, 14)))
    assert f"look ×40 → {begin} → (3 more) → {end} " in shown
    rows.write_text("customer_id,activity,time\nBo,visit,2026-03-01 10:00\n", encoding="utf-8")
    assert main(["journeys", str(rows)]) == 0
    assert "median wait" not in capsys.readouterr().out


def test_no_name_in_a_file_reaches_the_terminal_as_a_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = tmp_path / "log.csv"
    rows.write_text('customer_id,activity,time\nBo,"red \x1b[31m\nline",2026-03-01 10:00\n', encoding="utf-8")
    assert main(["journeys", str(rows)]) == 0
    shown = capsys.readouterr().out
    assert "red  [31m line" in shown
    assert "\x1b" not in shown
