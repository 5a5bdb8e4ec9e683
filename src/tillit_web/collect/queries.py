"""What others may read of collection: counts by hour, alarms, the failed box."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from tillit_web.collect.actions import key_digest
from tillit_web.collect.models import WriteKey
from tillit_web.collect.opening import open_storage
from tillit_web.collect.storage import Alarm, Failed, HourCount, Storage


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
    with storage() as opened:
        return opened.failed_codes()


def alarms(directory: Path | None = None, *, since: int = 0) -> list[Alarm]:
    """Alarms raised at or after this time (microseconds UTC), the latest first."""
    with storage(directory) as opened:
        return opened.alarms(since=since)


def last_accepted_hour() -> int | None:
    """The latest hour (since 1970, UTC) in which an event was accepted; None before the first."""
    return max((line.hour for line in hours(since=0) if line.accepted), default=None)


@contextmanager
def storage(directory: Path | None = None) -> Iterator[Storage]:
    """The storage of this installation, or of another data directory, for the length of the block."""
    opened = open_storage(directory or Path(settings.DATA_DIRECTORY))
    try:
        yield opened
    finally:
        opened.close()
