"""The keys of backups: one a day, in `DIR/backup-keys`, and none lives longer than 30 days.

A backup whose key has ended opens for nobody: so whoever was erased leaves old copies too, wherever these lie.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from tillit.events.key import KEY_BYTES, create_key
from tillit.events.segments import sync_folder

FOLDER = "backup-keys"
LIFE = timedelta(days=30)
ENDING = ".key"


@dataclass(frozen=True, slots=True)
class BackupKey:
    """A key and the day (UTC) that it was made on, which is its name: 2026-11-22."""

    name: str
    secret: bytes


def key_of_the_day(directory: Path, *, now: datetime) -> BackupKey:
    """The key that backups of this day (UTC) are encrypted with; made where there is none yet."""
    name = now.date().isoformat()
    path = _path(directory, name)
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        create_key(path)
    return BackupKey(name, path.read_bytes())


def find_key(folder: Path, name: str) -> BackupKey | None:
    """The key of this name in a folder that holds `backup-keys`; None where it has ended or never was."""
    path = _path(folder, name)
    if not path.is_file() or path.stat().st_size != KEY_BYTES:
        return None
    return BackupKey(name, path.read_bytes())


def ends_on(name: str) -> date:
    """The first day (UTC) on which a key is no more."""
    return date.fromisoformat(name) + LIFE


def key_names(directory: Path) -> tuple[str, ...]:
    """The keys that have not ended, oldest first."""
    return tuple(sorted(path.stem for path in (directory / FOLDER).glob(f"*{ENDING}") if _is_day(path.stem)))


def end_old_keys(directory: Path, *, now: datetime) -> tuple[str, ...]:
    """Overwrite and remove every key whose time is over; their names."""
    ended = tuple(name for name in key_names(directory) if ends_on(name) <= now.date())
    for name in ended:
        path = _path(directory, name)
        with path.open("r+b") as file:
            file.write(bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    if ended:
        sync_folder(directory / FOLDER)
    return ended


def _path(directory: Path, name: str) -> Path:
    return directory / FOLDER / f"{name}{ENDING}"


def _is_day(name: str) -> bool:
    try:
        date.fromisoformat(name)
    except ValueError:
        return False
    return True
