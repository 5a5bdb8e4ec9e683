"""Searching the files of a data directory for erased persons: every Parquet file and every SQLite table, as they lie.

Nothing here knows what erasure removes or where: it reads what is there, so that a place that erasure forgot is found.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tillit.errors import StoreError
from tillit.events.absence import Absent, Proof, Search, place_of
from tillit.events.erased import NEVER, came_at
from tillit.events.key import read_or_create_key
from tillit.events.log import EventLog
from tillit.journeys.locked import open_locked, store_key

SUBJECT_BYTES = 16
BATCH_ROWS = 131_072
_HEX = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
# A row of these is of the time it names; the first that a table has counts. Others have no time.
TIMES = ("occurred_at", "at", "opened_at", "asked_at", "noted_at", "decided_at", "received_at", "changed_at")
# What holds digests or hashes on purpose, by file and table; and rows that wait a minute, told of by the collector.
KEPT_ON_PURPOSE = {
    "events.sqlite": {"erased_subject", "erased_event", "erasing", "seen", "hot", "absence"},
    "app.sqlite": {"people_block"},  # who does not want to be contacted, as a hash
    "consents.sqlite": {"consent_once"},  # digests of answers' ids
}
# Whoever asks for a code, or is looked for, has not come back by that.
ASKED_ABOUT = {"me_pagecode", "people_accessrecord"}


def search(log: EventLog) -> Search:
    """Read every Parquet file and SQLite table of a data directory; `Search.proof` says what was found.

    Builds are read before the log, so that whoever came back meanwhile is in both. A file that goes while it is read
    was replaced by another.
    """
    found = Search(Absent(log))
    if not found.absent.until:
        return found
    key = store_key(read_or_create_key(log.directory))
    folders = (log.directory / "store", log.directory / "imports", log.directory / "log")
    for folder in folders:
        for path in sorted(folder.rglob("*.parquet")) if folder.is_dir() else ():
            _in_parquet(path, log.directory, found, key=key)
    for path in sorted(log.directory.glob("*.sqlite")):
        _in_sqlite(path, log.directory, found)
    return found


def prove(log: EventLog, *, at: int) -> Proof:
    """Search all files now (`at` in microseconds UTC)."""
    return search(log).proof(log, at=at)


def _in_parquet(path: Path, directory: Path, found: Search, *, key: bytes) -> None:
    try:
        with _opened(path, key) as file:
            names = file.schema_arrow.names
            subjects = [name for name in names if file.schema_arrow.field(name).type == pa.binary(SUBJECT_BYTES)]
            ids = [name for name in ("source", "event_id") if name in names]
            times = [name for name in ("occurred_at", "received_at") if name in names]
            if subjects:
                for batch in file.iter_batches(BATCH_ROWS, columns=[*subjects, *ids, *times]):
                    _in_rows(pa.Table.from_batches([batch]), subjects, path, directory, found)
    except FileNotFoundError:
        return
    except (pa.ArrowException, OSError, StoreError):
        found.unread.append(path.relative_to(directory).as_posix())
        return
    found.files += 1


def _opened(path: Path, key: bytes) -> pq.ParquetFile:
    """A Parquet file, locked or not."""
    try:
        return pq.ParquetFile(path)
    except OSError as refused:
        if isinstance(refused, FileNotFoundError) or "crypt" not in str(refused):
            raise
        return open_locked(path, key)


def _in_rows(rows: pa.Table, subjects: list[str], path: Path, directory: Path, found: Search) -> None:
    found.rows += rows.num_rows
    names = rows.schema.names
    has_time = "occurred_at" in names
    moments = came_at(rows) if has_time else None
    for name in subjects:
        place = place_of(path, directory, name)
        encoded = rows[name].combine_chunks().dictionary_encode()
        erased = {
            code: subject
            for code, subject in enumerate(encoded.dictionary.to_pylist())
            if subject is not None and found.absent.moment(subject) is not None
        }
        codes = encoded.indices.to_pylist() if erased else ()
        for row, code in enumerate(codes):
            if code in erased:
                found.met(place, erased[code], None if moments is None else int(moments[row]))
    if has_time and {"source", "event_id"} <= set(names):
        ids = found.absent.event_rows(rows["source"].to_pylist(), rows["event_id"].to_pylist())
        if ids.any():
            found.found[place_of(path, directory, "event_id")] += int(ids.sum())


def _in_sqlite(path: Path, directory: Path, found: Search) -> None:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
            tables = connection.execute("select name from sqlite_master where type = 'table'").fetchall()
            for (table,) in tables:
                if table not in KEPT_ON_PURPOSE.get(path.name, ()) and not table.startswith("sqlite_"):
                    rows = connection.execute(f'select * from "{table}"')  # noqa: S608 - a name of the file's own
                    _in_table((dict(row) for row in rows), path.name, table, found)
    except sqlite3.Error:
        found.unread.append(path.relative_to(directory).as_posix())
        return
    found.files += 1


def _in_table(rows: Iterator[Mapping[str, object]], file: str, table: str, found: Search) -> None:
    for row in rows:
        found.rows += 1
        named = {(name, subject) for name, value in row.items() for subject in subjects_in(value)}
        if named:
            at = _moment(row)
            for name, subject in named:
                found.met(f"{file}: {table}.{name}", subject, at, begins=table not in ASKED_ABOUT)


def subjects_in(value: object) -> Iterator[bytes]:
    """What may be a subject in a value: 16 bytes, or 32 hexadecimal digits within a text."""
    if isinstance(value, bytes):
        if len(value) == SUBJECT_BYTES:
            yield value
            return
        value = value.decode("utf-8", "replace")
    if isinstance(value, str):
        yield from map(bytes.fromhex, _HEX.findall(value))


def _moment(row: Mapping[str, object]) -> int | None:
    """When a row is of: microseconds as tillit writes them, or text as Django does; None where it names no time."""
    value = next((row[name] for name in TIMES if row.get(name) is not None), None)
    if value is None:
        return None
    if isinstance(value, int):
        return value
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return NEVER
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1_000_000)
