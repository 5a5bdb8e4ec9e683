"""`tillit import` and `tillit verify` on a data directory, as processes of their own."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

from tests.events.staged import ids_in
from tests.web.serving.running import with_tables
from tillit import fault
from tillit.events.builds import current_build
from tillit.events.log import EventLog
from tillit.events.segments import SegmentKind

ROOT = Path(__file__).parents[2]
ORDERS = (
    "order_id;email;created_at;activity\n"
    "1;ana@example.org;2026-03-01T10:00:00Z;order_completed\n"
    "2;bo@example.org;2026-03-02T10:00:00Z;order_completed\n"
    "3;;2026-03-02T11:00:00Z;order_completed\n"
)


def tillit(*typed: str, **environment: str) -> subprocess.CompletedProcess[str]:
    path = f"{ROOT / 'src'}{os.pathsep}{ROOT}"
    return subprocess.run(
        [sys.executable, "-m", "tillit_cli", *typed],
        env={**os.environ, "PYTHONPATH": path, **environment},
        capture_output=True,
        text=True,
    )


def orders(folder: Path, text: str = ORDERS) -> str:
    path = folder / "orders.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_file_comes_in_once_and_its_rejected_rows_stand_beside_it(tmp_path: Path) -> None:
    data, rows = str(tmp_path / "data"), orders(tmp_path)
    first = tillit("import", rows, "--data", data)
    assert first.returncode == 0, first.stderr
    assert "3 rows: 2 accepted, 0 duplicate, 1 rejected; 2 new events" in first.stdout
    with (tmp_path / "orders.csv.rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        (rejected,) = csv.DictReader(file, delimiter=";")
    assert rejected["order_id"] == "3"
    again = tillit("import", rows, "--data", data)
    assert "3 rows: 0 accepted, 2 duplicate, 1 rejected; 0 new events" in again.stdout
    with EventLog.open(tmp_path / "data") as log:
        assert len(ids_in(log)) == 2
        build = current_build(log)
    assert build is not None
    assert build.directory.is_dir()


def test_killed_half_way_and_typed_again_everything_is_in_once(tmp_path: Path) -> None:
    data, rows = str(with_tables(tmp_path / "data")), orders(tmp_path)
    for step in ("publish.before_commit", "publish.after_commit"):
        killed = tillit("import", rows, "--data", data, TILLIT_FAULT=step)
        assert killed.returncode == fault.EXIT_CODE, killed.stderr
    again = tillit("import", rows, "--data", data)
    assert "3 rows: 2 accepted, 0 duplicate, 1 rejected; 2 new events" in again.stdout, again.stderr
    with EventLog.open(tmp_path / "data") as log:
        assert len(ids_in(log)) == 2
    assert len(list((tmp_path / "data" / "imports").iterdir())) == 1


def test_while_the_log_is_being_written_it_says_so_and_changes_nothing(tmp_path: Path) -> None:
    data, rows = with_tables(tmp_path / "data"), orders(tmp_path)
    with EventLog.open(data) as log, log.writing():
        busy = tillit("import", rows, "--data", str(data))
    assert busy.returncode == 2
    assert "Another import or undo is being written" in busy.stderr
    assert not list((data / "imports").iterdir())


def test_a_file_that_is_no_table_is_refused_and_nothing_is_kept(tmp_path: Path) -> None:
    refused = tillit("import", orders(tmp_path, "%PDF-1.7"), "--data", str(with_tables(tmp_path / "data")))
    assert refused.returncode == 2
    assert "PDF document" in refused.stderr
    assert not list((tmp_path / "data" / "imports").iterdir())


def test_verify_names_what_changed_by_itself(tmp_path: Path) -> None:
    data = with_tables(tmp_path / "data")
    assert tillit("import", orders(tmp_path), "--data", str(data)).returncode == 0
    sound = tillit("verify", "--data", str(data))
    assert (sound.returncode, sound.stderr) == (0, "")
    assert "as they were written" in sound.stdout
    with EventLog.open(data) as log:
        path = log.segments(SegmentKind.EVENTS)[0].path
    changed = bytearray(path.read_bytes())
    changed[len(changed) // 2] ^= 1
    path.write_bytes(changed)
    damaged = tillit("verify", "--data", str(data))
    assert damaged.returncode == 1
    assert path.name in damaged.stdout
    nowhere = tillit("verify", "--data", str(tmp_path / "nothing"))
    assert nowhere.returncode == 2
