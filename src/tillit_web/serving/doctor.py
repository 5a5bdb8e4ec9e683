"""`tillit doctor`: look at a data directory without changing it, and say what is wrong and what to do."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import stat
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import django
import duckdb
import pyarrow as pa
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from tillit import __version__
from tillit.errors import TillitError
from tillit.events.absence import recorded
from tillit.events.key import KEY_BYTES, KEY_FILE
from tillit.events.log import EventLog
from tillit_web.collect import queries as collection
from tillit_web.collect.verifying import verify_collection
from tillit_web.jobs import queries
from tillit_web.serving.doctor_backups import examine_backups, examine_retention
from tillit_web.serving.doctor_listening import examine_booking_mails, examine_calendars, examine_mailboxes
from tillit_web.serving.finding import Finding
from tillit_web.serving.lock import holder
from tillit_web.serving.sound import SOUND, soundness

LEAST_FREE_BYTES = 500 * 1024 * 1024
ALARM_MICROS = 24 * 3600 * 1_000_000  # alarms of the last day are told
DATABASES = ("app.sqlite", "events.sqlite")


def examine(directory: Path) -> tuple[Finding, ...]:
    """Look at everything in a data directory for which Django is set up; in the order of the printed page."""
    versions = f"tillit {__version__}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
    versions += f"DuckDB {duckdb.__version__}, Arrow {pa.__version__}, Django {django.get_version()}"
    findings = [Finding("versions", versions)]
    if not directory.is_dir():
        missing = Finding(
            "data directory", f"{directory} is not a directory", f"tillit serve --data {directory} makes it"
        )
        return (*findings, missing)
    findings += [_directory(directory), _key(directory), _disk(directory), _lock(directory)]
    databases = [finding for name in DATABASES if (finding := _database(directory / name)) is not None]
    findings += databases
    if all(finding.is_well for finding in databases):
        findings += _segments(directory)
        findings += _collection(directory)
        findings += _erasure(directory)
        findings += _work(directory)
    findings += examine_backups(directory, now=datetime.now(UTC))
    return tuple(findings)


def _directory(directory: Path) -> Finding:
    mode = stat.S_IMODE(directory.stat().st_mode)
    if mode & 0o077:
        return Finding(
            "data directory", f"others on this machine may read it (mode {mode:o})", f"chmod 700 {directory}"
        )
    if os.statvfs(directory).f_flag & os.ST_RDONLY:
        return Finding("data directory", "on a disk that can only be read", "mount it writable, then look again")
    if not os.access(directory, os.W_OK):
        return Finding("data directory", "not writable", f"chown it to the user that runs tillit: {directory}")
    return Finding("data directory", str(directory))


def _key(directory: Path) -> Finding:
    path = directory / KEY_FILE
    if not path.is_file():
        has_data = any((directory / "log").glob("*.parquet"))
        if has_data:
            return Finding(
                "secret key", f"{KEY_FILE} is missing", f"put {path} back from your backup; nothing can replace it"
            )
        return Finding("secret key", "not made yet")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return Finding("secret key", f"others on this machine may read it (mode {mode:o})", f"chmod 600 {path}")
    if (size := path.stat().st_size) != KEY_BYTES:
        return Finding("secret key", f"{size} bytes instead of {KEY_BYTES}", f"put {path} back from your backup")
    return Finding("secret key", "there, and readable by its owner alone")


def _disk(directory: Path) -> Finding:
    free = shutil.disk_usage(directory).free
    found = f"{free / 1e9:.1f} GB free"
    if free < LEAST_FREE_BYTES:
        return Finding("disk", found, "make room: imports and builds need at least twice the size of the file")
    return Finding("disk", found)


def _lock(directory: Path) -> Finding:
    process = holder(directory)
    return Finding("serving", f"by process {process}" if process else "nobody serves this directory now")


def _database(path: Path) -> Finding | None:
    if not path.is_file():
        return None
    try:
        answer = soundness(path)
    except sqlite3.DatabaseError as error:
        advice = "nothing says that it is damaged: mend disk or rights first, look again, put nothing back yet"
        return Finding(path.name, f"cannot be read now ({error})", advice)
    if answer != SOUND:
        return Finding(path.name, answer, f"stop tillit and put {path} back from your backup")
    return Finding(path.name, f"sound, {path.stat().st_size / 1e6:.1f} MB")


def _segments(directory: Path) -> Iterator[Finding]:
    if not (directory / "events.sqlite").is_file():
        return
    try:
        with EventLog.open(directory) as log:
            damaged = log.verify()
    except TillitError as error:
        yield Finding("event log", str(error), "see the message")
        return
    if not damaged:
        yield Finding("event log", "every segment is as it was written")
    for damage in damaged:
        yield Finding(
            "event log", str(damage), "put this file back from your backup, or undo its import and import again"
        )


def _collection(directory: Path) -> Iterator[Finding]:
    if not (directory / "events.sqlite").is_file():
        return
    try:
        found = verify_collection(directory)
    except TillitError as error:
        yield Finding("collection", str(error), "start that database, or mend TILLIT_DATABASE_URL")
        return
    for wrong in found.wrong:
        yield Finding(
            "collection", wrong, "keep a copy of the directory, and report this: the counts should always hold"
        )
    if not found.wrong:
        waiting = f", {found.unsealed:,} wait to be sealed" if found.unsealed else ""
        yield Finding("collection", f"{found.received:,} events received, {found.accepted:,} accepted{waiting}")
    now = time.time_ns() // 1000
    for alarm in collection.alarms(directory, since=now - ALARM_MICROS):
        yield Finding(
            "collection", f"{alarm.code} {alarm.detail}".strip() + f", {alarm.times:,} times, the last one lately"
        )


def _erasure(directory: Path) -> Iterator[Finding]:
    """What the last nightly search for whoever was erased found; nothing where nobody ever was."""
    if not (directory / "events.sqlite").is_file():
        return
    with EventLog.open(directory) as log:
        last = next(iter(recorded(log, most=1)), None)
    if last is None or not (last.erased or last.overdue):
        return
    when = f"{datetime.fromtimestamp(last.at / 1_000_000, UTC):%Y-%m-%d %H:%M} UTC"
    again = f"tillit forget --data {directory} --found erases again whoever is found, and who waits"
    if last.traces:
        yield Finding("erasure", f"something of erased persons was found {when} in {last.traces[0].place}", again)
    if last.overdue:
        yield Finding("erasure", f"{len(last.overdue)} have waited for more than 72 hours", again)
    for name in last.unread:
        yield Finding("erasure", f"{name} cannot be read", "put this file back from your backup, or undo its import")
    if last.is_clean:
        yield Finding("erasure", f"nothing of {last.erased:,} erased identifiers was found {when}")


def _work(directory: Path) -> Iterator[Finding]:
    if not (directory / "app.sqlite").is_file():
        return
    loader = MigrationLoader(connection)
    unknown = set(loader.applied_migrations) - set(loader.disk_migrations)
    if unknown:
        names = ", ".join(sorted(f"{app}.{name}" for app, name in unknown)[:3])
        yield Finding("app.sqlite", f"written by a newer tillit ({names})", "install that version or a newer one")
        return
    if set(loader.disk_migrations) - set(loader.applied_migrations):
        yield Finding("app.sqlite", "from an older tillit; the next start brings it up to date")
        return
    served = holder(directory) is not None
    if served and not queries.worker_is_alive():
        yield Finding(
            "worker", "silent for more than a minute", "read the log of `tillit serve` for why it ended, and restart"
        )
    now = datetime.now(UTC)
    yield from examine_retention(served=served, now=now)
    yield from examine_mailboxes(served=served, now=now)
    yield from examine_calendars(now=now)
    yield from examine_booking_mails(served=served)
    stuck = queries.waiting_too_long()
    if served and stuck:
        yield Finding("jobs", f"{stuck} waiting for more than ten minutes", "restart `tillit serve`")
    failed = queries.failed_lately()
    if failed:
        yield Finding("jobs", f"{failed} failed in the last seven days; their pages say why")
