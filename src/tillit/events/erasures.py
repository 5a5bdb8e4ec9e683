"""The erasure ledger: who is to be erased, who was, and what a receipt may say about it afterwards.

While an erasure waits, its subjects stand here so that readers can leave them out. Once it is done only digests of
them are left, by which whatever comes back is recognised and not let in.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

from tillit.events.log import EventLog

DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class Waiting:
    """An erasure that is not done; times are microseconds UTC.

    Attributes:
        subjects: The person's, so far: the whole person's from `widen` on.
        filtered_at: When tables and the build were without them; None before that. Files may still hold them.
    """

    number: int
    asked_at: int
    subjects: frozenset[bytes]
    filtered_at: int | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an erasure did; without a word about whom.

    Attributes:
        asked_by: "customer", "owner", "command", or "restore" where an old backup had brought somebody back.
        filtered_at: Microseconds UTC; when tables and the build were without the person. None before that.
        done_at: Microseconds UTC; when no file held the person any more. None before that.
        removed: Rows removed, by place: a table, a file, a kind of file.
        kept: Rows that stay on purpose, by place.
    """

    number: int
    asked_at: int
    asked_by: str
    filtered_at: int | None
    done_at: int | None
    removed: Mapping[str, int]
    kept: Mapping[str, int]

    @property
    def rows(self) -> int:
        return sum(self.removed.values())


@dataclass(frozen=True, slots=True)
class Total:
    """Events of erased persons that stay counted: in a day (2026-03-01), a month (2026-03) or altogether ("")."""

    period: str
    channel: str
    function: str
    events: int


def subject_digest(subject: bytes) -> bytes:
    """What is kept of an erased subject, itself a keyed hash: without the key nobody can try values."""
    return hashlib.sha256(b"erased subject\x00" + subject).digest()[:DIGEST_BYTES]


def event_digest(source: str, event_id: str, *, key: bytes) -> bytes:
    """What is kept of an erased event's id; keyed, since ids such as order numbers could be tried."""
    return hashlib.blake2b(f"{source}\x00{event_id}".encode(), key=key, digest_size=DIGEST_BYTES).digest()


def ask(log: EventLog, subjects: Collection[bytes], *, by: str, at: int, receipt_digest: bytes = b"") -> int:
    """Put an erasure on record; returns its number. On stable storage when this returns.

    Args:
        log: An open log.
        subjects: What is known of the person's identifiers; the rest of the component is found when it is done.
        by: "customer", "owner" or "command".
        at: Now, in microseconds UTC.
        receipt_digest: SHA-256 of the token that opens the receipt; empty where nobody was given one.
    """
    create(log)
    with log.transaction() as connection:
        number = connection.execute(
            "insert into erasure (asked_at, asked_by, receipt_digest, state) values (?, ?, ?, 'asked')"
            " returning number",
            (at, by, receipt_digest),
        ).fetchone()[0]
        connection.executemany(
            "insert into erasing (erasure, subject) values (?, ?)", [(number, subject) for subject in set(subjects)]
        )
    return int(number)


def waiting(log: EventLog) -> tuple[Waiting, ...]:
    """The erasures that are not done, in the order in which they were asked for."""
    if not _is_there(log):
        return ()
    subjects: dict[int, set[bytes]] = {}
    for number, subject in log.connection.execute("select erasure, subject from erasing"):
        subjects.setdefault(number, set()).add(bytes(subject))
    rows = log.connection.execute(
        "select number, asked_at, filtered_at from erasure where state <> 'done' order by number"
    )
    return tuple(Waiting(number, at, frozenset(subjects.get(number, ())), done or None) for number, at, done in rows)


def hidden_subjects(log: EventLog) -> frozenset[bytes]:
    """The subjects that no reader may be shown, though files still hold them."""
    return frozenset[bytes]().union(*(one.subjects for one in waiting(log)))


def widen(log: EventLog, erasure: Waiting, component: Collection[bytes]) -> Waiting:
    """Erase a whole person: add these subjects, and let nothing of theirs in from now on."""
    subjects = erasure.subjects.union(component)
    with log.transaction() as connection:
        connection.executemany(
            "insert or ignore into erasing (erasure, subject) values (?, ?)",
            [(erasure.number, subject) for subject in subjects],
        )
        connection.executemany(
            "insert into erased_subject (digest, until) values (?, ?)"
            " on conflict do update set until = max(until, excluded.until)",
            [(subject_digest(subject), erasure.asked_at) for subject in subjects],
        )
    return replace(erasure, subjects=subjects)


def note_filtered(log: EventLog, erasure: Waiting, *, at: int) -> None:
    """Say that tables and the build are without a person now; what files hold goes with the next rewriting."""
    with log.transaction() as connection:
        connection.execute(
            "update erasure set state = 'filtered', filtered_at = ? where number = ? and state = 'asked'",
            (at, erasure.number),
        )


def let_nothing_in(log: EventLog, until: Mapping[bytes, int]) -> dict[bytes, int]:
    """Have nothing of these digests' subjects let in from before their moments: they were erased elsewhere or earlier.

    Returns:
        Those of which this log did not know, or knew an earlier moment.
    """
    create(log)
    known = subjects_until(log)
    newer = {digest: moment for digest, moment in until.items() if digest not in known or known[digest] < moment}
    with log.transaction() as connection:
        connection.executemany(
            "insert into erased_subject (digest, until) values (?, ?)"
            " on conflict do update set until = max(until, excluded.until)",
            list(newer.items()),
        )
    return newer


def note_rows(log: EventLog, erasure: int, place: str, rows: int) -> None:
    """Note for the receipt how many rows of a place are removed, before they are: after a kill fewer are found."""
    if rows:
        with log.transaction() as connection:
            add_rows(connection, erasure, place, rows)


def add_rows(connection: sqlite3.Connection, erasure: int, place: str, rows: int) -> None:
    """As `note_rows`, in the caller's transaction: counted exactly when what it counts is gone."""
    connection.execute(
        "insert into erasure_count (erasure, place, rows) values (?, ?, ?)"
        " on conflict do update set rows = max(rows, excluded.rows)",
        (erasure, place, rows),
    )


def finish(log: EventLog, erasure: Waiting, *, at: int, kept: Mapping[str, int]) -> Receipt:
    """Write the receipt and forget the subjects; what is left of them are digests."""
    with log.transaction() as connection:
        rows = connection.execute(
            "select place, rows from erasure_count where erasure = ? order by place", _of(erasure)
        )
        removed = {row["place"]: row["rows"] for row in rows}
        connection.execute(
            "update erasure set state = 'done', done_at = ?, receipt = ? where number = ?",
            (at, json.dumps({"removed": removed, "kept": dict(kept)}), erasure.number),
        )
        connection.execute("delete from erasing where erasure = ?", _of(erasure))
        connection.execute("delete from erasure_count where erasure = ?", _of(erasure))
    return receipts(log, number=erasure.number)[0]


def receipts(log: EventLog, *, number: int | None = None, receipt_digest: bytes | None = None) -> tuple[Receipt, ...]:
    """The receipts, the latest first: all, that of a number, or that of a token's digest."""
    if not _is_there(log):
        return ()
    rows = log.connection.execute(
        "select number, asked_at, asked_by, filtered_at, done_at, receipt from erasure"
        " where (:number is null or number = :number) and (:digest is null or receipt_digest = :digest)"
        " order by number desc",
        {"number": number, "digest": receipt_digest},
    )
    return tuple(_receipt(dict(row)) for row in rows)


def erased_persons(log: EventLog) -> int:
    """How many erasures are done."""
    if not _is_there(log):
        return 0
    return int(log.connection.execute("select count(*) from erasure where state = 'done'").fetchone()[0])


def totals(log: EventLog) -> tuple[Total, ...]:
    """How many events of erased persons stay counted, by period, channel and function."""
    if not _is_there(log):
        return ()
    rows = log.connection.execute("select period, channel, function, events from erased_total order by 1, 2, 3")
    return tuple(Total(*row) for row in rows)


def create(log: EventLog) -> None:
    """Make the ledger's tables where they are not there yet: a log of an earlier day has none."""
    text = files("tillit.events").joinpath("erasures.sql").read_text(encoding="utf-8")
    for statement in text.split(";\n"):
        log.connection.execute(statement)


def subjects_until(log: EventLog) -> dict[bytes, int]:
    """Digests of the erased subjects, each with the moment until which everything of theirs is gone."""
    if not _is_there(log):
        return {}
    return {bytes(row["digest"]): row["until"] for row in log.connection.execute("select * from erased_subject")}


def erased_until(log: EventLog, subject: bytes) -> int | None:
    """The moment until which everything of one subject is gone; None where it never was erased."""
    if not _is_there(log):
        return None
    row = log.connection.execute(
        "select until from erased_subject where digest = ?", (subject_digest(subject),)
    ).fetchone()
    return None if row is None else int(row["until"])


def erased_events(log: EventLog) -> frozenset[bytes]:
    """Digests of the erased events' ids."""
    if not _is_there(log):
        return frozenset()
    return frozenset(bytes(row["digest"]) for row in log.connection.execute("select digest from erased_event"))


def erased_event_digests(log: EventLog) -> Iterator[bytes]:
    """The same one by one, for whoever cannot hold them all."""
    if _is_there(log):
        for row in log.connection.execute("select digest from erased_event"):
            yield bytes(row["digest"])


def is_erased_event(log: EventLog, digest: bytes) -> bool:
    """Whether an event of this digest was erased."""
    return log.connection.execute("select 1 from erased_event where digest = ?", (digest,)).fetchone() is not None


def _is_there(log: EventLog) -> bool:
    found = log.connection.execute("select 1 from sqlite_master where name = 'erased_total'").fetchone()
    return found is not None


def _of(erasure: Waiting) -> tuple[int]:
    return (erasure.number,)


def _receipt(row: dict[str, Any]) -> Receipt:
    said = json.loads(row["receipt"]) if row["receipt"] else {"removed": {}, "kept": {}}
    return Receipt(
        number=row["number"],
        asked_at=row["asked_at"],
        asked_by=row["asked_by"],
        filtered_at=row["filtered_at"] or None,
        done_at=row["done_at"] or None,
        removed=said["removed"],
        kept=said["kept"],
    )
