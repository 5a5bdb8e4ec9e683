"""A ledger in SQLite: entries and bodies are added, bodies are erased on record, and nothing else is possible.

The caller brings the connection and holds the transaction, so that what else it writes stands or falls with the entry.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path

from tillit.errors import LedgerError
from tillit.ledger.chain import ERASURE, Body, Entry, Head, Verdict, check, erasure_content, next_entry

SALT_BYTES = 16
_NAME = re.compile(r"[a-z][a-z_]{0,30}")


class Ledger:
    """One ledger: three tables that begin with its name.

    Args:
        connection: To the file that holds it, with `isolation_level=None`: transactions are the caller's.
        prefix: The ledger's name, of small letters: "consent", "decision".
    """

    def __init__(self, connection: sqlite3.Connection, prefix: str) -> None:
        if not _NAME.fullmatch(prefix):
            raise LedgerError(f"'{prefix}' cannot name a ledger's tables; use small letters and underscores")
        self._connection = connection
        self._prefix = prefix

    def create(self) -> None:
        """Make the tables where they are not there yet."""
        text = Path(__file__).with_name("ledger.sql").read_text(encoding="utf-8")
        for statement in text.replace("$prefix", self._prefix).split("\n\n"):
            self._connection.execute(statement)

    def append(self, kind: str, content: bytes, *, at: int, salt: bytes) -> Entry:
        """Add an entry, in the transaction that the caller has begun.

        Args:
            kind: What it is, in a word that says nothing about anybody.
            content: What it says; erasable.
            at: Microseconds UTC.
            salt: At least 16 random bytes, never used before.

        Raises:
            LedgerError: No transaction is open, or the salt is too short.
        """
        if not self._connection.in_transaction:
            raise LedgerError("an entry is added inside a transaction ('begin immediate'), or two could take one place")
        if len(salt) < SALT_BYTES:
            raise LedgerError(f"a salt of {len(salt)} bytes can be guessed; give at least {SALT_BYTES} random ones")
        body = Body(salt, content)
        entry = next_entry(self.head(), kind, body, at=at)
        self._write(
            "insert into {}_entry (number, at, type, body_digest, previous, digest) values (?, ?, ?, ?, ?, ?)",
            (entry.number, entry.at, entry.type, entry.body_digest, entry.previous, entry.digest),
        )
        self._write("insert into {}_body (number, salt, content) values (?, ?, ?)", (entry.number, salt, content))
        return entry

    def head(self) -> Head | None:
        """The last entry's number and digest; None while there is none."""
        row = self._read("select number, digest from {}_entry order by number desc limit 1").fetchone()
        return None if row is None else Head(row[0], row[1])

    def entries(self, *, after: int = 0) -> Iterator[tuple[Entry, Body | None]]:
        """Entries with a number above `after`, in their order, each with its body unless that was erased."""
        rows = self._read(
            "select e.number, e.at, e.type, e.body_digest, e.previous, e.digest, b.salt, b.content "
            "from {0}_entry as e left join {0}_body as b on b.number = e.number "
            "where e.number > ? order by e.number",
            (after,),
        )
        for number, at, kind, digest, previous, own, salt, content in rows:
            yield Entry(number, at, kind, digest, previous, own), None if salt is None else Body(salt, content)

    def content(self, number: int) -> bytes | None:
        """What an entry says; None if it was erased or never was."""
        row = self._read("select content from {}_body where number = ?", (number,)).fetchone()
        return None if row is None else bytes(row[0])

    def erase(self, numbers: Collection[int], *, at: int, salt: bytes) -> int:
        """Delete the bodies and salts of these entries, and add an entry that says so.

        Numbers that are erased already, or are erasures themselves, are passed over. The file gives the bytes back only
        with `pragma secure_delete` and a truncated write-ahead log, which are the caller's to see to.

        Returns:
            How many bodies were deleted.

        Raises:
            LedgerError: As `append`.
        """
        wanted = set(numbers)
        there = self._read("select number from {0}_body join {0}_entry using (number) where type <> ?", (ERASURE,))
        erasable = sorted(wanted.intersection(number for (number,) in there))
        if not erasable:
            return 0
        record = self.append(ERASURE, erasure_content(erasable), at=at, salt=salt)
        for number in erasable:
            self._write("insert into {}_erased (number, by_entry) values (?, ?)", (number, record.number))
            self._write("delete from {}_body where number = ?", (number,))
        return len(erasable)

    def verify(self, *, kept_heads: Collection[Head] = ()) -> Verdict:
        """Read everything and tell what is erased from what is changed or missing.

        Args:
            kept_heads: Heads noted elsewhere; without one, whoever may write the file can cut off its end unseen.
        """
        row = self._read("select seq from sqlite_sequence where name = '{}_entry'").fetchone()
        return check(self.entries(), written=0 if row is None else int(row[0]), kept_heads=kept_heads)

    def _read(self, statement: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        return self._connection.execute(statement.format(self._prefix), values)

    def _write(self, statement: str, values: tuple[object, ...]) -> None:
        self._connection.execute(statement.format(self._prefix), values)


def verify_file(path: Path, prefix: str) -> Verdict | None:
    """Check the ledger of this name in a file; None where there is no such file."""
    if not path.is_file():
        return None
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        return Ledger(connection, prefix).verify()
