"""The event log: which segments are committed, which import brought them, and which build is current.

A list in `events.sqlite` says what the log holds, never the folder: a file that the list does not name is not there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

from tillit.errors import DamagedSegment, FormatError, LogBusy, StoreError
from tillit.events.lock import held
from tillit.events.segments import Damage, Segment, SegmentKind, damage
from tillit.sentences import paragraph, sentence
from tillit.write_ahead import write_ahead

FORMAT = 1
WAIT_FOR_SQLITE_SECONDS = 30.0


class ImportState(StrEnum):
    """publishing → done → undone. Only a done import's events are in the log."""

    PUBLISHING = "publishing"
    DONE = "done"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class LoggedImport:
    """What one import brought into the log.

    Attributes:
        number: Its place in the order of imports, from 1.
        events: Events it added when it was published.
        duplicate_events: Events the log had before, with the same content.
        conflict_events: Events whose id the log had with other content; the first stays.
        duplicate_rows: Rows of the file none of whose events were new, all of them duplicates.
        conflict_rows: Rows none of whose events were new, at least one of them a conflict.
        recovered_events: Held events that were let in later, because the import they repeated was undone.
    """

    id: str
    number: int
    state: ImportState
    events: int
    duplicate_events: int
    conflict_events: int
    duplicate_rows: int
    conflict_rows: int
    recovered_events: int


class EventLog:
    """The log of one data directory. Use it in the thread that opened it, and close it."""

    def __init__(self, directory: Path, connection: sqlite3.Connection) -> None:
        self.directory = directory
        self.connection = connection

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Open the log in a data directory, or begin one there.

        Raises:
            FormatError: A newer tillit wrote it.
        """
        (directory / "log").mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(directory / "events.sqlite", timeout=WAIT_FOR_SQLITE_SECONDS, isolation_level=None)
        try:
            connection.row_factory = sqlite3.Row
            write_ahead(connection)
            connection.execute("pragma synchronous = full")
            connection.execute("pragma foreign_keys = on")
            connection.execute("pragma secure_delete = on")  # what is erased must not stay in free pages
            log = cls(directory, connection)
            log._settle_format()
        except BaseException:
            connection.close()
            raise
        with held(log._write_lock) as alone:
            if alone:  # otherwise somebody is writing, and what looks left over is theirs
                log._clear_leftovers()
        return log

    def close(self) -> None:
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Reading

    def imports(self) -> tuple[LoggedImport, ...]:
        """Every import the log knows, in the order in which they began."""
        return tuple(_logged(row) for row in self.connection.execute("select * from import order by number"))

    def find_import(self, import_id: str) -> LoggedImport | None:
        row = self.connection.execute("select * from import where id = ?", (import_id,)).fetchone()
        return None if row is None else _logged(row)

    def segments(self, kind: SegmentKind) -> tuple[Segment, ...]:
        """The live segments of a kind, in the order of their ids; damaged ones too, so check them before reading."""
        rows = self.connection.execute(
            "select * from segment where state = 'live' and kind = ? order by id", (kind.value,)
        )
        return tuple(self._segment(row) for row in rows)

    def sound(self, kind: SegmentKind) -> tuple[Path, ...]:
        """The files of a kind that may be read: live, and their digest is the recorded one."""
        return tuple(segment.path for segment in self.segments(kind) if damage(segment) is None)

    def sound_or_refuse(self, segments: Sequence[Segment]) -> list[Path]:
        """The files of these segments, if every one is as it was written.

        Raises:
            DamagedSegment: With all that are not.
        """
        if found := [error for segment in segments if (error := damage(segment)) is not None]:
            raise DamagedSegment(
                sentence(
                    "The log cannot tell what is new while it cannot read all it has. Damaged: {damaged}. "
                    "Restore these files from a backup, or undo their imports and import the original files again.",
                    damaged=paragraph(*(damaged.sentence for damaged in found)),
                )
            )
        return [segment.path for segment in segments]

    def damaged(self) -> tuple[Damage, ...]:
        """Every live segment that is withheld from readers, with what is wrong."""
        return self._damage(afresh=False)

    def verify(self) -> tuple[Damage, ...]:
        """Read every live segment from disk again and compare it with its recorded digest."""
        return self._damage(afresh=True)

    # Writing

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the log's write lock: one import or undo at a time in a data directory.

        Raises:
            LogBusy: Another process holds it.
        """
        with held(self._write_lock) as alone:
            if not alone:
                raise LogBusy(
                    sentence(
                        "Another import or undo is being written in {directory}. Nothing was changed; "
                        "wait until it is finished and try again.",
                        directory=str(self.directory),
                    )
                )
            self._clear_leftovers()
            yield

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing on `events.sqlite`; on stable storage when the block is left."""
        self.connection.execute("begin immediate")
        try:
            yield self.connection
        except BaseException:
            self.connection.execute("rollback")
            raise
        self.connection.execute("commit")

    def new_segment(self, kind: SegmentKind, import_id: str) -> Segment:
        """Note the intent to write a segment, and give it its id and its place. Nobody reads it until it is live."""
        with self.transaction() as connection:
            cursor = connection.execute(
                "insert into segment (kind, state, import_id) values (?, 'writing', ?) returning *",
                (kind.value, import_id),
            )
            return self._segment(cursor.fetchone())

    def withdrawn(self) -> tuple[Segment, ...]:
        """Segments that left the log with their import and whose files are still there."""
        rows = self.connection.execute("select * from segment where state = 'withdrawn' order by id")
        return tuple(segment for row in rows if (segment := self._segment(row)).path.exists())

    # Inside

    @property
    def _write_lock(self) -> Path:
        return self.directory / "log" / "write.lock"

    def _settle_format(self) -> None:
        with self.transaction() as connection:
            found = connection.execute("pragma user_version").fetchone()[0]
            if found > FORMAT:
                raise FormatError(
                    f"{self.directory / 'events.sqlite'} has format {found}; this tillit knows up to {FORMAT}. "
                    "Nothing was changed. Install the newer tillit that wrote it."
                )
            if found == 0:
                for statement in Path(__file__).with_name("log.sql").read_text(encoding="utf-8").split(";\n"):
                    connection.execute(statement)
                connection.execute(f"pragma user_version = {FORMAT}")

    def _clear_leftovers(self) -> None:
        """Remove what a killed writer left. Every such file has a row, since the row is written first."""
        rows = self.connection.execute("select * from segment where state = 'writing'").fetchall()
        if not rows:
            return
        for row in rows:
            path = self._segment(row).path
            path.unlink(missing_ok=True)
            path.with_name(path.name + ".tmp").unlink(missing_ok=True)
        with self.transaction() as connection:
            connection.execute("delete from segment where state = 'writing'")

    def _damage(self, *, afresh: bool) -> tuple[Damage, ...]:
        found = (damage(segment, afresh=afresh) for kind in SegmentKind for segment in self.segments(kind))
        return tuple(error for error in found if error is not None)

    def _segment(self, row: sqlite3.Row) -> Segment:
        kind = SegmentKind(row["kind"])
        return Segment(
            id=row["id"],
            kind=kind,
            import_id=row["import_id"],
            path=self.directory / "log" / f"{row['id']:06}-{kind.value}.parquet",
            rows=row["rows"],
            sha256=row["sha256"],
        )


def require_import(log: EventLog, import_id: str) -> LoggedImport:
    """The import of this id.

    Raises:
        StoreError: The log has none.
    """
    found = log.find_import(import_id)
    if found is None:
        raise StoreError(
            sentence(
                "The log in {directory} has no import {import_id}; it may never have begun.",
                directory=str(log.directory),
                import_id=import_id,
            )
        )
    return found


def _logged(row: sqlite3.Row) -> LoggedImport:
    values = {name: row[name] for name in row.keys()}  # noqa: SIM118 - a Row iterates over its values
    return LoggedImport(**{**values, "state": ImportState(values["state"])})
