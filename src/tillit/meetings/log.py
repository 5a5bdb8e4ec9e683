"""The log of decisions: `DIR/decisions.sqlite`, a ledger whose database refuses what must not be logged.

Assigned, delivered and what came of it are rows of their own; none is ever changed. A customer's rows are erased on
record, and what is left tells only that there was a decision.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

import msgspec

from tillit.errors import LedgerError, QueryError
from tillit.ledger.ledger import SALT_BYTES, Ledger
from tillit.meetings.actions import Action
from tillit.meetings.decide import Decision
from tillit.meetings.lots import Lot, Lots
from tillit.meetings.parity import check_parity_of
from tillit.meetings.policy import Policy
from tillit.meetings.policy_files import parse_policy
from tillit.meetings.unlinked import is_counted
from tillit.sentences import sentence
from tillit.vocabulary import IdentifierKind
from tillit.write_ahead import write_ahead

FILE = "decisions.sqlite"
PREFIX = "decision"
VERSION = 2  # of the file
WAIT_SECONDS = 20.0
DECIDED = "decided"


class By(StrEnum):
    """Who had it another way than was assigned."""

    CUSTOMER = "customer"
    STAFF = "staff"
    SYSTEM = "system"  # delivered as it was assigned


@dataclass(frozen=True, slots=True)
class Delivered:
    """How the customer was met in the end, and after how long a wait; None where nobody measured it."""

    decision: str
    action: Action
    by: By
    skill: str | None = None
    waited_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a decision.

    Attributes:
        good: Whether what customer and company wanted happened.
        matured_at: From when that will not change; microseconds UTC.
        value_minor: In minor units; None where nobody knows.
        minutes: A person's time that it took.
    """

    decision: str
    good: bool
    matured_at: int
    value_minor: int | None = None
    complaint: bool = False
    reached_person_anyway: bool = False
    minutes: float | None = None


GROUPS = ("language", "channel", "country", "region")  # kinds that the database lets in


@dataclass(frozen=True, slots=True)
class Grouped:
    """A decision, and what was stated of the meeting for the audit of fairness: beside the log, in no policy.

    `kind` is that of the customer's identifier, by which events are told; None where nobody knows it.
    """

    decision: Decision
    groups: Mapping[str, str]
    kind: IdentifierKind | None = None


Entry = Decision | Grouped | Delivered | Outcome


@dataclass(frozen=True, slots=True)
class Logged:
    """A decision with what followed. Of several deliveries or outcomes the last one counts."""

    decision: Decision
    delivered: Delivered | None
    outcome: Outcome | None


class DecisionLog:
    """The log, open."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.lots = Lots(connection)
        self._ledger = Ledger(connection, PREFIX)

    @classmethod
    def open(cls, directory: Path, *, checkpoints_itself: bool = True) -> DecisionLog:
        """Open the log of a data directory, and make it where there is none.

        Args:
            checkpoints_itself: Let a commit now and then also move the write-ahead log into the file; otherwise the
                caller does that with `checkpoint`, at a time when nobody waits.
        """
        connection = sqlite3.connect(
            directory / FILE, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False
        )
        for pragma in ("synchronous = full", "secure_delete = on", "foreign_keys = on"):
            connection.execute(f"pragma {pragma}")
        if not checkpoints_itself:
            connection.execute("pragma wal_autocheckpoint = 0")
        log = cls(connection)
        version = connection.execute("pragma user_version").fetchone()[0]
        if version == 0:
            write_ahead(connection)
        if version < VERSION:
            log.create()
        return log

    def create(self) -> None:
        """Make the tables where they are not there yet."""
        text = Path(__file__).with_name("decisions.sql").read_text(encoding="utf-8")
        with self._transaction():
            self._ledger.create()
            for statement in _statements(text):
                self._connection.execute(statement)
            self._connection.execute(f"pragma user_version = {VERSION}")

    def checkpoint(self) -> None:
        """Move the write-ahead log into the file, as far as no reader needs it."""
        self._connection.execute("pragma wal_checkpoint(passive)")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def save_policy(self, text: str, *, at: int, name: str, currency: str | None) -> Policy:
        """Keep a text as the newest policy, and give it back as it is followed from now on.

        Raises:
            FileError: It is no policy; nothing was kept.
            QueryError: A known customer would be met worse than a stranger; nothing was kept.
        """
        with self._transaction():
            version = 1 + self.newest_version()
            policy = parse_policy(text, name=name, version=version, currency=currency)
            check_parity_of(text, currency)
            self._connection.execute(
                "insert into decision_policy (version, at, text) values (?, ?, ?)", (version, at, text)
            )
        return policy

    def policy_texts(self) -> list[tuple[int, int, str]]:
        """Every version with when it was saved (microseconds UTC) and its text, the newest first."""
        rows = self._connection.execute("select version, at, text from decision_policy order by version desc")
        return [(int(version), int(at), str(text)) for version, at, text in rows]

    def newest_version(self) -> int:
        """The policy in force; 0 before there is one."""
        row = self._connection.execute("select coalesce(max(version), 0) from decision_policy").fetchone()
        return int(row[0])

    def position(self) -> int:
        """The number of the last entry: whatever was computed at the same one is still so."""
        head = self._ledger.head()
        return 0 if head is None else head.number

    def append(self, entries: Sequence[tuple[Entry, bytes]], *, at: int) -> None:
        """Put entries on stable storage, all of them or none.

        Args:
            entries: Each with a salt of at least 16 random bytes of its own.
            at: When they are written; microseconds UTC.

        Raises:
            LedgerError: The database refuses one; the message says which rule it breaks.
        """
        try:
            with self._transaction():
                for entry, salt in entries:
                    self._add(entry, salt, at)
        except sqlite3.IntegrityError as error:
            raise LedgerError(
                f"{len(entries)} entries were not logged: {error}. Log each decision once, as it was drawn."
            ) from error

    def decision(self, decision_id: str) -> Decision | None:
        """One decision as it was made; None if it never was, or was erased."""
        row = self._connection.execute(
            "select number from decision_found where id = ? and customer <> ''", (decision_id,)
        ).fetchone()
        content = None if row is None else self._ledger.content(row[0])
        return None if content is None else _DECISION.decode(content)

    def logged(self, *, since: int = 0, upto: int = 2**62, uncounted: bool = False) -> Iterator[Logged]:
        """Every decision made in [since, upto) that is not erased, in order, with what followed.

        Args:
            uncounted: Also those about customers who said no to being counted: to do the work, and for no number.
        """
        delivered: dict[str, Delivered] = {}
        outcomes: dict[str, Outcome] = {}
        first = "select coalesce(min(number), 0) from decision_found where customer <> '' and at >= ?"
        for kind, content in self._contents(f"type in ('delivered', 'outcome') and number > ({first})", (since,)):
            if kind == "delivered":
                was = _DELIVERED.decode(content)
                delivered[was.decision] = was
            else:
                came = _OUTCOME.decode(content)
                outcomes[came.decision] = came
        of_time = "type = 'decided' and number in (select number from decision_found where at >= ? and at < ?)"
        for _, content in self._contents(of_time, (since, upto)):
            decision = _DECISION.decode(content)
            if uncounted or is_counted(decision.moment.customer):
                yield Logged(decision, delivered.get(decision.id), outcomes.get(decision.id))

    def groups(self) -> dict[str, dict[str, str]]:
        """What was stated of each meeting, by decision; read for the audit of fairness and for nothing else."""
        found: dict[str, dict[str, str]] = {}
        for decision, name, value in self._connection.execute("select id, name, value from decision_group"):
            found.setdefault(decision, {})[name] = value
        return found

    def begin_of_latest(self, count: int) -> int:
        """From when on the latest `count` decisions were made; microseconds UTC, 0 where there are fewer."""
        row = self._connection.execute(
            "select at from decision_found where customer <> '' order by number desc limit 1 offset ?", (count - 1,)
        ).fetchone()
        return 0 if row is None else int(row[0])

    def erase_customer(self, customer: str, *, until: int, at: int, salt: bytes) -> int:
        """Erase everything logged of a customer until a moment, with what followed. Returns how many bodies went."""
        forget = partial(self.lots.erase, customer, until=until)
        return self._erase(self._numbers_of(customer, until), forget, at=at, salt=salt)

    def count_customer(self, customer: str, *, until: int) -> int:
        """How many rows say something of a customer until a moment: what `erase_customer` would remove."""
        return len(self._numbers_of(customer, until)) + self.lots.count(customer, until=until)

    def erase_before(self, moment: int, *, at: int, salt: bytes) -> int:
        """Erase every decision made before a moment, with what followed. Returns how many bodies went."""
        return self._erase(self._numbers_before(moment), partial(self.lots.erase_before, moment), at=at, salt=salt)

    def keep_together(self, name: str, first: Mapping[str, Lot]) -> None:
        """Put identifiers on the side of the same person's first lot, from their next decision on."""
        with self._transaction():
            self.lots.keep_together(name, first)

    def note_told(self, numbers: Collection[int]) -> None:
        """Note that the log of events has these lots (`Untold.number`)."""
        with self._transaction():
            self.lots.note_told(numbers)

    def count_before(self, moment: int) -> int:
        """How many bodies `erase_before` would erase."""
        return len(self._numbers_before(moment))

    def of_customers(self, customers: Collection[str]) -> Iterator[Decision]:
        """Every decision about one of these customers that is not erased, in order."""
        for customer in customers:
            rows = self._connection.execute(
                "select content from decision_found join decision_body using (number) where customer = ?"
                " order by number",
                (customer,),
            )
            yield from (_DECISION.decode(bytes(content)) for (content,) in rows)

    def scrub(self) -> bool:
        """Leave no trace of what was erased in the file or its write-ahead log; False while somebody reads it."""
        self._connection.execute("vacuum")
        return not self._connection.execute("pragma wal_checkpoint(truncate)").fetchone()[0]

    def _numbers_of(self, customer: str, until: int) -> list[int]:
        rows = self._connection.execute(
            "select number from decision_found"
            " where id in (select id from decision_found where customer = ? and at <= ?)",
            (customer, until),
        )
        return [number for (number,) in rows]

    def _numbers_before(self, moment: int) -> list[int]:
        rows = self._connection.execute(
            "select number from decision_found"
            " where id in (select id from decision_found where customer <> '' and at < ?)",
            (moment,),
        )
        return [number for (number,) in rows]

    def _erase(self, numbers: list[int], forget: Callable[[], None], *, at: int, salt: bytes) -> int:
        with self._transaction():
            forget()
            erased = self._ledger.erase(numbers, at=at, salt=salt)
            own = [(one,) for one in numbers]
            self._connection.executemany(
                "delete from decision_group where id = (select id from decision_found where number = ?)", own
            )
            self._connection.executemany("delete from decision_found where number = ?", own)
        self._connection.execute("pragma wal_checkpoint(truncate)")
        return erased

    def _add(self, entry: Entry, salt: bytes, at: int, *, kind: IdentifierKind | None = None) -> None:
        if isinstance(entry, Grouped):
            self._add(entry.decision, salt, at, kind=entry.kind)
            self._connection.executemany(
                "insert into decision_group (id, name, value) values (?, ?, ?)",
                [(entry.decision.id, name, value) for name, value in entry.groups.items()],
            )
            return
        if len(salt) < SALT_BYTES:
            raise LedgerError(f"a salt of {len(salt)} bytes can be guessed; give at least {SALT_BYTES} random ones")
        if isinstance(entry, Outcome) and not self._is_counted(entry.decision):
            return  # what came of it is of use to numbers alone
        is_decision = isinstance(entry, Decision)
        word = DECIDED if is_decision else type(entry).__name__.lower()
        written = self._ledger.append(word, msgspec.json.encode(entry), at=at, salt=salt)
        found = (
            (entry.id, entry.moment.customer, entry.moment.at)
            if isinstance(entry, Decision)
            else (entry.decision, "", at)
        )
        self._connection.execute(
            "insert into decision_found (number, id, customer, at) values (?, ?, ?, ?)", (written.number, *found)
        )
        if isinstance(entry, Decision):
            self.lots.note(entry, kind=kind, number=written.number)

    def _is_counted(self, decision_id: str) -> bool:
        row = self._connection.execute(
            "select customer from decision_found where id = ? and customer <> ''", (decision_id,)
        ).fetchone()
        return row is None or is_counted(str(row[0]))

    def _contents(self, which: str, values: tuple[object, ...]) -> Iterator[tuple[str, bytes]]:
        rows = self._connection.execute(
            "select type, content from decision_entry join decision_body using (number) "  # noqa: S608 - own words
            f"where {which} order by number",
            values,
        )
        for kind, content in rows:
            yield str(kind), bytes(content)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")


def policy_of_version(log: DecisionLog, version: int, *, currency: str | None) -> Policy:
    """The policy that a decision was made by.

    Raises:
        QueryError: There is none of this version.
    """
    for own, _, text in log.policy_texts():
        if own == version:
            return parse_policy(text, name=f"policy {version}", version=version, currency=currency)
    raise QueryError(sentence("There is no policy {version}.", version=version))


@contextmanager
def open_log(directory: Path) -> Iterator[DecisionLog]:
    """The log of a data directory, closed afterwards."""
    with closing(DecisionLog.open(directory)) as log:
        yield log


def _statements(text: str) -> Iterator[str]:
    """Each statement whole: a trigger's body has empty lines of its own."""
    statement = ""
    for line in text.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


_DECISION = msgspec.json.Decoder(Decision)
_DELIVERED = msgspec.json.Decoder(Delivered)
_OUTCOME = msgspec.json.Decoder(Outcome)
