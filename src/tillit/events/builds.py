"""Which build of the ordered store is current, and when old ones and the segments they were made from may go."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tillit import fault
from tillit.errors import LogBusy
from tillit.events.lock import held
from tillit.events.log import EventLog
from tillit.events.segments import Segment, SegmentKind, damage, sync_folder

BUILDS_KEPT = 2  # the current one and the one before, for readers who are still in it


@dataclass(frozen=True, slots=True)
class Build:
    """A build of the ordered store and the ids of the segments that are in it.

    `base` is the number of the build that this one is a delta on, or None if it stands alone.
    """

    number: int
    directory: Path
    segments: frozenset[int]
    base: int | None


def current_build(log: EventLog) -> Build | None:
    """The build that readers take; None before the first."""
    row = log.connection.execute("select number from build where state = 'current'").fetchone()
    return None if row is None else _build(log, row["number"])


@contextmanager
def new_build(log: EventLog) -> Iterator[tuple[Build, tuple[Segment, ...]]]:
    """Begin a build; it is nobody's until `make_current`, and removed if that is not reached.

    Yields:
        The build, whose directory does not exist yet, and the sound event and link segments that it is to hold.

    Raises:
        LogBusy: Another process is building in this data directory.
    """
    with held(log.directory / "store" / "build.lock") as alone:
        if not alone:
            raise LogBusy(f"Another build is running in {log.directory}. Wait until it is finished and try again.")
        _clear_unfinished(log)
        with log.transaction() as connection:
            number = connection.execute("insert into build (state) values ('making') returning number").fetchone()[0]
            segments = tuple(
                segment
                for kind in (SegmentKind.EVENTS, SegmentKind.LINKS)
                for segment in log.segments(kind)
                if damage(segment) is None
            )
            connection.executemany(
                "insert into build_segment (build, segment) values (?, ?)",
                [(number, segment.id) for segment in segments],
            )
        try:
            yield _build(log, number), segments
        finally:
            _clear_unfinished(log)


def make_current(log: EventLog, build: Build, *, made_at: int, base: Build | None = None) -> None:
    """Give readers this build from now on; those who read the one before go on in it.

    Args:
        log: An open log.
        build: A build whose directory is complete.
        made_at: Now, in microseconds UTC.
        base: The build that it is a delta on, which stays as long as this one does.
    """
    _sync_tree(build.directory)
    fault.point("build.before_commit")
    with log.transaction() as connection:
        connection.execute("update build set state = 'kept' where state = 'current'")
        connection.execute(
            "update build set state = 'current', made_at = ?, base = ? where number = ?",
            (made_at, None if base is None else base.number, build.number),
        )
    fault.point("build.after_commit")


def made_at(log: EventLog) -> int | None:
    """When the current build became current, in microseconds UTC."""
    row = log.connection.execute("select made_at from build where state = 'current'").fetchone()
    return None if row is None else int(row["made_at"])


@contextmanager
def reading(build: Build) -> Iterator[bool]:
    """Keep a build from being removed for the length of the block; False if it is gone already."""
    with held(_reader_lock(build), shared=True) as kept:
        yield kept and build.directory.exists()


def build_of(log: EventLog, number: int) -> Build:
    """A build by its number, which must be that of a kept one."""
    return _build(log, number)


def retire_builds(log: EventLog) -> None:
    """Remove builds older than the last two that nobody reads or builds on, then withdrawn segments no build has."""
    with held(log.directory / "store" / "build.lock") as alone:
        if not alone:
            return  # whoever builds now will do it
        builds = [_build(log, row["number"]) for row in log.connection.execute("select number from build")]
        builds.sort(key=lambda build: build.number, reverse=True)
        bases = {build.base for build in builds}
        for build in builds[BUILDS_KEPT:]:
            if build.number in bases:
                continue  # it goes the next time, after the delta on it
            with held(_reader_lock(build)) as unread:
                if unread:
                    _remove(log, build)
        still_built = {row["segment"] for row in log.connection.execute("select segment from build_segment")}
        for segment in log.withdrawn():
            if segment.id not in still_built:
                segment.path.unlink(missing_ok=True)


def remove_old_builds(log: EventLog, *, let_go: Callable[[], None]) -> int:
    """Remove every build but the current one and its base, and every file of the log that left it; for erasure.

    Args:
        log: An open log.
        let_go: Called if somebody still reads an old build, to give them time; then it goes all the same.

    Returns:
        How many builds went.

    Raises:
        LogBusy: Another process is building.
    """
    with held(log.directory / "store" / "build.lock") as alone:
        if not alone:
            raise LogBusy(f"Another build is running in {log.directory}. Wait until it is finished and try again.")
        _clear_unfinished(log)
        current = current_build(log)
        stays = set() if current is None else {current.number, current.base}
        rows = log.connection.execute("select number from build order by number desc").fetchall()
        old = [_build(log, row["number"]) for row in rows if row["number"] not in stays]
        if any(_is_read(build) for build in old):
            let_go()
        for build in old:
            _remove(log, build)
        for path in (log.directory / "store").iterdir():  # what a killed build left
            if path.is_dir() and path.name not in {str(number) for number in stays}:
                shutil.rmtree(path)
        for segment in log.withdrawn():
            segment.path.unlink(missing_ok=True)
        return len(old)


def _is_read(build: Build) -> bool:
    with held(_reader_lock(build)) as unread:
        return not unread


def _build(log: EventLog, number: int) -> Build:
    rows = log.connection.execute("select segment from build_segment where build = ?", (number,))
    (base,) = log.connection.execute("select base from build where number = ?", (number,)).fetchone()
    return Build(
        number=number,
        directory=log.directory / "store" / str(number),
        segments=frozenset(row["segment"] for row in rows),
        base=base,
    )


def _reader_lock(build: Build) -> Path:
    return build.directory.with_name(f"{build.number}.lock")


def _clear_unfinished(log: EventLog) -> None:
    for row in log.connection.execute("select number from build where state = 'making'").fetchall():
        _remove(log, _build(log, row["number"]))


def _remove(log: EventLog, build: Build) -> None:
    # The directory first: a row without a directory is removed the next time, a directory without a row never.
    if build.directory.exists():
        shutil.rmtree(build.directory)
    _reader_lock(build).unlink(missing_ok=True)
    with log.transaction() as connection:
        connection.execute("delete from build where number = ?", (build.number,))


def _sync_tree(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            sync_folder(path)
        else:
            with path.open("rb") as file:
                os.fsync(file.fileno())
    sync_folder(folder)
    sync_folder(folder.parent)
