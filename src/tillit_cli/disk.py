"""What a disk refused, as a sentence: it is full, can only be read, or belongs to another user."""

from __future__ import annotations

import errno
import getpass
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_DENIED = frozenset({errno.EACCES, errno.EPERM})
_PRIMARY = 0xFF  # of SQLite's extended codes: what kind of error it is
_ROOM = 1_000_000  # bytes; with less a disk is full, whatever SQLite calls it


def refused_by_disk(error: BaseException, *, data: Path | None) -> str | None:
    """What to say of an error that comes from a disk and not from us; None of any other.

    Args:
        error: As it reached the shell; what caused it is looked at too.
        data: The data directory that was worked on; None for commands that work in a temporary folder.
    """
    for one in _causes(error):
        if isinstance(one, OSError):
            said = _of_system(one, data)
        elif isinstance(one, sqlite3.Error):
            said = _of_sqlite(one, data)
        else:
            continue
        if said is not None:
            return said
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _of_system(error: OSError, data: Path | None) -> str | None:
    place = error.filename if isinstance(error.filename, str | Path) else None
    if error.errno in _FULL:
        return _no_room(data)
    if error.errno == errno.EROFS:
        return f"{place or data} stands on a disk that can only be read. Mount it writable, or name another place."
    if error.errno in _DENIED and place is not None:
        return (
            f"{place} is not open to the user {getpass.getuser()}. Run tillit as the user whose file it is, "
            "or give it to this one (chown)."
        )
    return None


def _of_sqlite(error: sqlite3.Error, data: Path | None) -> str | None:
    code = (getattr(error, "sqlite_errorcode", None) or 0) & _PRIMARY
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _is_full(data)):
        return _no_room(data)
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR):
        return (
            f"A database of {data} cannot be written ({error}). Look whether its disk is mounted writable and whether "
            f"the files are the user {getpass.getuser()}'s; tillit doctor says more."
        )
    return None


def _no_room(data: Path | None) -> str:
    if data is None:
        return (
            f"There is no room left on a disk. Make some where you write to and in {tempfile.gettempdir()}, where "
            "tillit works, or name a folder on another disk for that: TMPDIR=/mnt/large tillit …"
        )
    return (
        f"There is no room left on the disk of {data}. Make some, and run the same command again: "
        "nothing is lost, and nothing is counted twice."
    )


def _is_full(data: Path | None) -> bool:
    return data is not None and data.exists() and shutil.disk_usage(data).free < _ROOM
