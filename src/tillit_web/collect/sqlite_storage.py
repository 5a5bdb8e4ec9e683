"""Hot rows, seen ids, counts and the failed box in `events.sqlite`, on stable storage at each commit."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from tillit import fault
from tillit.events.hot import HotRow
from tillit.events.log import EventLog
from tillit_web.collect.storage import (
    ID_TAKEN,
    MICROS_PER_HOUR,
    Alarm,
    Arrival,
    Failed,
    HourCount,
    Outcome,
    Refusal,
    StorageUnavailable,
    Tally,
    hour_rows,
)

WAIT_SECONDS = 30.0
# The tree of seen ids is touched at random: its inner pages and the busier leaves stay in memory.
CACHE_KIB = 64 * 1024
ROWS_PER_DROP = 5_000  # a long transaction would hold up those who wait for their answer


class SqliteStorage:
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

    def alarm(self, code: str, detail: str, *, at: int) -> None:
        with self._transaction() as connection:
            connection.execute(
                "insert into alarm (code, detail, times, first_at, last_at) values (?, ?, 1, ?, ?)"
                " on conflict do update set times = times + 1, last_at = max(last_at, excluded.last_at)",
                (code, detail[:200], at, at),
            )

    def unsealed(self, *, after: int, limit: int) -> list[HotRow]:
        rows = self._connection.execute(
            "select id, event, contacts from hot where id > ? order by id limit ?", (after, limit)
        )
        return [HotRow(*row) for row in rows]

    def drop(self, *, upto: int) -> None:
        while True:
            with self._transaction() as connection:
                gone = connection.execute(
                    "delete from hot where id in (select id from hot where id <= ? order by id limit ?)",
                    (upto, ROWS_PER_DROP),
                ).rowcount
            if gone < ROWS_PER_DROP:
                return

    def hours(self, *, since: int) -> list[HourCount]:
        rows = self._connection.execute(
            "select hour, key_id, received, accepted, duplicate, rejected from hour where hour >= ?"
            " order by hour, key_id",
            (since,),
        )
        return [HourCount(*row) for row in rows]

    def failed(
        self, *, limit: int, before: int | None = None, code: str = "", key_id: int | None = None
    ) -> list[Failed]:
        rows = self._connection.execute(
            "select id, received_at, key_id, code, reason, raw from failed"
            " where (:before is null or id < :before) and (:code = '' or code = :code)"
            " and (:key_id is null or key_id = :key_id) order by id desc limit :limit",
            {"before": before, "code": code, "key_id": key_id, "limit": limit},
        )
        return [Failed(*row) for row in rows]

    def failed_codes(self) -> list[tuple[str, int]]:
        return self._connection.execute("select code, count(*) from failed group by code order by 2 desc, 1").fetchall()

    def alarms(self, *, since: int) -> list[Alarm]:
        rows = self._connection.execute(
            "select code, detail, times, first_at, last_at from alarm where last_at >= ?"
            " order by last_at desc, code, detail",
            (since,),
        )
        return [Alarm(*row) for row in rows]

    def tally(self, *, after: int) -> Tally:
        with self._transaction(begin="begin") as connection:
            received, accepted = connection.execute(
                "select coalesce(sum(received), 0), coalesce(sum(accepted), 0) from hour"
            ).fetchone()
            known = connection.execute("select count(*) from seen").fetchone()[0]
            waiting = connection.execute("select count(*) from hot where id > ?", (after,)).fetchone()[0]
            uneven = connection.execute(
                "select hour, key_id, received, accepted, duplicate, rejected from hour"
                " where received <> accepted + duplicate + rejected order by hour, key_id"
            ).fetchall()
        return Tally(received, accepted, known, waiting, tuple(HourCount(*row) for row in uneven))

    def prune(self, *, before: int, most: int) -> int:
        with self._transaction() as connection:
            return connection.execute(
                "delete from failed where received_at < ?"
                " or id <= (select id from failed order by id desc limit 1 offset ?)",
                (before, most),
            ).rowcount

    def settle(self, failed: Sequence[int]) -> None:
        with self._transaction() as connection:
            connection.executemany("delete from failed where id = ?", [(number,) for number in failed])

    # Inside

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=64
        )
        try:
            connection.execute("pragma journal_mode = wal")
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

    @contextmanager
    def _transaction(self, *, begin: str = "begin immediate") -> Iterator[sqlite3.Connection]:
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
    connection.executemany(
        "insert into hour (hour, key_id, received, accepted, duplicate, rejected) values (?, ?, ?, ?, ?, ?)"
        " on conflict do update set received = received + excluded.received,"
        " accepted = accepted + excluded.accepted, duplicate = duplicate + excluded.duplicate,"
        " rejected = rejected + excluded.rejected",
        hour_rows(counts),
    )
    return outcomes
