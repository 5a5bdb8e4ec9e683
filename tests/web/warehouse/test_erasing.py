"""A person erased is in no file of the data directory, nothing else is lost, and nothing brings them back."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.web.warehouse.erasure_stage import CANARIES, EMAIL, ORDERS, found_in_files, staged, tillit
from tillit.events.log import EventLog
from tillit.events.segments import SegmentKind
from tillit.ledger.ledger import verify_file
from tillit.meetings.log import FILE, PREFIX, open_log

# What the stage plants of Ana: an order in a file, an order's row that was rejected there, three calls that were
# taken, two that were refused, three contact details, a yes, a correction, an opening, a file that
# waits, and a decision with what came of it.
RECEIPT = {
    "events.sqlite: failed box": 2,
    "imports/: files that waited, discarded": 1,
    "imports/: rejected rows": 1,
    "app.sqlite: contact details": 3,
    "app.sqlite: corrections asked for": 1,
    "decisions.sqlite: decisions": 2,
}
EVENTS_OF_ANA, EVENTS_OF_OTHERS = 4, 23  # bo, cy, twenty from the file, and bo-1's call


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return staged(tmp_path_factory.mktemp("stage"))


@pytest.fixture
def data(planted: Path, tmp_path: Path) -> Path:
    """A copy of the stage for one test."""
    return Path(shutil.copytree(planted, tmp_path / "data"))


def events_in(data: Path) -> list[str]:
    """What the log's live segments say, each event in full."""
    with EventLog.open(data) as log:
        paths = log.sound_or_refuse(log.segments(SegmentKind.EVENTS))
    return sorted(str(row) for path in paths for row in pq.read_table(path).to_pylist())


def removed(data: Path) -> dict[str, int]:
    with EventLog.open(data) as log:
        row = log.connection.execute("select receipt from erasure where state = 'done'").fetchone()
        assert row, "no erasure is done"
        found: dict[str, int] = json.loads(row[0])["removed"]
        assert not log.connection.execute("select * from erasing").fetchall()
    return found


def events_removed(data: Path) -> int:
    return sum(rows for place, rows in removed(data).items() if place.startswith("log/") and "events" in place)


def test_no_file_holds_what_was_planted_and_nothing_brings_it_back(data: Path, tmp_path: Path) -> None:
    before = found_in_files(data)
    # The device's id is hashed before it is written anywhere; the rest stands in clear bytes or in packed Parquet.
    assert len(before) >= 10
    foreseen = tillit("forget", "--data", data, f"email:{EMAIL}", "--dry-run")
    assert "4 identifiers" in foreseen.stdout, foreseen.stderr
    everybody = events_in(data)
    assert len(everybody) == EVENTS_OF_ANA + EVENTS_OF_OTHERS, "a dry run seals what waits, and erases nothing"

    done = tillit("forget", "--data", data, f"email:{EMAIL}")
    assert done.returncode == 0, done.stderr
    assert found_in_files(data) == {}
    assert not any(canary in done.stdout for canary in CANARIES)
    assert RECEIPT.items() <= removed(data).items()
    opened_and_asked_twice = 3
    assert removed(data)["app.sqlite: access log, made anonymous"] == opened_and_asked_twice
    assert events_removed(data) == EVENTS_OF_ANA
    left = events_in(data)
    assert len(left) == EVENTS_OF_OTHERS
    assert set(left) < set(everybody), "nobody else's event changed"

    kept = verify_file(data / FILE, PREFIX)
    assert kept is not None
    assert (kept.findings, len(kept.erased)) == ((), 2), "the entries stay, and what was erased is told from a change"
    with open_log(data) as decisions:
        assert len(list(decisions.logged())) == 1, "Bo's"

    gone = tillit("verify", "--data", data)
    assert "Nothing of 4 erased identifiers stands in " in gone.stdout, gone.stdout + gone.stderr
    assert gone.returncode == 0

    orders = tmp_path / "orders.csv"
    orders.write_text(ORDERS, encoding="utf-8")
    again = tillit("import", orders, "--data", data)
    assert "0 accepted, 23 duplicate, 2 rejected" in again.stdout, again.stdout + again.stderr
    assert events_in(data) == left
    assert found_in_files(data) == {}, "not even a row that could not be read"
    (rejected,) = (path for path in (data / "imports").glob("*/rejected.csv") if "erased" in path.read_text())
    of_ana, of_dag = csv.reader(rejected.read_text(encoding="utf-8-sig").splitlines()[1:])
    assert of_ana[:7] == [""] * 7
    assert of_dag[:2] == ["o-5", "dag@example.org"]
    assert [of_ana[7], of_dag[7]] == ["4", "5"], "both are still found in the file"
