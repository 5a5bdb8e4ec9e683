"""A segment whose bytes changed is named and withheld; what is sound is still read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.events.staged import Event, ids_in, stage_events
from tillit.errors import DamagedSegment
from tillit.events.log import EventLog
from tillit.events.publishing import publish, undo
from tillit.events.segments import SegmentKind


@pytest.fixture
def log(tmp_path: Path) -> EventLog:
    log = EventLog.open(tmp_path)
    publish(log, "a", stage_events(tmp_path / "a", [Event("1", "ana", "order_completed")]), work=tmp_path / "w")
    publish(log, "b", stage_events(tmp_path / "b", [Event("2", "bo", "order_completed")]), work=tmp_path / "w")
    return log


def flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_a_flipped_bit_is_named_and_withheld(log: EventLog) -> None:
    first, second = log.segments(SegmentKind.EVENTS)
    flip_a_bit(first.path)
    (found,) = log.damaged()
    assert found.segment == first
    assert first.path.name in str(found)
    assert "import a" in str(found)
    assert ids_in(log) == ["2"]
    assert log.sound(SegmentKind.EVENTS) == (second.path,)
    log.close()


def test_a_missing_file_is_damage(log: EventLog) -> None:
    log.segments(SegmentKind.EVENTS)[1].path.unlink()
    (found,) = log.damaged()
    assert "missing" in str(found)
    assert ids_in(log) == ["1"]
    log.close()


def test_verify_finds_damage_that_left_size_and_time_as_they_were(log: EventLog) -> None:
    path = log.segments(SegmentKind.EVENTS)[0].path
    assert log.damaged() == ()
    before = path.stat()
    flip_a_bit(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    (found,) = log.verify()
    assert found.segment.path == path
    assert log.damaged() == (found,), "what verify found, readers know from then on"
    log.close()


def test_nothing_is_published_beside_damage_and_undoing_the_damaged_import_mends_the_log(
    log: EventLog, tmp_path: Path
) -> None:
    flip_a_bit(log.segments(SegmentKind.EVENTS)[0].path)
    parts = stage_events(tmp_path / "c", [Event("1", "ana", "order_completed"), Event("3", "cy", "order_completed")])
    with pytest.raises(DamagedSegment, match="import a"):
        publish(log, "c", parts, work=tmp_path / "w")
    undo(log, "a", work=tmp_path / "w")
    publish(log, "c", parts, work=tmp_path / "w")
    assert ids_in(log) == ["1", "2", "3"]
    assert log.damaged() == ()
    log.close()
