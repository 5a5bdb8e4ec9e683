"""What is known of the backups of a data directory: when, where and under which key; in `DIR/backups.json`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from tillit.events.segments import sync_folder
from tillit_web.backups.keys import LIFE

FILE = "backups.json"


class BackupMade(msgspec.Struct, frozen=True):
    """One backup: its path, when it was begun (microseconds UTC), the name of its key, its size."""

    path: str
    made_at: int
    key: str
    bytes: int

    @property
    def made(self) -> datetime:
        return datetime.fromtimestamp(self.made_at / 1_000_000, UTC)


def backups_made(directory: Path) -> tuple[BackupMade, ...]:
    """The backups on record, oldest first: those whose key may live, and the last one in any case."""
    try:
        return tuple(msgspec.json.decode((directory / FILE).read_bytes(), type=list[BackupMade]))
    except (FileNotFoundError, msgspec.MsgspecError):
        return ()  # a record for people's eyes: nothing rests on it


def note_backup(directory: Path, made: BackupMade) -> None:
    """Put a backup on record, and forget those that nobody can open any more."""
    known = [each for each in backups_made(directory) if made.made - each.made < LIFE + timedelta(days=1)]
    _write(directory, [*known, made])


def _write(directory: Path, made: Sequence[BackupMade]) -> None:
    draft = directory / f"{FILE}.tmp"
    with draft.open("wb") as file:
        file.write(msgspec.json.encode(list(made)))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(directory / FILE)
    sync_folder(directory)
