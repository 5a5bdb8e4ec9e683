"""The proof of absence: nothing of whoever was erased is in any live file, shown from digests alone.

No clear identifier of an erased person is kept, and no subject either. What is kept of a subject is a digest, so every
16 bytes and every 32 hexadecimal digits in every file of a data directory are hashed and looked up. Whoever came back
after their erasure has begun anew and may be there: what has a time is held against the moment of the erasure; what
has none may be there only if something later of the same subject is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from tillit.events import erasures
from tillit.events.erasures import event_digest, subject_digest
from tillit.events.key import read_or_create_key
from tillit.events.log import EventLog

PROMISED_MICROS = 72 * 3600 * 1_000_000  # from asking until every file is without the person
KEPT = 400  # results on record: more than a year of nights


@dataclass(frozen=True, slots=True)
class Trace:
    """Something of an erased person that is still there: in which file and column, and how many rows. Never of whom."""

    place: str
    rows: int


@dataclass(frozen=True, slots=True)
class Proof:
    """What one search found.

    Attributes:
        at: Microseconds UTC.
        erased: Digests of erased identifiers that were looked for.
        files: Files that were read.
        rows: Rows of them.
        traces: What should not be there.
        overdue: Numbers of erasures that have waited for longer than was promised.
        unread: Files that could not be read, so that nobody can tell.
    """

    at: int
    erased: int
    files: int
    rows: int
    traces: tuple[Trace, ...] = ()
    overdue: tuple[int, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether every file was read, nothing was found, and nobody waits too long."""
        return not (self.traces or self.overdue or self.unread)


class Absent:
    """Who must be nowhere: everybody whose erasure is done."""

    def __init__(self, log: EventLog) -> None:
        pending = {subject_digest(one) for waiting in erasures.waiting(log) for one in waiting.subjects}
        self.until = {digest: at for digest, at in erasures.subjects_until(log).items() if digest not in pending}
        self._key = read_or_create_key(log.directory) if self.until else b""
        self._log = log
        self._first_words = _first_words(erasures.erased_event_digests(log))

    def moment(self, subject: bytes) -> int | None:
        """Until when everything of a subject is gone; None if it is nobody's who was erased."""
        return self.until.get(subject_digest(subject)) if self.until else None

    def event_rows(self, source: Collection[str], event_id: Collection[str]) -> NDArray[np.bool_]:
        """Which of these events, shape (events,), have the id of one that was erased."""
        if not len(self._first_words):
            return np.zeros(len(source), np.bool_)
        pairs = zip(source, event_id, strict=True)
        digests = [event_digest(*pair, key=self._key) for pair in pairs]
        words = _first_words(digests, ordered=False)
        place = np.minimum(np.searchsorted(self._first_words, words), len(self._first_words) - 1)
        found: NDArray[np.bool_] = self._first_words[place] == words
        for row in np.flatnonzero(found).tolist():  # eight of sixteen bytes are alike: ask for all of them
            found[row] = erasures.is_erased_event(self._log, digests[row])
        return found


@dataclass
class Search:
    """What a search has come across so far. Memory grows with what is found, not with what is read.

    Attributes:
        found: Rows that must not be there, by place.
        timeless: Rows without a time, by place and subject: there rightly if the subject came back.
        back: Erased subjects that something later is there of.
        subjects: Whom the found rows name, with the moment of their erasure, so that they can be erased again.
    """

    absent: Absent
    files: int = 0
    rows: int = 0
    found: Counter[str] = field(default_factory=Counter)
    timeless: Counter[tuple[str, bytes]] = field(default_factory=Counter)
    back: set[bytes] = field(default_factory=set)
    subjects: dict[bytes, int] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)

    def met(self, place: str, subject: bytes, at: int | None, *, begins: bool = True) -> None:
        """Somebody's 16 bytes stand in a row.

        Args:
            at: The row's time, microseconds UTC; None if it has none.
            begins: Such a row, where it is later, says that they came back.
        """
        until = self.absent.moment(subject)
        if until is None:
            return
        if at is None:
            self.timeless[place, subject] += 1
        elif at > until:
            if begins:
                self.back.add(subject)
        else:
            self.found[place] += 1
            self.subjects[subject] = until

    def proof(self, log: EventLog, *, at: int) -> Proof:
        """The result, once everything was read."""
        found = Counter(self.found)
        for (place, subject), rows in self.timeless.items():
            until = self.absent.moment(subject)
            if subject not in self.back and until is not None:
                found[place] += rows
                self.subjects[subject] = until
        late = [one.number for one in erasures.waiting(log) if at - one.asked_at > PROMISED_MICROS]
        return Proof(
            at=at,
            erased=len(self.absent.until),
            files=self.files,
            rows=self.rows,
            traces=tuple(Trace(place, rows) for place, rows in sorted(found.items())),
            overdue=tuple(late),
            unread=tuple(sorted(self.unread)),
        )


def record(log: EventLog, proof: Proof) -> None:
    """Keep a result, beside the ledger of erasures."""
    erasures.create(log)
    with log.transaction() as connection:
        connection.execute(
            "insert or replace into absence (at, proof) values (?, ?)", (proof.at, msgspec.json.encode(proof).decode())
        )
        connection.execute(
            "delete from absence where at not in (select at from absence order by at desc limit ?)", (KEPT,)
        )


def recorded(log: EventLog, *, most: int) -> tuple[Proof, ...]:
    """The last results, the latest first."""
    if log.connection.execute("select 1 from sqlite_master where name = 'absence'").fetchone() is None:
        return ()
    rows = log.connection.execute("select proof from absence order by at desc limit ?", (most,))
    return tuple(msgspec.json.decode(row["proof"], type=Proof) for row in rows)


def place_of(path: Path, directory: Path, column: str) -> str:
    """How a place is named: `log/000001-events.parquet: subject`."""
    return f"{path.relative_to(directory).as_posix()}: {column}"


def _first_words(digests: Iterable[bytes], *, ordered: bool = True) -> NDArray[np.uint64]:
    """The first eight bytes of each digest as a number: half the memory, and NumPy can sort and search them."""
    words = np.fromiter((int.from_bytes(one[:8], "big") for one in digests), np.uint64)
    return np.sort(words) if ordered else words
