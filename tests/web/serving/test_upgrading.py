"""An upgrade ends with everything in the new version, or with everything as it was."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.web.warehouse.erasure_stage import ROOT, run, tillit
from tillit.errors import FormatError
from tillit.events.hot import unpack
from tillit.events.log import EventLog
from tillit.events.segments import SegmentKind
from tillit_web.serving.versions import standing

# A company with contacts and events that wait. One change of its tables is taken back, so that the directory looks like
# one of the version before it.
OLDER = """
import sys
from pathlib import Path
from tillit_web.serving.directory import open_directory
data = Path(sys.argv[1])
open_directory(data)
from django.core.management import call_command
from tests.torture.test_order import first_arrivals
from tillit_web.collect.queries import storage
from tillit_web.people.models import Company, Contact
Company.objects.create(id=1, name="Exempelbutiken")
Contact.objects.create(subject=b"a" * 16, kind="name", value="Ana")
with storage() as opened:
    opened.accept(first_arrivals(30))
call_command("migrate", "me", "zero", verbosity=0)
"""
# A migration that changes tables and people's rows, and then fails.
FAILS_HALF_WAY = """
import sqlite3, sys
from datetime import UTC, datetime
from pathlib import Path
from tillit_web.serving.directory import bring_up
from tillit_web.serving.upgrading import upgrade
def half_way(directory):
    bring_up(directory)
    with sqlite3.connect(directory / "app.sqlite") as database:
        database.execute("drop table people_contact")
        database.execute("update people_company set name = 'half'")
        database.commit()
    raise RuntimeError("the disk of this migration is full")
upgrade(Path(sys.argv[1]), now=datetime.now(UTC), bring_up=half_way)
"""


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with people and events, as an older tillit left it."""
    data = tmp_path_factory.mktemp("older") / "data"
    made = run("-c", OLDER, str(data))
    assert made.returncode == 0, made.stderr
    return data


@pytest.fixture
def data(older: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(older, tmp_path / "data"))


def everything(folder: Path) -> dict[str, bytes]:
    """Every file by content; the write-ahead logs and locks of whoever looked come and go."""
    passing = (".lock", "-wal", "-shm", "backups.json", "erased.ledger", ".key")
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(passing))
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def kept(data: Path) -> tuple[list[str], set[str]]:
    """The contacts, and the ids of events, wherever they stand."""
    with closing(sqlite3.connect(data / "app.sqlite")) as database:
        contacts = [value for (value,) in database.execute("select value from people_contact")]
    with closing(sqlite3.connect(data / "events.sqlite")) as database:
        waiting = {unpack(event).event_id for (event,) in database.execute("select event from hot")}
    with EventLog.open(data) as log:
        paths = log.sound_or_refuse(log.segments(SegmentKind.EVENTS))
    sealed = {name for path in paths for name in pq.read_table(path, columns=["event_id"])["event_id"].to_pylist()}
    assert not waiting & sealed
    return contacts, waiting | sealed


def test_an_older_directory_is_refused_until_it_is_upgraded_and_then_whole(data: Path) -> None:
    refused = tillit("serve", "--data", data, "--port", "0")
    assert refused.returncode == 2
    assert "tillit upgrade --data" in refused.stderr
    before = kept(data)
    assert len(before[1]) == 30
    upgraded = tillit("upgrade", "--data", data)
    assert upgraded.returncode == 0, upgraded.stderr
    (backup,) = data.parent.glob("data.before-upgrade-*.backup")
    assert str(backup) in upgraded.stdout
    assert kept(data) == before
    assert tillit("verify", "--data", data).returncode == 0
    assert "nothing to upgrade" in tillit("upgrade", "--data", data).stdout
    left = {path.name for path in data.parent.glob("*data*")}
    assert left == {"data", backup.name, ".data.restoring.lock"}


def test_a_migration_that_fails_half_way_leaves_everything_as_it_was(data: Path) -> None:
    before = everything(data)
    failed = run("-c", FAILS_HALF_WAY, str(data))
    assert "the disk of this migration is full" in failed.stderr
    assert everything(data) == before
    assert not (data.parent / ".data.restoring").exists()


def test_a_newer_directory_is_refused(data: Path) -> None:
    with closing(sqlite3.connect(data / "app.sqlite")) as database:
        database.execute("insert into django_migrations (app, name, applied) values ('people', '0999_later', '2030')")
        database.commit()
    refused = tillit("serve", "--data", data, "--port", "0")
    assert refused.returncode == 2
    assert "newer tillit than this one (app.sqlite has people.0999_later)" in refused.stderr


def test_each_file_says_its_format(data: Path) -> None:
    for name in ("events.sqlite", "consents.sqlite", "decisions.sqlite"):
        with closing(sqlite3.connect(data / name)) as database:
            found = database.execute("pragma user_version").fetchone()[0]
            database.execute("pragma user_version = 99")
        with pytest.raises(FormatError, match=f"{name} has format 99"):
            standing(data)
        with closing(sqlite3.connect(data / name)) as database:
            database.execute(f"pragma user_version = {found}")


def test_a_directory_that_is_not_there_needs_none(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tillit_cli", "upgrade", "--data", str(tmp_path / "none")],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0
    assert not (tmp_path / "none").exists()
