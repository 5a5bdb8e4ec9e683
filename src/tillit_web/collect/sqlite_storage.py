"""Hot rows, seen ids, counts and the failed box in `events.sqlite`, on stable storage at each commit."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Self

from tillit import fault
from tillit.events.log import EventLog
from tillit.write_ahead import write_ahead
from tillit_web.collect.sql_storage import ADD_TO_HOUR, SqlStorage
from tillit_web.collect.storage import (
    ID_TAKEN,
    MICROS_PER_HOUR,
    Arrival,
    Outcome,
    Refusal,
    StorageUnavailable,
    hour_rows,
)

WAIT_SECONDS = 30.0
# The tree of seen ids is touched at random: its inner pages and the busier leaves stay in memory.
CACHE_KIB = 64 * 1024


class SqliteStorage(SqlStorage):
    """Storage in one data directory. Used by one thread, which need not be the one that made it."""

    def __init__(self, path: Path) -> None:
        """Open `events.sqlite`, which an `EventLog` has begun."""
        self._path = path
        self._connection = self._connect()
        self._is_trusted = True

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Open the storage of a data directory, or begin one there.

        Raises:
            FormatError: A newer tillit wrote it.
        """
        with EventLog.open(directory):
            pass
        return cls(directory / "events.sqlite")

    def close(self) -> None:
        self._connection.close()

    def accept(self, arrived: Sequence[Arrival | Refusal]) -> list[Outcome]:
        self._trust()
        try:
            with self._transaction() as connection:
                outcomes = _take(connection, arrived)
                fault.point("collect.before_commit")
        except sqlite3.Error as error:
            # After a failed write or fsync nobody knows what the disk has: see _trust.
            self._is_trusted = False
            raise StorageUnavailable(f"{self._path} did not take {len(arrived)} events: {error}") from error
        fault.point("collect.after_commit")
        return outcomes

    def scrub(self) -> None:
        # Rows are overwritten as they go (secure_delete), so what may still hold them is the write-ahead log.
        self._connection.execute("pragma wal_checkpoint(truncate)")

    # Inside

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=64
        )
        try:
            write_ahead(connection)
            connection.execute("pragma synchronous = full")
            connection.execute("pragma secure_delete = on")  # clear values wait in hot rows and in the failed box
            connection.execute(f"pragma cache_size = -{CACHE_KIB}")
            for statement in Path(__file__).with_name("hot.sql").read_text(encoding="utf-8").split(";\n"):
                connection.execute(statement)
        except BaseException:
            connection.close()
            raise
        return connection

    def _trust(self) -> None:
        """After a failed write, begin anew from what the disk really has.

        What the kernel could not write it may still show us. A checkpoint copies what the write-ahead log holds into
        the database, brings that to stable storage and empties the log: only if it succeeds may the file be used.
        """
        if self._is_trusted:
            return
        try:
            self._connection.close()
            self._connection = self._connect()
            busy, _, _ = self._connection.execute("pragma wal_checkpoint(truncate)").fetchone()
        except sqlite3.Error as error:
            raise StorageUnavailable(f"{self._path} is not trusted since a write to it failed: {error}") from error
        if busy:
            raise StorageUnavailable(f"{self._path} is not trusted since a write to it failed, and it is in use")
        self._is_trusted = True

    def _transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        return self._begun("begin immediate")

    def _snapshot(self) -> AbstractContextManager[sqlite3.Connection]:
        return self._begun("begin")

    @contextmanager
    def _begun(self, begin: str) -> Iterator[sqlite3.Connection]:
        self._connection.execute(begin)
        try:
            yield self._connection
            self._connection.execute("commit")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("rollback")
            raise


def _take(connection: sqlite3.Connection, arrived: Sequence[Arrival | Refusal]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    new: list[tuple[bytes, bytes]] = []
    failed: list[tuple[int, int, str, str, bytes]] = []
    counts: Counter[tuple[int, int, Outcome]] = Counter()
    execute = connection.execute
    for one in arrived:
        if isinstance(one, Refusal):
            outcome = Outcome.REFUSED
            failed.append((one.received_at, one.key_id, one.code, one.reason, one.raw))
        elif execute("insert or ignore into seen (digest, content) values (?, ?)", (one.digest, one.content)).rowcount:
            outcome = Outcome.ACCEPTED
            new.append((one.event, one.contacts))
        elif execute("select content from seen where digest = ?", (one.digest,)).fetchone()[0] == one.content:
            outcome = Outcome.DUPLICATE
        else:
            outcome = Outcome.CONFLICT
            failed.append((one.received_at, one.key_id, outcome.value, ID_TAKEN, one.raw))
        outcomes.append(outcome)
        counts[one.received_at // MICROS_PER_HOUR, one.key_id, outcome] += 1
    connection.executemany("insert into hot (event, contacts) values (?, ?)", new)
    connection.executemany("insert into failed (received_at, key_id, code, reason, raw) values (?, ?, ?, ?, ?)", failed)
    connection.executemany(ADD_TO_HOUR, hour_rows(counts))
    return outcomes
