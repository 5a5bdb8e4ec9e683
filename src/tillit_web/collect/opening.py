"""Where collected events wait: in the data directory, or in PostgreSQL if TILLIT_DATABASE_URL names one; never both."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings

from tillit.errors import StoreError
from tillit.events.key import read_or_create_key
from tillit.events.log import EventLog
from tillit.events.sealing import sealed_upto
from tillit_web.collect.sqlite_storage import SqliteStorage
from tillit_web.collect.storage import Storage

# Left in the data directory from then on: an id that PostgreSQL knows would come twice if SQLite took over.
MARKER = "collects-in-postgresql"


def open_storage(directory: Path) -> Storage:
    """Open the storage of a data directory, or begin one.

    Raises:
        StoreError: This directory's events are collected in the other place, or the database is another directory's.
        FormatError: A newer tillit wrote the directory.
        StorageUnavailable: The database does not answer.
    """
    marker = directory / MARKER
    if not settings.DATABASE_URL:
        if marker.exists():
            raise StoreError(
                f"The events of {directory} are collected in PostgreSQL, and TILLIT_DATABASE_URL is not set. Set it to "
                "the address of that database."
            )
        return SqliteStorage.open(directory)
    with EventLog.open(directory) as log:
        has_sealed = sealed_upto(log) > 0
    if not marker.exists():
        local = SqliteStorage.open(directory)
        known = local.tally(after=0).known
        local.close()
        if known or has_sealed:
            raise StoreError(
                f"{directory} has collected {known:,} events in SQLite, and TILLIT_DATABASE_URL names PostgreSQL. "
                "Unset it, or begin a new data directory and import there what `tillit export` writes here."
            )
    try:
        from tillit_web.collect.postgres_storage import PostgresStorage  # psycopg is an extra that few need
    except ImportError as missing:
        raise StoreError(
            f"TILLIT_DATABASE_URL is set, but psycopg cannot be imported ({missing}). "
            "Install it: pip install 'tillit[postgres]'."
        ) from missing
    owner = hashlib.blake2b(read_or_create_key(directory), digest_size=16, person=b"tillit-owner").digest()
    storage = PostgresStorage.open(settings.DATABASE_URL, owner=owner, is_new=not marker.exists())
    marker.touch()
    return storage
