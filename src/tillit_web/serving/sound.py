"""Whether a database is sound, as against a disk that does not let anybody look."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

SOUND = "ok"
# What SQLite answers where a disk is full or can only be read; the high bits of its codes tell kinds of these apart.
_NOT_NOW = frozenset(
    {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_BUSY}
)
_PRIMARY = 0xFF


def soundness(path: Path) -> str:
    """`SOUND`, or what is wrong with a database.

    Raises:
        sqlite3.DatabaseError: It cannot be looked at now, which says nothing of whether it is damaged.
    """
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            return str(database.execute("pragma quick_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & _PRIMARY in _NOT_NOW:
            raise
        return str(error)
