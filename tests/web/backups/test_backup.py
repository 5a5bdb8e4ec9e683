"""A backup holds everything that matters, as of one moment, while events go on arriving."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.events.test_sealing import nothing
from tests.torture.test_order import first_arrivals
from tillit.errors import BackupError, FileError
from tillit.events import erasures
from tillit.events.erased_outside import read_outside
from tillit.events.key import read_or_create_key
from tillit.events.log import EventLog
from tillit.events.sealing import seal
from tillit.events.segments import SegmentKind
from tillit_web.backups.actions import erased_beside, keep_erased, make_backup, tidy
from tillit_web.backups.archive import Manifest, read_archive
from tillit_web.backups.keys import find_key
from tillit_web.backups.record import backups_made
from tillit_web.backups.snapshot import WORK
from tillit_web.backups.stream import DecryptingReader, read_header
from tillit_web.collect.sqlite_storage import SqliteStorage

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory with a sealed segment, rows that wait, and files of people and of nobody."""
    folder = tmp_path / "data"
    folder.mkdir()
    read_or_create_key(folder)
    storage = SqliteStorage.open(folder)
    with EventLog.open(folder) as log:
        storage.accept(first_arrivals(40))
        seal(log, storage, keep_contacts=nothing, work=folder / "work")
    storage.close()
    (folder / "employees.json").write_text('{"shop": 7}')
    (folder / "imports" / "a").mkdir(parents=True)
    (folder / "imports" / "a" / "upload.csv").write_bytes(b"x" * 3_000_000)
    for left_out in ("store/1/events.parquet", "log/000099-events.parquet", "log/000001-events.parquet.tmp"):
        (folder / left_out).parent.mkdir(parents=True, exist_ok=True)
        (folder / left_out).write_text("not in the list")
    return folder


def unpacked(data: Path, backup: Path, into: Path) -> Manifest:
    into.mkdir()
    with backup.open("rb") as file:
        header = read_header(file, name=backup.name)
        key = find_key(data, header.key)
        assert key is not None
        return read_archive(DecryptingReader(file, header, key.secret, name=backup.name), into, name=backup.name)


def files_in(folder: Path) -> dict[str, str]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def test_it_holds_what_the_log_lists_and_what_else_lies_there_but_no_key(data: Path, tmp_path: Path) -> None:
    made = make_backup(data, tmp_path / "b", now=NOW)
    manifest = unpacked(data, made.path, tmp_path / "out")
    found = files_in(tmp_path / "out")
    assert found == manifest.files
    with EventLog.open(data) as log:
        live = {f"log/{segment.path.name}": segment.sha256 for kind in SegmentKind for segment in log.segments(kind)}
    assert live
    assert {name: digest for name, digest in found.items() if name.startswith("log/")} == live
    others = {name for name in found if not name.startswith("log/")}
    assert others == {"events.sqlite", "employees.json", "imports/a/upload.csv"}
    raw = made.path.read_bytes()
    assert read_or_create_key(data) not in raw
    assert b"employees.json" not in raw
    assert not (data / WORK).exists()
    assert [line.path for line in backups_made(data)] == [str(made.path)]


def test_events_that_were_acknowledged_before_are_in_it_and_the_copy_is_sound(data: Path, tmp_path: Path) -> None:
    arrivals = first_arrivals(2_000)
    told: list[bytes] = []
    stop = threading.Event()

    def collect() -> None:
        storage = SqliteStorage.open(data)
        for start in range(40, 2_000, 5):
            group = arrivals[start : start + 5]
            storage.accept(group)
            told.extend(one.digest for one in group)
            if stop.is_set():
                break
        storage.close()

    collecting = threading.Thread(target=collect)
    collecting.start()
    while len(told) < 50:
        stop.wait(0.001)
    before = list(told)
    made = make_backup(data, tmp_path / "b", now=NOW)
    stop.set()
    collecting.join()
    unpacked(data, made.path, tmp_path / "out")
    with closing(sqlite3.connect(tmp_path / "out" / "events.sqlite")) as database:
        assert database.execute("pragma integrity_check").fetchall() == [("ok",)]
        known = {bytes(digest) for (digest,) in database.execute("select digest from seen")}
        accepted = database.execute("select sum(accepted) from hour").fetchone()[0]
        waiting = database.execute("select count(*) from hot").fetchone()[0]
    assert known >= set(before)
    assert accepted == len(known) == waiting + 40


def test_a_damaged_segment_is_kept_as_it_is_and_named(data: Path, tmp_path: Path) -> None:
    segment = data / "log" / "000001-events.parquet"
    segment.write_bytes(segment.read_bytes()[:-1] + b"\0")
    made = make_backup(data, tmp_path / "b", now=NOW)
    assert made.damaged == ("log/000001-events.parquet",)
    unpacked(data, made.path, tmp_path / "out")
    assert (tmp_path / "out" / "log" / segment.name).read_bytes() == segment.read_bytes()


@pytest.mark.parametrize(
    ("to", "says"),
    [
        (lambda data: data / "inside", "would go with it"),
        (lambda data: data.parent / "nowhere" / "b", "no folder"),
        (lambda data: data / "employees.json", "there already"),
    ],
)
def test_places_where_no_backup_belongs_are_refused(data: Path, to: Callable[[Path], Path], says: str) -> None:
    with pytest.raises(FileError, match=says):
        make_backup(data, to(data), now=NOW)


def test_a_folder_gets_a_file_named_by_the_time(data: Path, tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    assert make_backup(data, tmp_path / "backups", now=NOW).path.name == "tillit-2026-03-01T120000.backup"


def test_without_what_waits_in_postgresql_it_is_refused_with_what_to_run(data: Path, tmp_path: Path) -> None:
    (data / "collects-in-postgresql").touch()
    with pytest.raises(BackupError, match="pg_dump"):
        make_backup(data, tmp_path / "b", now=NOW)
    assert not (tmp_path / "b").exists()
    assert make_backup(data, tmp_path / "b", now=NOW, without_database=True).files


def test_who_was_erased_is_told_beside_the_backups(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    make_backup(data, folder, now=NOW)
    subject = b"s" * 16
    with EventLog.open(data) as log:
        erasures.ask(log, [subject], by="owner", at=7)
    (beside,) = keep_erased(data, now=NOW + timedelta(days=1))
    for path in (beside, data / "erased.ledger"):
        known = read_outside(path)
        assert known is not None
        assert known.until == {hashlib.sha256(b"erased subject\x00" + subject).digest()[:16]: 7}
        assert known.as_of == round((NOW + timedelta(days=1)).timestamp() * 1_000_000)
        assert beside == erased_beside(folder, known.installation)


def test_keys_end_by_the_schedule_and_the_record_forgets_what_nobody_can_open(data: Path, tmp_path: Path) -> None:
    make_backup(data, tmp_path / "old", now=NOW)
    (data / WORK).mkdir()
    (data / WORK / "app.sqlite").write_text("left by a kill")
    assert tidy(data, now=NOW + timedelta(days=29)) == ()
    assert not (data / WORK).exists()
    assert tidy(data, now=NOW + timedelta(days=30)) == ("2026-03-01",)
    make_backup(data, tmp_path / "new", now=NOW + timedelta(days=40))
    assert [Path(made.path).name for made in backups_made(data)] == ["new"]
    assert json.loads((data / "backups.json").read_bytes())[0]["key"] == "2026-04-10"
