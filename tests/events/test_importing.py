"""One file into the log: its receipt adds up, its rejected rows are as they were, and again means nothing new."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.events.staged import ids_in
from tillit import fault
from tillit.events.importing import Imported, import_file
from tillit.events.log import EventLog, ImportState
from tillit.events.mapping_toml import parse_mapping

ROOT = Path(__file__).parents[2]
MAPPING = parse_mapping(
    """
source = "till"
timezone = "Europe/Stockholm"
event_id = "Id"
currency = "SEK"
identifiers = {email = "Email"}
[[event]]
activity = "order_completed"
time = "Bought"
amount = "Total"
object = "Id"
""",
    name="test",
)
HEADER = "Id;Email;Bought;Total\n"
GOOD = "1;ana@example.org;2026-03-01 10:00;12,50\n2;bo@example.org;2026-03-02 11:00;100,00\n"
BAD = "3;;2026-03-03 10:00;5,00\n4;cy@example.org;2026-03-03 10:00;much\n"


def bring_in(folder: Path, name: str, text: str) -> Imported:
    path = folder / f"{name}.csv"
    path.write_text(HEADER + text, encoding="utf-8")
    with EventLog.open(folder) as log:
        return import_file(log, name, path, MAPPING, key=b"k" * 32, received_at=7, work=folder / "imports" / name)


def rejected_rows(imported: Imported) -> list[dict[str, str]]:
    assert imported.rejected is not None
    with imported.rejected.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_every_row_ends_somewhere(tmp_path: Path) -> None:
    imported = bring_in(tmp_path, "a", GOOD + BAD)
    receipt = imported.receipt
    assert (receipt.rows, receipt.accepted, receipt.duplicate, receipt.rejected, receipt.events) == (4, 2, 0, 2, 2)
    assert [(row["Id"], row["Total"], row["row"]) for row in rejected_rows(imported)] == [
        ("3", "5,00", "3"),
        ("4", "much", "4"),
    ]
    with EventLog.open(tmp_path) as log:
        assert ids_in(log) == ["1", "2"]
    contacts = [row for part in imported.contacts for row in pq.read_table(part).to_pylist()]
    assert {row["value"] for row in contacts} >= {"ana@example.org", "bo@example.org"}
    # 2026-03-01 10:00 and 2026-03-02 11:00 in Stockholm, an hour ahead of UTC in winter.
    assert (imported.first_at, imported.last_at) == (1_772_355_600_000_000, 1_772_445_600_000_000)


def test_the_same_file_again_is_all_duplicates(tmp_path: Path) -> None:
    bring_in(tmp_path, "a", GOOD)
    again = bring_in(tmp_path, "b", GOOD)
    receipt = again.receipt
    assert (receipt.rows, receipt.accepted, receipt.duplicate, receipt.rejected, receipt.events) == (2, 0, 2, 0, 0)
    assert again.rejected is None
    assert (again.first_at, again.last_at) == (None, None)


def test_a_changed_row_is_rejected_as_it_stands_after_the_other_rejected_ones(tmp_path: Path) -> None:
    bring_in(tmp_path, "a", GOOD)
    changed = bring_in(tmp_path, "b", GOOD.replace("100,00", "99,00") + BAD)
    receipt = changed.receipt
    assert (receipt.rows, receipt.accepted, receipt.duplicate, receipt.rejected, receipt.events) == (4, 0, 1, 3, 0)
    assert changed.conflict_events == 1
    assert [(row["Id"], row["Total"], row["code"]) for row in rejected_rows(changed)][-1] == (
        "2",
        "99,00",
        "id_conflict",
    )
    assert len(rejected_rows(changed)) == receipt.rejected


@pytest.mark.parametrize("step", ["segment.after_rename", "publish.before_commit", "publish.after_commit"])
def test_killed_and_called_again_it_ends_as_if_nothing_had_happened(tmp_path: Path, step: str) -> None:
    bring_in(tmp_path, "a", GOOD.splitlines(keepends=True)[0])
    text = GOOD + BAD
    program = (
        "from tillit.engine.arrow import without_pandas; without_pandas(); "
        "import sys; from pathlib import Path; from tests.events.test_importing import bring_in; "
        "bring_in(Path(sys.argv[1]), 'b', sys.argv[2])"
    )
    environment = {**os.environ, "TILLIT_FAULT": step, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    ended = subprocess.run([sys.executable, "-c", program, str(tmp_path), text], env=environment, capture_output=True)
    assert ended.returncode == fault.EXIT_CODE, ended.stderr.decode()
    imported = bring_in(tmp_path, "b", text)
    receipt = imported.receipt
    assert (receipt.rows, receipt.accepted, receipt.duplicate, receipt.rejected, receipt.events) == (4, 1, 1, 2, 1)
    assert len(rejected_rows(imported)) == 2
    with EventLog.open(tmp_path) as log:
        assert ids_in(log) == ["1", "2"]
        assert [entry.state for entry in log.imports()] == [ImportState.DONE, ImportState.DONE]
