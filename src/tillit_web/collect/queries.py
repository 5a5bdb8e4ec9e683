"""What others may read of collection: counts by hour, alarms, the failed box."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from tillit_web.collect.actions import key_digest
from tillit_web.collect.models import WriteKey
from tillit_web.collect.sqlite_storage import SqliteStorage
from tillit_web.collect.storage import Failed, HourCount


@dataclass(frozen=True, slots=True)
class Alarm:
    """Trouble that collection met: how often, and when last (microseconds UTC)."""

    code: str
    detail: str
    times: int
    first_at: int
    last_at: int


def keys() -> QuerySet[WriteKey]:
    """Every write key there was, open ones first."""
    return WriteKey.objects.order_by("revoked_at", "made_at")


def server_key(text: str) -> WriteKey | None:
    """The server's key with this text, if there is one and it is not revoked."""
    return WriteKey.objects.filter(key_digest=key_digest(text), kind=WriteKey.Kind.SERVER, revoked_at=None).first()


def hours(*, since: int) -> list[HourCount]:
    """Counts by hour and key from this hour (since 1970, UTC) on."""
    with storage() as opened:
        return opened.hours(since=since)


def failed(*, limit: int, before: int | None = None, code: str = "") -> list[Failed]:
    """The failed box, newest first."""
    with storage() as opened:
        return opened.failed(limit=limit, before=before, code=code)


def failed_codes() -> list[tuple[str, int]]:
    """The codes in the failed box with how many lines each has, most first."""
    with storage():
        pass
    with closing(sqlite3.connect(_directory() / "events.sqlite")) as database:
        return database.execute("select code, count(*) from failed group by code order by 2 desc, 1").fetchall()


def alarms(directory: Path | None = None, *, since: int = 0) -> list[Alarm]:
    """Alarms raised at or after this time (microseconds UTC), the latest first."""
    place = directory or _directory()
    SqliteStorage.open(place).close()
    with closing(sqlite3.connect(place / "events.sqlite")) as database:
        rows = database.execute(
            "select code, detail, times, first_at, last_at from alarm where last_at >= ? order by last_at desc",
            (since,),
        )
        return [Alarm(*row) for row in rows]


def last_accepted_hour() -> int | None:
    """The latest hour (since 1970, UTC) in which an event was accepted; None before the first."""
    with storage():
        pass
    with closing(sqlite3.connect(_directory() / "events.sqlite")) as database:
        (hour,) = database.execute("select max(hour) from hour where accepted > 0").fetchone()
    return None if hour is None else int(hour)


@contextmanager
def storage() -> Iterator[SqliteStorage]:
    """The storage of this installation, for the length of the block."""
    opened = SqliteStorage.open(_directory())
    try:
        yield opened
    finally:
        opened.close()


def _directory() -> Path:
    return Path(settings.DATA_DIRECTORY)
