"""The doctor finds what was broken, and only that."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from tillit.events.key import read_or_create_key
from tillit_web.backups.keys import key_of_the_day
from tillit_web.backups.record import BackupMade, note_backup
from tillit_web.retention.models import Run
from tillit_web.serving.doctor import examine
from tillit_web.serving.doctor_backups import examine_retention
from tillit_web.serving.finding import Finding

pytestmark = pytest.mark.django_db


@pytest.fixture
def well(tmp_path: Path) -> Path:
    """A data directory with nothing to mend."""
    tmp_path.chmod(0o700)
    read_or_create_key(tmp_path)
    for name in ("app.sqlite", "events.sqlite"):
        with closing(sqlite3.connect(tmp_path / name)) as database:
            database.execute("create table thing (name text)")
            database.executemany("insert into thing values (?)", [(f"{number:0>500}",) for number in range(200)])
            database.commit()
    return tmp_path


def _wrong(directory: Path) -> list[str]:
    return [finding.subject for finding in examine(directory) if not finding.is_well]


def _open_to_others(directory: Path) -> None:
    directory.chmod(0o755)


def _key_open_to_others(directory: Path) -> None:
    (directory / "secret.key").chmod(0o644)


def _key_cut(directory: Path) -> None:
    (directory / "secret.key").write_bytes(b"short")


def _key_lost(directory: Path) -> None:
    (directory / "secret.key").unlink()
    (directory / "log").mkdir()
    (directory / "log" / "000001-events.parquet").touch()


def _page_overwritten(directory: Path) -> None:
    path = directory / "app.sqlite"
    whole = bytearray(path.read_bytes())
    whole[8192:12288] = b"\xff" * 4096
    path.write_bytes(bytes(whole))


def test_a_well_directory_needs_nothing(well: Path) -> None:
    assert _wrong(well) == []


def test_a_directory_may_be_named_from_where_one_stands(well: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(well.parent)
    assert [finding.subject for finding in examine(Path(well.name)) if not finding.is_well] == []


@pytest.mark.parametrize(
    ("break_it", "subject"),
    [
        (_open_to_others, "data directory"),
        (_key_open_to_others, "secret key"),
        (_key_cut, "secret key"),
        (_key_lost, "secret key"),
        (_page_overwritten, "app.sqlite"),
    ],
)
def test_what_is_broken_is_named_with_what_to_do(well: Path, break_it: Callable[[Path], None], subject: str) -> None:
    break_it(well)
    assert _wrong(well) == [subject]


def test_a_database_that_cannot_be_opened_now_is_not_called_damaged(well: Path) -> None:
    """As on a full disk: whoever put a backup in its place would lose what came since."""
    with closing(sqlite3.connect(well / "app.sqlite")) as database:
        database.execute("pragma journal_mode = wal")
    (well / "app.sqlite-wal").mkdir()
    (finding,) = [finding for finding in examine(well) if finding.subject == "app.sqlite"]
    assert "unable to open" in finding.found
    assert "put nothing back yet" in finding.advice


def test_a_database_of_the_environment_that_does_not_answer_is_named(well: Path, settings: Settings) -> None:
    settings.DATABASE_URL = "no address"
    (finding,) = [finding for finding in examine(well) if finding.subject == "collection"]
    assert "TILLIT_DATABASE_URL does not answer" in finding.found
    assert not finding.is_well


def test_a_directory_that_is_not_there_says_how_to_make_one(tmp_path: Path) -> None:
    finding = examine(tmp_path / "none")[-1]
    assert "tillit serve --data" in finding.advice


def test_it_tells_the_age_of_the_last_backup_and_what_lies_about(well: Path) -> None:
    assert any(finding.found.startswith("none was made") for finding in examine(well))
    made = datetime.now(UTC) - timedelta(days=8)
    note_backup(well, BackupMade("/mnt/b", round(made.timestamp() * 1_000_000), f"{made:%Y-%m-%d}", 1))
    replaced = well.with_name(f"{well.name}.replaced-20260301T000000")
    replaced.mkdir()
    found = [finding for finding in examine(well) if finding.subject == "backup"]
    assert [finding.is_well for finding in found] == [False, False]
    assert "8 days ago, /mnt/b; its key has ended" in found[0].found
    assert str(replaced) in found[1].found
    key_of_the_day(well, now=made)
    assert f"it opens until {made.date() + timedelta(days=30)}" in next(
        finding.found for finding in examine(well) if finding.subject == "backup"
    )


def test_it_tells_what_retention_did_last(well: Path) -> None:
    def told() -> Finding:
        return next(finding for finding in examine_retention(served=True, now=datetime.now(UTC)))

    assert "yet" in told().found
    at = datetime.now(UTC) - timedelta(days=4)
    run = Run.objects.create(began_at=at, finished_at=at, removed={"web": 1200})
    assert "web 1,200" in told().found
    assert not told().is_well, "it looks once a day"
    Run.objects.filter(pk=run.pk).update(finished_at=datetime.now(UTC))
    assert told().is_well
