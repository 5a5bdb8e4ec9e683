"""Hot rows, seen ids, counts and the failed box in PostgreSQL: a group is copied into staging, then inserted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import psycopg
from psycopg.rows import TupleRow

from tillit import fault
from tillit.errors import StoreError
from tillit.events.hot import HotRow
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

Connection = psycopg.Connection[TupleRow]
Counts = Counter[tuple[int, int, Outcome]]

CONNECT_SECONDS = 10
# Held from before row ids are drawn until they can be seen: whoever reads up to an id has every row below it.
WRITE_LOCK = 8_415_033_297
ROWS_PER_DROP = 5_000  # a long transaction would hold up those who wait for their answer
STAGING = (
    "create temporary table if not exists staging (place integer, digest bytea, content bytea) on commit delete rows"
)


class PostgresStorage:
    """Storage in the schema `tillit` of one database. Used by one thread, which need not be the one that made it."""

    def __init__(self, url: str) -> None:
        """Connect to a database that `open` has begun."""
        self._url = url
        self._connection: Connection | None = _connect(url)

    @classmethod
    def open(cls, url: str, *, owner: bytes, is_new: bool = True) -> Self:
        """Open the storage in a database, or begin one there.

        Args:
            url: postgresql://user:password@host:5432/name
            owner: Says whose it is, for ever.
            is_new: Whether it may be empty.

        Raises:
            StoreError: It belongs to somebody else, or is empty and should not be.
            StorageUnavailable: The database does not answer.
        """
        storage = cls(url)
        try:
            storage._begin(owner, is_new=is_new)
        except BaseException:
            storage.close()
            raise
        return storage

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def accept(self, arrived: Sequence[Arrival | Refusal]) -> list[Outcome]:
        with self._transaction() as connection:
            outcomes = _take(connection, arrived)
            fault.point("collect.before_commit")
        fault.point("collect.after_commit")
        return outcomes

    def alarm(self, code: str, detail: str, *, at: int) -> None:
        with self._transaction() as connection:
            connection.execute(
                "insert into tillit.alarm as known (code, detail, times, first_at, last_at) values (%s, %s, 1, %s, %s)"
                " on conflict (code, detail) do update set times = known.times + 1,"
                " last_at = greatest(known.last_at, excluded.last_at)",
                (code, detail[:200].replace("\0", ""), at, at),
            )

    def unsealed(self, *, after: int, limit: int) -> list[HotRow]:
        rows = self._rows(
            "select id, event, contacts from tillit.hot where id > %s order by id limit %s", (after, limit)
        )
        return [HotRow(*row) for row in rows]

    def drop(self, *, upto: int) -> None:
        while True:
            with self._transaction() as connection:
                gone = connection.execute(
                    "delete from tillit.hot where id in"
                    " (select id from tillit.hot where id <= %s order by id limit %s)",
                    (upto, ROWS_PER_DROP),
                ).rowcount
            if gone < ROWS_PER_DROP:
                return

    def hours(self, *, since: int) -> list[HourCount]:
        rows = self._rows(
            "select hour, key_id, received, accepted, duplicate, rejected from tillit.hour where hour >= %s"
            " order by hour, key_id",
            (since,),
        )
        return [HourCount(*row) for row in rows]

    def failed(
        self, *, limit: int, before: int | None = None, code: str = "", key_id: int | None = None
    ) -> list[Failed]:
        rows = self._rows(
            "select id, received_at, key_id, code, reason, raw from tillit.failed"
            " where (%(before)s::bigint is null or id < %(before)s) and (%(code)s = '' or code = %(code)s)"
            " and (%(key_id)s::bigint is null or key_id = %(key_id)s) order by id desc limit %(limit)s",
            {"before": before, "code": code, "key_id": key_id, "limit": limit},
        )
        return [Failed(*row) for row in rows]

    def failed_codes(self) -> list[tuple[str, int]]:
        rows = self._rows('select code, count(*) from tillit.failed group by code order by 2 desc, 1 collate "C"', ())
        return [(code, count) for code, count in rows]

    def alarms(self, *, since: int) -> list[Alarm]:
        rows = self._rows(
            "select code, detail, times, first_at, last_at from tillit.alarm where last_at >= %s"
            ' order by last_at desc, code collate "C", detail collate "C"',
            (since,),
        )
        return [Alarm(*row) for row in rows]

    def tally(self, *, after: int) -> Tally:
        with self._transaction() as connection:
            connection.execute("set transaction isolation level repeatable read")
            [(received, accepted)] = connection.execute(
                "select coalesce(sum(received), 0)::bigint, coalesce(sum(accepted), 0)::bigint from tillit.hour"
            )
            [(known,)] = connection.execute("select count(*) from tillit.seen")
            [(waiting,)] = connection.execute("select count(*) from tillit.hot where id > %s", (after,))
            uneven = connection.execute(
                "select hour, key_id, received, accepted, duplicate, rejected from tillit.hour"
                " where received <> accepted + duplicate + rejected order by hour, key_id"
            ).fetchall()
        return Tally(received, accepted, known, waiting, tuple(HourCount(*row) for row in uneven))

    def prune(self, *, before: int, most: int) -> int:
        with self._transaction() as connection:
            return connection.execute(
                "delete from tillit.failed where received_at < %s"
                " or id <= (select id from tillit.failed order by id desc limit 1 offset %s)",
                (before, most),
            ).rowcount

    def settle(self, failed: Sequence[int]) -> None:
        with self._transaction() as connection:
            connection.execute("delete from tillit.failed where id = any(%s)", (list(failed),))

    def durability(self) -> str:
        """What a commit waits for: `on` is this server's disk."""
        [(value,)] = self._rows("show synchronous_commit", ())
        return str(value)

    # Inside

    def _begin(self, owner: bytes, *, is_new: bool) -> None:
        with self._transaction() as connection:
            [(there,)] = connection.execute("select to_regclass('tillit.alarm') is not null")
            if there and connection.execute("select from tillit.owner where id = %s", (owner,)).rowcount:
                return
            # Two that begin at once would both make the tables.
            connection.execute("select pg_advisory_xact_lock(%s)", (WRITE_LOCK,))
            for statement in Path(__file__).with_name("postgres_hot.sql").read_text(encoding="utf-8").split(";\n"):
                connection.execute(statement.encode())
            owners = [bytes(found) for (found,) in connection.execute("select id from tillit.owner")]
            if not owners and not is_new:
                raise StoreError(
                    "The database of TILLIT_DATABASE_URL is empty, and this data directory has collected events in one "
                    "before. Name that database, or restore it from its backup."
                )
            if owners and owners != [owner]:
                raise StoreError(
                    "The database of TILLIT_DATABASE_URL belongs to another data directory. Make a database for each."
                )
            connection.execute("insert into tillit.owner (id) values (%s) on conflict do nothing", (owner,))

    def _rows(self, question: str, values: Sequence[Any] | Mapping[str, Any]) -> list[TupleRow]:
        with self._transaction() as connection:
            return connection.execute(question.encode(), values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """All or nothing, on stable storage when the block is left. A connection that failed is never used again."""
        if self._connection is None:
            self._connection = _connect(self._url)
        try:
            with self._connection.transaction():
                yield self._connection
        except psycopg.Error as error:
            self.close()
            raise StorageUnavailable(f"PostgreSQL did not do what was asked: {error}") from error


def _connect(url: str) -> Connection:
    try:
        connection: Connection = psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_SECONDS)
    except psycopg.Error as error:
        raise StorageUnavailable(f"The database of TILLIT_DATABASE_URL does not answer: {error}") from error
    try:
        # A server, database or role may be set to answer before its disk does.
        connection.execute("set synchronous_commit = on")
        connection.execute("set client_min_messages = warning")
        connection.execute(STAGING)
    except psycopg.Error as error:
        connection.close()
        raise StorageUnavailable(f"The database of TILLIT_DATABASE_URL does not answer: {error}") from error
    return connection


def _take(connection: Connection, arrived: Sequence[Arrival | Refusal]) -> list[Outcome]:
    connection.execute("select pg_advisory_xact_lock(%s)", (WRITE_LOCK,))
    known = _settled_ids(connection, arrived)
    outcomes: list[Outcome] = []
    new: list[tuple[bytes, bytes]] = []
    failed: list[tuple[int, int, str, str, bytes]] = []
    counts: Counts = Counter()
    for place, one in enumerate(arrived):
        if isinstance(one, Refusal):
            outcome = Outcome.REFUSED
            failed.append((one.received_at, one.key_id, one.code, one.reason, one.raw))
        else:
            first, content = known[one.digest]
            if first == place:
                outcome = Outcome.ACCEPTED
                new.append((one.event, one.contacts))
            elif content == one.content:
                outcome = Outcome.DUPLICATE
            else:
                outcome = Outcome.CONFLICT
                failed.append((one.received_at, one.key_id, outcome.value, ID_TAKEN, one.raw))
        outcomes.append(outcome)
        counts[one.received_at // MICROS_PER_HOUR, one.key_id, outcome] += 1
    _copy(connection, "copy tillit.hot (event, contacts) from stdin", new)
    _copy(connection, "copy tillit.failed (received_at, key_id, code, reason, raw) from stdin", failed)
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into tillit.hour as known (hour, key_id, received, accepted, duplicate, rejected)"
            " values (%s, %s, %s, %s, %s, %s) on conflict (hour, key_id) do update set"
            " received = known.received + excluded.received, accepted = known.accepted + excluded.accepted,"
            " duplicate = known.duplicate + excluded.duplicate, rejected = known.rejected + excluded.rejected",
            hour_rows(counts),
        )
    return outcomes


def _settled_ids(connection: Connection, arrived: Sequence[Arrival | Refusal]) -> dict[bytes, tuple[int | None, bytes]]:
    """Every id of the group with the place where it is new, if it is, and the content that holds for it."""
    staged = [(place, one.digest, one.content) for place, one in enumerate(arrived) if isinstance(one, Arrival)]
    if not staged:
        return {}
    _copy(connection, "copy staging (place, digest, content) from stdin", staged)
    inserted = connection.execute(
        "with first as (select distinct on (digest) place, digest, content from staging order by digest, place),"
        " fresh as (insert into tillit.seen (digest, content) select digest, content from first"
        " on conflict do nothing returning digest)"
        " select first.place, first.digest, first.content from first join fresh using (digest)"
    )
    known: dict[bytes, tuple[int | None, bytes]] = {digest: (place, content) for place, digest, content in inserted}
    older = connection.execute(
        "select distinct known.digest, known.content from tillit.seen as known join staging using (digest)"
    )
    for digest, content in older:
        known.setdefault(digest, (None, content))
    return known


def _copy(connection: Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if not rows:
        return
    with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        for row in rows:
            copy.write_row(row)
