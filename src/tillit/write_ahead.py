"""SQLite files with a write-ahead log, also when two processes open a new one at the same moment."""

from __future__ import annotations

import sqlite3
import time

TRIES, PAUSE_SECONDS = 3_000, 0.01


def write_ahead(connection: sqlite3.Connection) -> None:
    """Let readers and one writer work side by side.

    Two that turn to it at once may each hold what the other waits for; SQLite then refuses one of them at once,
    whatever timeout the connection has. So it asks again, for half a minute.

    Raises:
        sqlite3.OperationalError: The file is held by somebody else, or cannot be written.
    """
    for left in range(TRIES - 1, -1, -1):
        try:
            connection.execute("pragma journal_mode = wal")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or not left:
                raise
        time.sleep(PAUSE_SECONDS)
