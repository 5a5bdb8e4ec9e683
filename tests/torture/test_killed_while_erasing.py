"""Killed at every step of an erasure, one after the other on the same data: in the end the person is gone, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.warehouse.erasure_stage import EMAIL, found_in_files, staged, tillit
from tests.web.warehouse.test_erasing import (
    EVENTS_OF_ANA,
    EVENTS_OF_OTHERS,
    RECEIPT,
    events_in,
    events_removed,
    removed,
)
from tillit import fault
from tillit.events.log import EventLog
from tillit.events.segments import SegmentKind

pytestmark = pytest.mark.torture

# In the order in which they are come by: each run has done what is above, and dies at the next.
STEPS = (
    "erase.sealed",
    "erase.widened",
    "erase.refused",
    "erase.imports",
    "erase.counted",
    "erase.tables",
    "erase.filtered",
    "erase.segment_written",
    "erase.segment_live",
    "erase.log_done",
    "erase.built",
    "erase.builds_removed",
    "erase.answers",
    "erase.scrubbed",
    "erase.receipt",
)


def test_killed_at_every_step_it_is_completed_and_the_receipt_is_whole(tmp_path: Path) -> None:
    data = staged(tmp_path)
    for step in STEPS:
        # Each run asks anew; what was asked before is done with it.
        killed = tillit("forget", "--data", data, f"email:{EMAIL}", fault=step)
        assert killed.returncode == fault.EXIT_CODE, f"{step}: {killed.stderr}"
    completed = tillit("export", "--data", data, "--format", "jsonl", "--all", "--because", "a test")
    assert len(completed.stdout.splitlines()) == EVENTS_OF_OTHERS, "exporting erases first whoever waits"
    assert found_in_files(data) == {}
    assert RECEIPT.items() <= removed(data).items()
    assert events_removed(data) == EVENTS_OF_ANA
    assert len(events_in(data)) == EVENTS_OF_OTHERS
    with EventLog.open(data) as log:
        assert not log.damaged()
        named = {segment.path.name for kind in SegmentKind for segment in log.segments(kind)}
    assert {path.name for path in (data / "log").glob("*.parquet")} == named
