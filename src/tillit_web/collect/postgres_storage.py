"""Hot rows, seen ids, counts and the failed box in PostgreSQL: a group is copied into staging, then inserted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import psycopg
from psycopg.rows import TupleRow

from tillit import fault
from tillit.errors import StoreError
from tillit_web.collect.sql_storage import ADD_TO_HOUR, Asking, SqlStorage
from tillit_web.collect.storage import (
    ID_TAKEN,
    MICROS_PER_HOUR,
    Arrival,
    Outcome,
    Refusal,
    StorageUnavailable,
    hour_rows,
)

Connection = psycopg.Connection[TupleRow]
Counts = Counter[tuple[int, int, Outcome]]

CONNECT_SECONDS = 10
# Held from before row ids are drawn until they can be seen: whoever reads up to an id has every row below it.
WRITE_LOCK = 8_415_033_297
WITH_CLEAR_VALUES = ("hot", "failed", "alarm")  # the others keep digests and numbers
STAGING = (
    "create temporary table if not exists staging (place integer, digest bytea, content bytea) on commit delete rows"
)


class PostgresStorage(SqlStorage):
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
        with self._connected() as connection, connection.transaction():
            outcomes = _take(connection, arrived)
            fault.point("collect.before_commit")
        fault.point("collect.after_commit")
        return outcomes

    def scrub(self) -> None:
        with self._connected() as connection:
            for table in WITH_CLEAR_VALUES:
                # A deleted row stands in its page until it is overwritten; this writes the table's file anew.
                connection.execute(f"vacuum (full) tillit.{table}".encode())

    def durability(self) -> str:
        """What a commit waits for: `on` is this server's disk."""
        [(value,)] = self._rows("show synchronous_commit")
        return str(value)

    # Inside

    def _begin(self, owner: bytes, *, is_new: bool) -> None:
        with self._connected() as connection, connection.transaction():
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

    @contextmanager
    def _transaction(self) -> Iterator[Asking]:
        with self._connected() as connection, connection.transaction():
            yield _InOurSchema(connection)

    @contextmanager
    def _snapshot(self) -> Iterator[Asking]:
        with self._connected() as connection, connection.transaction():
            connection.execute("set transaction isolation level repeatable read")
            yield _InOurSchema(connection)

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """A connection; one that failed is never used again."""
        if self._connection is None:
            self._connection = _connect(self._url)
        try:
            yield self._connection
        except psycopg.Error as error:
            self.close()
            raise StorageUnavailable(f"PostgreSQL did not do what was asked: {error}") from error


class _InOurSchema:
    """A connection as `SqlStorage` asks it: tables are found in our schema, and values stand for `?`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> psycopg.Cursor[TupleRow]:
        return self._connection.execute(_in_its_words(statement), values)

    def executemany(self, statement: str, values: Iterable[Sequence[Any]], /) -> None:
        with self._connection.cursor() as cursor:
            cursor.executemany(_in_its_words(statement), values)


def _in_its_words(statement: str) -> bytes:
    return statement.replace("?", "%s").encode()


def _connect(url: str) -> Connection:
    try:
        connection: Connection = psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_SECONDS)
    except psycopg.Error as error:
        raise StorageUnavailable(f"The database of TILLIT_DATABASE_URL does not answer: {error}") from error
    try:
        # A server, database or role may be set to answer before its disk does.
        connection.execute("set synchronous_commit = on")
        connection.execute("set client_min_messages = warning")
        connection.execute("set search_path = tillit")  # where it is not made yet, nothing is found in another
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
    _copy(connection, "copy hot (event, contacts) from stdin", new)
    _copy(connection, "copy failed (received_at, key_id, code, reason, raw) from stdin", failed)
    _InOurSchema(connection).executemany(ADD_TO_HOUR, hour_rows(counts))
    return outcomes


def _settled_ids(connection: Connection, arrived: Sequence[Arrival | Refusal]) -> dict[bytes, tuple[int | None, bytes]]:
    """Every id of the group with the place where it is new, if it is, and the content that holds for it."""
    staged = [(place, one.digest, one.content) for place, one in enumerate(arrived) if isinstance(one, Arrival)]
    if not staged:
        return {}
    _copy(connection, "copy staging (place, digest, content) from stdin", staged)
    inserted = connection.execute(
        "with first as (select distinct on (digest) place, digest, content from staging order by digest, place),"
        " fresh as (insert into seen (digest, content) select digest, content from first"
        " on conflict do nothing returning digest)"
        " select first.place, first.digest, first.content from first join fresh using (digest)"
    )
    known: dict[bytes, tuple[int | None, bytes]] = {digest: (place, content) for place, digest, content in inserted}
    older = connection.execute(
        "select distinct known.digest, known.content from seen as known join staging using (digest)"
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
