"""A build is current by one row; a reader keeps the one it is in; what nobody needs goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.events.staged import Event, stage_events
from tillit.errors import LogBusy
from tillit.events.builds import Build, current_build, made_at, make_current, new_build, reading, retire_builds
from tillit.events.log import EventLog
from tillit.events.publishing import publish, undo


def build_now(log: EventLog, *, at: int = 0) -> Build:
    with new_build(log) as (build, _):
        build.directory.mkdir(parents=True)
        (build.directory / "part").write_text("whole")
        make_current(log, build, made_at=at)
    return build


def test_a_build_is_nobodys_until_it_is_made_current(tmp_path: Path) -> None:
    with EventLog.open(tmp_path) as log:
        first = build_now(log, at=7)
        with new_build(log) as (failed, _):
            failed.directory.mkdir()
        assert not failed.directory.exists()
        assert current_build(log) == first
        assert made_at(log) == 7
        with new_build(log), pytest.raises(LogBusy), new_build(log):
            pass


def test_old_builds_go_when_nobody_reads_them(tmp_path: Path) -> None:
    with EventLog.open(tmp_path) as log:
        first, second = build_now(log), build_now(log)
        with reading(first) as kept:
            assert kept
            third = build_now(log)
            retire_builds(log)
            assert [build.directory.exists() for build in (first, second, third)] == [True, True, True]
        retire_builds(log)
        assert [build.directory.exists() for build in (first, second, third)] == [False, True, True]
        with reading(first) as kept:
            assert not kept


def test_a_base_stays_as_long_as_the_delta_on_it(tmp_path: Path) -> None:
    with EventLog.open(tmp_path) as log:
        base = build_now(log)
        with new_build(log) as (delta, _):
            delta.directory.mkdir()
            make_current(log, delta, made_at=0, base=base)
        assert (found := current_build(log)) is not None
        assert found.base == base.number
        build_now(log)
        build_now(log)
        retire_builds(log)
        assert not delta.directory.exists()
        assert base.directory.exists()
        retire_builds(log)
        assert not base.directory.exists()


def test_an_undone_imports_segments_stay_as_long_as_a_build_has_them(tmp_path: Path) -> None:
    with EventLog.open(tmp_path) as log:
        publish(log, "a", stage_events(tmp_path / "a", [Event("1", "ana", "order_completed")]), work=tmp_path / "w")
        with new_build(log) as (build, (segment,)):
            build.directory.mkdir(parents=True)
            make_current(log, build, made_at=0)
        undo(log, "a", work=tmp_path / "w")
        build_now(log)
        retire_builds(log)
        assert segment.path.exists()
        build_now(log)
        retire_builds(log)
        assert not segment.path.exists()
        assert log.withdrawn() == ()
