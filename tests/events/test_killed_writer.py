"""A writer killed at any step leaves nothing half visible, and running it again completes it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.events.staged import Event, ids_in, linked_ids, stage_events
from tillit import fault
from tillit.events.log import EventLog
from tillit.events.publishing import publish, undo

ROOT = Path(__file__).parents[2]
FIRST = [Event("1", "ana", "order_completed", linked="order 7"), Event("2", "bo", "question_asked")]
SECOND = [Event("2", "bo", "question_asked"), Event("3", "cy", "order_completed", linked="order 9")]

PUBLISH = """
import sys
from pathlib import Path
from tillit.engine.arrow import without_pandas
without_pandas()
from tests.events.staged import StagedParts
from tillit.events.log import EventLog
from tillit.events.publishing import publish
folder = Path(sys.argv[1])
parts = StagedParts(events=(folder / "b" / "events.parquet",), links=(folder / "b" / "links.parquet",))
with EventLog.open(folder) as log:
    publish(log, "b", parts, work=folder / "w")
"""

UNDO = """
import sys
from pathlib import Path
from tillit.engine.arrow import without_pandas
without_pandas()
from tillit.events.log import EventLog
from tillit.events.publishing import undo
with EventLog.open(Path(sys.argv[1])) as log:
    undo(log, "a", work=Path(sys.argv[1]) / "w")
"""


def die_at(step: str, program: str, folder: Path) -> None:
    environment = {**os.environ, "TILLIT_FAULT": step, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    ended = subprocess.run([sys.executable, "-c", program, str(folder)], env=environment, capture_output=True)
    assert ended.returncode == fault.EXIT_CODE, ended.stderr.decode()


def leftovers(log: EventLog) -> set[str]:
    """Files in the log's folder that its list does not name."""
    named = {
        f"{row['id']:06}-{row['kind']}.parquet"
        for row in log.connection.execute("select id, kind from segment where state in ('live', 'withdrawn')")
    }
    return {path.name for path in (log.directory / "log").iterdir()} - named - {"write.lock"}


@pytest.mark.parametrize(
    "step",
    ["publish.begun", "segment.before_rename", "segment.after_rename", "publish.before_commit", "publish.after_commit"],
)
def test_publishing(tmp_path: Path, step: str) -> None:
    with EventLog.open(tmp_path) as log:
        publish(log, "a", stage_events(tmp_path / "a", FIRST), work=tmp_path / "w")
    parts = stage_events(tmp_path / "b", SECOND)
    die_at(step, PUBLISH, tmp_path)
    with EventLog.open(tmp_path) as log:
        committed = step == "publish.after_commit"
        assert ids_in(log) == (["1", "2", "3"] if committed else ["1", "2"])
        assert linked_ids(log) == (["1", "3"] if committed else ["1"])
        assert leftovers(log) == set()
        again = publish(log, "b", parts, work=tmp_path / "w")
        assert (again.events, again.duplicate_events) == (1, 1)
        assert ids_in(log) == ["1", "2", "3"]
        assert linked_ids(log) == ["1", "3"]


@pytest.mark.parametrize(
    "step", ["undo.begun", "segment.before_rename", "segment.after_rename", "undo.before_commit", "undo.after_commit"]
)
def test_undoing(tmp_path: Path, step: str) -> None:
    with EventLog.open(tmp_path) as log:
        publish(log, "a", stage_events(tmp_path / "a", FIRST), work=tmp_path / "w")
        publish(log, "b", stage_events(tmp_path / "b", SECOND), work=tmp_path / "w")
    die_at(step, UNDO, tmp_path)
    with EventLog.open(tmp_path) as log:
        assert ids_in(log) == (["2", "3"] if step == "undo.after_commit" else ["1", "2", "3"])
        assert leftovers(log) == set()
        undo(log, "a", work=tmp_path / "w")
        assert ids_in(log) == ["2", "3"]
        assert linked_ids(log) == ["3"]
