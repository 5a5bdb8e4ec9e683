"""The file of consents: a ledger, and beside it rows by subject that readers take; all written in one transaction.

`consent_subject` holds the answers that count, each until one with a higher number; `consent_overtaken` those that a
file brought after a later answer was here already. `consent_import` says which import brought which answers.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from django.conf import settings

from tillit.ledger.ledger import Ledger
from tillit.write_ahead import write_ahead

FILE = "consents.sqlite"
VERSION = 3  # of the file: 1 had no consent_once, 2 nothing of imports
WAIT_SECONDS = 20.0
_BY_SUBJECT = (
    "(number integer not null, subject blob not null, purpose text not null,"
    " channel text not null, granted integer not null, at integer not null,"
    " primary key (subject, purpose, channel, number)) strict, without rowid"
)
_TABLES: Sequence[str] = (
    f"create table if not exists consent_subject {_BY_SUBJECT}",
    f"create table if not exists consent_overtaken {_BY_SUBJECT}",
    "create table if not exists consent_once (digest blob primary key, number integer not null) strict, without rowid",
    "create table if not exists consent_import (import_id text not null, number integer not null,"
    " primary key (import_id, number)) strict, without rowid",
    "create index if not exists consent_purpose on consent_subject (purpose, subject, channel, number)",
)


def consents_path() -> Path:
    """Where the file is, or will be."""
    return Path(settings.DATA_DIRECTORY) / FILE


@contextmanager
def opened() -> Iterator[tuple[sqlite3.Connection, Ledger]]:
    """The file, made where it is not there, closed afterwards."""
    path = consents_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)) as connection:
        for pragma in ("synchronous = full", "secure_delete = on"):
            connection.execute(f"pragma {pragma}")
        ledger = Ledger(connection, "consent")
        version = connection.execute("pragma user_version").fetchone()[0]
        if version < VERSION:
            _create(connection, ledger, is_new=version == 0)
        yield connection, ledger


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of what the block writes, or nothing."""
    connection.execute("begin immediate")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def _create(connection: sqlite3.Connection, ledger: Ledger, *, is_new: bool) -> None:
    """Make the tables, or those that an older file lacks."""
    write_ahead(connection)
    with transaction(connection):
        if is_new:
            ledger.create()
        for statement in _TABLES:
            connection.execute(statement)
        connection.execute(f"pragma user_version = {VERSION}")
