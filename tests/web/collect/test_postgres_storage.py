"""PostgreSQL keeps the contract, on a real server; and a data directory stays with the place it began with."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from pytest_django import Settings

from tests.events.test_sealing import arrival as real_arrival
from tests.web.collect.storage_contract import Opened, StorageContract, arrival
from tillit.errors import StoreError
from tillit.events.log import EventLog
from tillit.events.segments import SegmentKind
from tillit_web.collect import opening
from tillit_web.collect.postgres_storage import PostgresStorage
from tillit_web.collect.sealing import seal_all
from tillit_web.collect.sqlite_storage import SqliteStorage
from tillit_web.collect.storage import Outcome, StorageUnavailable
from tillit_web.collect.verifying import verify_collection

OWNER = b"o" * 16


@pytest.fixture
def opened(database_url: str) -> Iterator[Opened]:
    with ExitStack() as stack:

        def open_it() -> PostgresStorage:
            storage = PostgresStorage.open(database_url, owner=OWNER)
            stack.callback(storage.close)
            return storage

        yield open_it


class TestPostgresStorage(StorageContract):
    pass


def test_a_broken_connection_is_an_answer_and_the_next_group_goes_in(database_url: str, opened: Opened) -> None:
    storage = opened()
    assert storage.accept([arrival("a")]) == [Outcome.ACCEPTED]
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()")
    with pytest.raises(StorageUnavailable):
        storage.accept([arrival("b")])
    assert storage.accept([arrival("a"), arrival("b")]) == [Outcome.DUPLICATE, Outcome.ACCEPTED]


def test_each_commit_waits_for_the_disk_even_where_the_database_says_otherwise(
    database_url: str, opened: Opened
) -> None:
    with psycopg.connect(database_url, autocommit=True) as other:
        [(name,)] = other.execute("select current_database()")
        other.execute(f'alter database "{name}" set synchronous_commit = off'.encode())
        try:
            storage = opened()
            storage.accept([arrival("a")])
            assert isinstance(storage, PostgresStorage)
            assert storage.durability() == "on"
        finally:
            other.execute(f'alter database "{name}" reset synchronous_commit'.encode())


def test_two_writers_never_leave_a_hole_that_is_filled_later(opened: Opened) -> None:
    """Whoever has seen row n has seen every row below it: a reader's list only ever grows at its end."""
    writers = [opened(), opened()]
    seen: list[int] = []

    def write(writer: int) -> None:
        for number in range(40):
            writers[writer].accept([arrival(f"{writer}-{number}-{part}") for part in range(3)])

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(2)]
    for thread in threads:
        thread.start()
    reader = opened()
    while len(seen) < 240 and (any(thread.is_alive() for thread in threads) or reader.unsealed(after=0, limit=1)):
        found = [row.id for row in reader.unsealed(after=0, limit=1000)]
        assert found[: len(seen)] == seen
        seen = found
    for thread in threads:
        thread.join(30)
    assert len(seen) == 240


@pytest.mark.django_db(transaction=True)
def test_what_waits_there_is_sealed_once(data_directory: Path, settings: Settings, database_url: str) -> None:
    settings.DATABASE_URL = database_url
    storage = opening.open_storage(data_directory)
    storage.accept([real_arrival("a"), real_arrival("b"), real_arrival("a")])
    assert seal_all() == 2
    storage.accept([real_arrival("c"), real_arrival("b")])
    storage.close()
    found = verify_collection(data_directory)
    assert (found.received, found.accepted, found.sealed, found.unsealed, found.wrong) == (5, 3, 2, 1, ())
    assert seal_all() == 1
    with EventLog.open(data_directory) as log:
        assert sum(segment.rows for segment in log.segments(SegmentKind.EVENTS)) == 3


def test_a_directory_stays_where_its_ids_are(tmp_path: Path, settings: Settings, database_url: str) -> None:
    begun_here, begun_there, another = tmp_path / "here", tmp_path / "there", tmp_path / "another"
    for directory in (begun_here, begun_there, another):
        directory.mkdir()
    local = SqliteStorage.open(begun_here)
    local.accept([arrival("a")])
    local.close()
    settings.DATABASE_URL = database_url
    with pytest.raises(StoreError, match="has collected 1 events in SQLite"):
        opening.open_storage(begun_here)
    opening.open_storage(begun_there).close()
    with pytest.raises(StoreError, match="belongs to another data directory"):
        opening.open_storage(another)
    settings.DATABASE_URL = ""
    with pytest.raises(StoreError, match="TILLIT_DATABASE_URL is not set"):
        opening.open_storage(begun_there)
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute("drop schema tillit cascade")
    settings.DATABASE_URL = database_url
    with pytest.raises(StoreError, match="is empty"):
        opening.open_storage(begun_there)


def test_a_missing_driver_is_named_with_what_to_install(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATABASE_URL = "postgresql://nobody@127.0.0.1:1/none"
    monkeypatch.delitem(sys.modules, "tillit_web.collect.postgres_storage", raising=False)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"pip install 'tillit\[postgres\]'"):
        opening.open_storage(tmp_path)


def test_a_server_that_does_not_answer_is_said_to(tmp_path: Path, settings: Settings) -> None:
    settings.DATABASE_URL = "postgresql://nobody@127.0.0.1:1/none"
    with pytest.raises(StorageUnavailable, match="does not answer"):
        opening.open_storage(tmp_path)
