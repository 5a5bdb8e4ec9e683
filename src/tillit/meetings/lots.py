"""Who was drawn for staying on an earlier table, beside the log: a side that is drawn once and then stays.

The log has how each decision was made. What stands here is by which side the next one goes, also for an identifier of
somebody who was drawn under another one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tillit.meetings.decide import Decision
from tillit.meetings.keeping import name_of
from tillit.vocabulary import IdentifierKind

MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Lot:
    """The side that an identifier is on.

    Attributes:
        customer: A pseudonym.
        experiment: As `keeping.experiment_of` names it.
        drawn_at: When the same person was drawn first; microseconds UTC.
        number: The entry of the decision that drew this identifier; None where only another of the same person's was.
    """

    customer: str
    experiment: str
    drawn_at: int
    number: int | None


@dataclass(frozen=True, slots=True)
class Untold:
    """A lot that the log of events does not have yet; `at` is when it fell, `kind` what the identifier is.

    Where nobody knows the kind, nothing can be told.
    """

    number: int
    decision: str
    customer: str
    kind: IdentifierKind
    experiment: str
    at: int


class Lots:
    """The lots in the file of a log. What writes runs inside the transaction of the caller."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def note(self, decision: Decision, *, kind: IdentifierKind | None, number: int) -> None:
        """Keep the side of a decision, unless its customer has one already: that stays."""
        if decision.experiment is None:
            return
        moment, name = decision.moment, name_of(decision.experiment)
        self._connection.execute(
            "insert or ignore into decision_lot (name, customer, experiment, drawn_at, kind, number)"
            " values (?, ?, ?, ?, ?, ?)",
            (name, moment.customer, decision.experiment, moment.at, kind, number),
        )

    def side_of(self, customer: str, name: str) -> str | None:
        """The side that a customer is on; None before they were drawn."""
        row = self._connection.execute(
            "select experiment from decision_lot where name = ? and customer = ?", (name, customer)
        ).fetchone()
        return None if row is None else str(row[0])

    def of_name(self, name: str) -> list[Lot]:
        """Everybody who was drawn in one lot, the first one first."""
        rows = self._connection.execute(
            "select customer, experiment, drawn_at, number from decision_lot where name = ?"
            " order by drawn_at, number, customer",
            (name,),
        )
        return [Lot(*row) for row in rows]

    def names(self) -> list[str]:
        """The lots that anybody was drawn in."""
        return [str(name) for (name,) in self._connection.execute("select distinct name from decision_lot")]

    def keep_together(self, name: str, first: Mapping[str, Lot]) -> None:
        """Put identifiers on the side of the same person's first lot."""
        self._connection.executemany(
            "insert into decision_lot (name, customer, experiment, drawn_at) values (?, ?, ?, ?)"
            " on conflict do update set experiment = excluded.experiment, drawn_at = excluded.drawn_at",
            [(name, customer, lot.experiment, lot.drawn_at) for customer, lot in first.items()],
        )

    def untold(self) -> list[Untold]:
        """Lots that the log of events does not have yet, in their order; no more than MOST_AT_ONCE."""
        rows = self._connection.execute(
            "select lot.number, found.id, lot.customer, lot.kind, lot.experiment, found.at from decision_lot as lot"
            " join decision_found as found using (number) where not lot.is_told and lot.kind is not null"
            " order by lot.number limit ?",
            (MOST_AT_ONCE,),
        )
        return [
            Untold(number, decision, customer, IdentifierKind(kind), side, at)
            for number, decision, customer, kind, side, at in rows
        ]

    def note_told(self, numbers: Collection[int]) -> None:
        """Note that the log of events has these."""
        self._connection.executemany(
            "update decision_lot set is_told = 1 where number = ?", [(number,) for number in numbers]
        )

    def count(self, customer: str, *, until: int) -> int:
        """How many `erase` would remove."""
        found = "select count(*) from decision_lot where customer = ? and drawn_at <= ?"
        return int(self._connection.execute(found, (customer, until)).fetchone()[0])

    def erase(self, customer: str, *, until: int) -> None:
        """Remove the sides of a customer who was drawn until a moment (microseconds UTC)."""
        self._connection.execute("delete from decision_lot where customer = ? and drawn_at <= ?", (customer, until))

    def erase_before(self, moment: int) -> None:
        """Remove the sides that were drawn before a moment."""
        self._connection.execute("delete from decision_lot where drawn_at < ?", (moment,))
