"""Putting a restored data directory in its place: made and proven beside it, then renamed; whole, or as it was before.

Killed anywhere, the directory is the old one or the new one; between the two renames it is missing for a moment, and
whoever opens it next completes the second (`settle`).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from tillit import fault
from tillit.errors import BackupError, FileError
from tillit.events.lock import held
from tillit.events.segments import sync_folder

READY = "restored.ready"  # in a staged directory that is proven and may take its place


def staged_beside(directory: Path) -> Path:
    """Where a data directory is made before it takes its place."""
    return directory.with_name(f".{directory.name}.restoring")


def left_behind(directory: Path) -> tuple[Path, ...]:
    """What restores left beside a directory: unfinished ones, and what they replaced. They hold people's data."""
    directory = directory.resolve()
    staged = staged_beside(directory)
    return (*([staged] if staged.exists() else []), *sorted(directory.parent.glob(f"{directory.name}.replaced-*")))


@contextmanager
def staging(directory: Path) -> Iterator[Path]:
    """An empty directory beside this one, for its successor; removed unless it took its place.

    Raises:
        BackupError: Another restore is under way.
        FileError: The directory cannot be replaced by a rename, or there is not the right to.
    """
    if directory.is_mount():
        raise FileError(
            f"{directory} is where a disk or volume is mounted, and nothing else can take its place. Keep the data in "
            f"a directory on it, such as {directory / 'data'}, and name that one with --data."
        )
    staged = staged_beside(directory)
    try:
        with held(directory.parent / f"{staged.name}.lock") as alone:
            if not alone:
                raise BackupError(f"Another restore or upgrade of {directory} is under way. Wait until it is finished.")
            shutil.rmtree(staged, ignore_errors=True)  # a killed one's
            staged.mkdir(mode=0o700)
            try:
                yield staged
            finally:
                shutil.rmtree(staged, ignore_errors=True)
    except PermissionError as error:
        raise FileError(
            f"{error.filename or directory.parent} cannot be written. The successor of {directory} is made beside it: "
            "run this as a user who may write there."
        ) from error


def take_its_place(staged: Path, directory: Path, *, now: datetime) -> Path | None:
    """Rename a proven directory into its place; where the one before went, if there was one."""
    _give_to_owner_of(directory if directory.exists() else directory.parent, staged)
    (staged / READY).touch()
    sync_folder(staged)
    replaced = None
    if directory.exists():
        replaced = directory.with_name(f"{directory.name}.replaced-{now:%Y%m%dT%H%M%S}")
        directory.rename(replaced)
        fault.point("restore.between_renames")
    staged.rename(directory)
    sync_folder(directory.parent)
    fault.point("restore.renamed")
    (directory / READY).unlink()
    return replaced


def settle(directory: Path) -> bool:
    """Complete the second rename of a killed restore; whether there was one to complete."""
    directory = directory.resolve()
    staged = staged_beside(directory)
    waits = not directory.exists() and (staged / READY).exists()
    if waits:
        staged.rename(directory)
        sync_folder(directory.parent)
    if (directory / READY).exists():  # a disk that can only be read refuses to remove even what is not there
        (directory / READY).unlink()
    return waits


def _give_to_owner_of(known: Path, made: Path) -> None:
    if os.geteuid() != 0:
        return
    owner = known.stat()
    for path in (made, *made.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)
