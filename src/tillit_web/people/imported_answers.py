"""Answers that files report: kept as consents, once, and never above an answer that was given later."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from tillit.ledger.ledger import SALT_BYTES, Ledger
from tillit.vocabulary import ContactChannel, Purpose
from tillit_web.people.consents import GIVEN, NO_CHANNEL, WITHDRAWN, How
from tillit_web.people.consents_file import opened, transaction

IMPORT_UNDONE = "import_undone"
ANSWERS_A_TRANSACTION = 2_000  # a collector that waits to write an answer of today waits for these
_COLUMNS = "(number, subject, purpose, channel, granted, at)"


@dataclass(frozen=True, slots=True)
class ImportedAnswer:
    """One answer as a file reports it.

    Attributes:
        subjects: Every identifier that its row names.
        where: What shows it: file, row, and what the file says.
        said_at: Microseconds UTC.
    """

    subjects: tuple[bytes, ...]
    purpose: Purpose
    channel: ContactChannel | None
    granted: bool
    wording: str
    language: str
    where: str
    said_at: int

    @property
    def digest(self) -> bytes:
        """The same for the same answer in any file."""
        said = [
            *(sorted(subject.hex() for subject in self.subjects), self.purpose, self.channel),
            *(self.granted, self.wording, self.said_at),
        ]
        return hashlib.sha256(json.dumps(["file", said]).encode()).digest()


@dataclass(frozen=True, slots=True)
class Kept:
    """How many answers of a file are new, were on record already, and are new but older than what counts."""

    new: int = 0
    known: int = 0
    overtaken: int = 0


def keep_imported(answers: Iterable[ImportedAnswer], *, import_id: str) -> Kept:
    """Put the answers of a file on record. Killed anywhere, the same call completes it.

    Args:
        import_id: Whose answers they are, so that undoing the import takes them back.
    """
    counts = {"new": 0, "known": 0, "overtaken": 0}
    waiting = iter(answers)
    while some := list(islice(waiting, ANSWERS_A_TRANSACTION)):
        with opened() as (connection, ledger), transaction(connection):
            for answer in some:
                counts[_keep(connection, ledger, answer, import_id)] += 1
    return Kept(**counts)


def take_back_imported(import_id: str) -> int:
    """Let the answers of an undone import count no more; the ledger keeps them, and that they were taken back.

    What they had overtaken counts again. Returns how many there were.
    """
    with opened() as (connection, ledger), transaction(connection):
        found = connection.execute("select number from consent_import where import_id = ?", (import_id,)).fetchall()
        numbers = [int(number) for (number,) in found]
        if not numbers:
            return 0
        content = json.dumps({"import": import_id, "answers": numbers}).encode()
        ledger.append(IMPORT_UNDONE, content, at=_now(), salt=secrets.token_bytes(SALT_BYTES))
        choices = set(_choices_in(connection, numbers))
        for table in ("consent_subject", "consent_overtaken", "consent_once", "consent_import"):
            connection.executemany(f"delete from {table} where number = ?", [(number,) for number in numbers])  # noqa: S608
        for subject, purpose, channel in choices:
            _count_what_was_overtaken(connection, subject, purpose, channel)
    return len(numbers)


def _keep(connection: sqlite3.Connection, ledger: Ledger, answer: ImportedAnswer, import_id: str) -> str:
    digest = answer.digest
    if connection.execute("select 1 from consent_once where digest = ?", (digest,)).fetchone():
        return "known"
    channel = answer.channel.value if answer.channel else NO_CHANNEL
    # One identifier that said otherwise later is enough: a row speaks of one customer.
    is_overtaken = any(
        _was_answered_later(connection, subject, answer.purpose, channel, answer) for subject in answer.subjects
    )
    own = sorted(set(answer.subjects))
    said = {
        "purpose": answer.purpose.value,
        "channel": answer.channel.value if answer.channel else None,
        "granted": answer.granted,
        "wording": answer.wording,
        "language": answer.language,
        "how": How.FILE.value,
        "where": answer.where,
        "said_at": datetime.fromtimestamp(answer.said_at / 1e6, UTC).isoformat(),
        "subjects": [subject.hex() for subject in own],
    }
    entry = ledger.append(
        GIVEN if answer.granted else WITHDRAWN,
        json.dumps(said, ensure_ascii=False).encode(),
        at=_now(),
        salt=secrets.token_bytes(SALT_BYTES),
    )
    table = "consent_overtaken" if is_overtaken else "consent_subject"
    connection.executemany(
        f"insert into {table} {_COLUMNS} values (?, ?, ?, ?, ?, ?)",  # noqa: S608
        [(entry.number, subject, answer.purpose, channel, answer.granted, answer.said_at) for subject in own],
    )
    connection.execute("insert into consent_once (digest, number) values (?, ?)", (digest, entry.number))
    connection.execute("insert into consent_import (import_id, number) values (?, ?)", (import_id, entry.number))
    return "overtaken" if is_overtaken else "new"


def _was_answered_later(
    connection: sqlite3.Connection, subject: bytes, purpose: str, channel: str, answer: ImportedAnswer
) -> bool:
    standing = _standing(connection, subject, purpose, channel)
    # Of two answers of the same moment a no stands.
    return standing is not None and (standing[0], not standing[1]) > (answer.said_at, not answer.granted)


def _standing(connection: sqlite3.Connection, subject: bytes, purpose: str, channel: str) -> tuple[int, bool] | None:
    row = connection.execute(
        "select at, granted from consent_subject where subject = ? and purpose = ? and channel = ? "
        "order by number desc limit 1",
        (subject, purpose, channel),
    ).fetchone()
    return None if row is None else (int(row[0]), bool(row[1]))


def _choices_in(connection: sqlite3.Connection, numbers: Collection[int]) -> Iterator[tuple[bytes, str, str]]:
    for number in numbers:
        yield from connection.execute(
            "select subject, purpose, channel from consent_subject where number = ?", (number,)
        ).fetchall()


def _count_what_was_overtaken(connection: sqlite3.Connection, subject: bytes, purpose: str, channel: str) -> None:
    """Let the latest answer that only an undone import had overtaken count, if nothing later stands."""
    which = "where subject = ? and purpose = ? and channel = ?"
    latest = connection.execute(
        f"select number, at, granted from consent_overtaken {which} order by at desc, granted limit 1",  # noqa: S608
        (subject, purpose, channel),
    ).fetchone()
    standing = _standing(connection, subject, purpose, channel)
    if latest is None or (standing is not None and (standing[0], not standing[1]) > (latest[1], not latest[2])):
        return
    row = (latest[0], subject, purpose, channel)
    connection.execute(
        f"insert into consent_subject {_COLUMNS} select {_COLUMNS[1:-1]} from consent_overtaken "  # noqa: S608
        "where number = ? and subject = ? and purpose = ? and channel = ?",
        row,
    )
    connection.execute(
        "delete from consent_overtaken where number = ? and subject = ? and purpose = ? and channel = ?", row
    )


def _now() -> int:
    return time.time_ns() // 1_000
