"""One consistent copy of a data directory while it is served: databases copied, segments linked, the rest named.

The log's write lock is held meanwhile, so that nothing is sealed, imported or erased between two of them; collecting
goes on. `events.sqlite` comes last: what another file lacks then looks as after a kill, which every job completes.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tillit import fault
from tillit.errors import BackupError
from tillit.events.key import KEY_FILE
from tillit.events.lock import held
from tillit.events.log import EventLog
from tillit.events.segments import SegmentKind
from tillit_web.backups import keys
from tillit_web.backups.archive import Member

WORK = "backup-work"
LOCK = "backup.lock"
EVENTS = "events.sqlite"
# Builds are made again; keys are files of their own; the log's folder is taken by its list, not by its files.
_LEFT_OUT = {WORK, "store", "log", keys.FOLDER, KEY_FILE}
_NOT_KEPT = (".lock", ".tmp", "-wal", "-shm", "-journal")
PAGES_AT_ONCE = 4_096
_WAIT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What goes into a backup, and for each segment the SHA-256 that the log has on record."""

    members: tuple[Member, ...]
    recorded: Mapping[str, str]


@contextmanager
def snapshot(directory: Path) -> Iterator[Snapshot]:
    """Take a copy; it is removed when the block is left.

    Raises:
        LogBusy: An import, an undo or an erasure is being written.
        BackupError: Another backup of this directory is being made.
    """
    with held(directory / LOCK) as alone:
        if not alone:
            raise BackupError(f"Another backup of {directory} is being made. Wait until it is finished.")
        work = directory / WORK
        shutil.rmtree(work, ignore_errors=True)  # a killed one's
        work.mkdir(mode=0o700)
        try:
            yield _take(directory, work)
        finally:
            shutil.rmtree(work, ignore_errors=True)


def clear_leftovers(directory: Path) -> bool:
    """Remove what a killed backup left, which holds copies of people's rows; whether there was any."""
    with held(directory / LOCK) as alone:
        left = alone and (directory / WORK).exists()
        if left:
            shutil.rmtree(directory / WORK)
    return left


def _take(directory: Path, work: Path) -> Snapshot:
    with EventLog.open(directory) as log, log.writing():
        databases = sorted(path.name for path in directory.glob("*.sqlite") if path.name != EVENTS)
        for name in (*databases, EVENTS):
            _copy_database(directory / name, work / name)
            fault.point("backup.database_copied")
        segments = [segment for kind in SegmentKind for segment in log.segments(kind)]
        (work / "log").mkdir()
        for segment in segments:
            _link(segment.path, work / "log" / segment.path.name)
        fault.point("backup.linked")
    _without_builds(work / EVENTS)
    copies = [Member(path.relative_to(work).as_posix(), path) for path in sorted(work.rglob("*")) if path.is_file()]
    recorded = {f"log/{segment.path.name}": segment.sha256 for segment in segments}
    return Snapshot((*copies, *_others(directory, {copy.name for copy in copies})), recorded)


def _copy_database(path: Path, to: Path) -> None:
    with (
        closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_WAIT_SECONDS)) as source,
        closing(sqlite3.connect(to)) as target,
    ):
        # In one step: a copy in several begins anew each time the collector commits.
        source.backup(target, pages=-1)
        target.execute("pragma journal_mode = delete")  # one file, no write-ahead log beside it


def _link(path: Path, to: Path) -> None:
    try:
        os.link(path, to)
    except FileNotFoundError:
        return  # it is named as damaged: the log lists it and the backup has none
    except OSError:
        shutil.copyfile(path, to)  # a file system without links


def _without_builds(path: Path) -> None:
    """A restored log has no builds: they are made again from it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for table in ("build_segment", "build"):
            connection.execute(f"delete from {table}")  # noqa: S608 - two names of ours


def _others(directory: Path, copied: set[str]) -> Iterator[Member]:
    for path in sorted(directory.rglob("*")):
        name = path.relative_to(directory)
        is_kept = name.parts[0] not in _LEFT_OUT and not path.name.endswith(_NOT_KEPT)
        if is_kept and name.as_posix() not in copied and path.is_file():
            yield Member(name.as_posix(), path)
