"""Of many who book in the same second each time goes once, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from pytest_django import DjangoDbBlocker

from tests.web.booking.at_once import database, scenes
from tests.web.collect.conftest import postgres as postgres


@pytest.fixture(autouse=True)
def unblocked(django_db_blocker: DjangoDbBlocker, data_directory: Path) -> Iterator[None]:
    """Databases may be asked, though none of the tests' own is."""
    with django_db_blocker.unblock():
        yield


EXPECTED = {
    "back to back": {"09:00": 1, "08:30": 1, "08:00": 1, "none": 21},
    "one room": {"08:00": 1, "none": 19},
    "a group of seven": {"08:00": 7, "none": 13},
    "two confirmations": {"confirmed": 12},
    "names": 6,
    "confirmed with its time or ended without": True,
    "sound": True,
}


def check(said: dict[str, object]) -> None:
    for bookers in (50, 100):
        counts = said[f"overlapping {bookers}"]
        assert isinstance(counts, dict)
        # Two hosts; a pause makes the two starts overlap, so that each host meets one of all.
        assert counts.pop("none") == bookers - 2
        assert sum(counts.values()) == 2
    joined = said["after leaving and joining"]
    assert isinstance(joined, int)
    assert 0 <= joined <= 3
    assert {name: said[name] for name in EXPECTED} == EXPECTED


def test_on_sqlite(tmp_path: Path) -> None:
    with database(NAME=tmp_path / "app.sqlite"):
        check(scenes())


def test_on_postgresql(postgres: str) -> None:
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("drop database if exists bookings")
        connection.execute("create database bookings")
    server = conninfo_to_dict(postgres)
    place = {"ENGINE": "django.db.backends.postgresql", "NAME": "bookings", "OPTIONS": {}}
    with database(**place, HOST=server["host"], USER=server["user"]):
        check(scenes())
