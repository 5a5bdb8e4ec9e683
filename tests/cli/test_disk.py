"""What a disk refused is told in a sentence; the errors here are made by the system and by SQLite themselves."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tillit_cli.disk import refused_by_disk

DATA = Path("shop-data")


def full_database(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "app.sqlite")) as database:
        database.execute("pragma max_page_count = 2")
        database.execute("create table thing (name text)")
        database.executemany("insert into thing values (?)", [("x" * 3_000,)] * 9)


def read_only_database(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "app.sqlite")) as database:
        database.execute("create table thing (name text)")
    with closing(sqlite3.connect(f"file:{folder / 'app.sqlite'}?mode=ro", uri=True)) as database:
        database.execute("insert into thing values ('x')")


def no_database(folder: Path) -> None:
    sqlite3.connect(folder / "no such folder" / "app.sqlite")


def read_only_disk(folder: Path) -> None:
    raise OSError(errno.EROFS, "Read-only file system", str(folder / "serve.lock"))


def foreign_file(folder: Path) -> None:
    raise PermissionError(errno.EACCES, "Permission denied", str(folder / "secret.key"))


@pytest.mark.parametrize(
    ("refuse", "said"),
    [
        (full_database, "no room left on the disk of shop-data"),
        (read_only_database, "A database of shop-data cannot be written"),
        (no_database, "A database of shop-data cannot be written"),
        (read_only_disk, "serve.lock stands on a disk that can only be read"),
        (foreign_file, "secret.key is not open to the user"),
    ],
)
def test_what_the_disk_refuses_is_said_also_of_what_it_caused(
    tmp_path: Path, refuse: Callable[[Path], None], said: str
) -> None:
    with pytest.raises(Exception) as caught:
        refuse(tmp_path)
    found = refused_by_disk(caught.value, data=DATA)
    assert found is not None
    assert said in found
    wrapped = RuntimeError("as a library wraps it")
    wrapped.__cause__ = caught.value
    assert refused_by_disk(wrapped, data=DATA) == found


@pytest.mark.parametrize("error", [ZeroDivisionError(), sqlite3.OperationalError("no such table: thing"), OSError("?")])
def test_what_is_ours_stays_ours(error: Exception) -> None:
    assert refused_by_disk(error, data=DATA) is None
