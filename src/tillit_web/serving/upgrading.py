"""`tillit upgrade`: backup, migrate beside, verify, put in place; whatever goes wrong, the directory is what it was."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tillit import fault
from tillit.errors import FileError
from tillit_web.backups.actions import COLLECTS_ELSEWHERE, make_backup
from tillit_web.serving.directory import bring_up, set_up
from tillit_web.serving.lock import serving_alone
from tillit_web.serving.restoring import restore
from tillit_web.serving.staging import settle, staged_beside


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What an upgrade did: how many changes its tables had, and the backup from before; None where none was due."""

    changes: int
    backup: Path | None


def upgrade(directory: Path, *, now: datetime, bring_up: Callable[[Path], None] = bring_up) -> Upgraded:
    """Bring a data directory that an older tillit wrote up to this version.

    A backup is made beside the directory, opened beside it, migrated and proven there; then it takes the directory's
    place by a rename. Until then nothing in the directory changes, so that a migration that fails, or a process that is
    killed, leaves what was there. The backup stays.

    Args:
        directory: A data directory that nobody serves.
        now: Aware.
        bring_up: Opens the copy and migrates it.

    Raises:
        FormatError: A newer tillit wrote it.
        AlreadyServing: It is served.
        FileError: There is no data directory, or no room beside it.
        BackupError: What came out is not whole.
    """
    settle(directory)
    directory = directory.resolve()
    if not (directory / "events.sqlite").is_file() and not (directory / "app.sqlite").is_file():
        raise FileError(f"{directory} is no data directory of tillit. Name it with --data.")
    set_up(staged_beside(directory))
    from tillit_web.serving.versions import standing  # models exist only after setup

    with serving_alone(directory):
        missing = standing(directory).missing
        if not missing:
            return Upgraded(0, None)
        _refuse_without_room(directory)
        to = directory.with_name(f"{directory.name}.before-upgrade-{now:%Y%m%dT%H%M%S}.backup")
        # Nobody serves it, so PostgreSQL stands still; the copy goes on with the same database.
        elsewhere = (directory / COLLECTS_ELSEWHERE).exists()
        backup = make_backup(directory, to, now=now, without_database=elsewhere)
        fault.point("migrate.backed_up")
    done = restore(backup.path, directory, now=now, replace=True, bring_up=_dying_after(bring_up))
    if done.replaced is not None:
        shutil.rmtree(done.replaced)
    return Upgraded(len(missing), backup.path)


def _dying_after(bring_up: Callable[[Path], None]) -> Callable[[Path], None]:
    def both(directory: Path) -> None:
        bring_up(directory)
        fault.point("migrate.migrated")

    return both


def _refuse_without_room(directory: Path) -> None:
    needed = 2 * sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())
    free = shutil.disk_usage(directory.parent).free
    if free < needed:
        raise FileError(
            f"An upgrade needs {needed / 1e9:.1f} GB beside {directory}, for a backup and a copy, and {free / 1e9:.1f} "
            "GB are free. Nothing was changed. Make room and run it again."
        )
