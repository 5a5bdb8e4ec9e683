"""SQLite keeps the contract, and does not trust its file after a failed write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.web.collect.storage_contract import Opened, StorageContract
from tillit_web.collect.sqlite_storage import SqliteStorage


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    with ExitStack() as stack:

        def open_it() -> SqliteStorage:
            storage = SqliteStorage.open(tmp_path)
            stack.callback(storage.close)
            return storage

        yield open_it


class TestSqliteStorage(StorageContract):
    pass
