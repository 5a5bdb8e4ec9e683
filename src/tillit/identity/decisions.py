"""Decisions of people about links and identifiers: who, when, why; only ever added, and kept beside the log."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from importlib.resources import files

from tillit.errors import QueryError
from tillit.events.log import EventLog
from tillit.identity.decided import OF_LINKS, Decided, Pair, Verdict, pair_of
from tillit.sentences import sentence

LONGEST_WHY = 400


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision.

    Attributes:
        number: Its place in the order of decisions, from 1.
        decided_at: Microseconds UTC.
        by: Who, as the caller names members; no name and no address.
        verdict: What was said.
        subject: The identifier, or one end of the link.
        other: The other end; None where the decision is about an identifier.
        why: In the words of whoever decided.
    """

    number: int
    decided_at: int
    by: str
    verdict: Verdict
    subject: bytes
    other: bytes | None
    why: str


def decide(
    log: EventLog, verdict: Verdict, subject: bytes, other: bytes | None = None, *, by: str, at: int, why: str
) -> Decision:
    """Add a decision; it counts from the next build on. What was decided before stays on record.

    Args:
        log: An open log.
        verdict: Of a link: joined, apart, or back to the rules.
        subject: The identifier, or one end of a link.
        other: The other end of a link.
        by: Who decides.
        at: Now, in microseconds UTC.
        why: May be empty; cut after LONGEST_WHY characters.

    Raises:
        QueryError: The verdict cannot be said of a link, or the link has one end.
    """
    if other is not None and (verdict not in OF_LINKS or other == subject):
        raise QueryError(sentence('A link cannot be "{verdict}"; that is said of an identifier.', verdict=str(verdict)))
    one, two = (subject, None) if other is None else pair_of(subject, other)
    with log.transaction() as connection:
        connection.execute(_create())
        row = connection.execute(
            "insert into identity_decision (decided_at, by, verdict, subject, other, why)"
            " values (?, ?, ?, ?, ?, ?) returning *",
            (at, by, verdict.value, one, two, why.strip()[:LONGEST_WHY]),
        ).fetchone()
    return _decision(row)


def undo(log: EventLog, number: int, *, by: str, at: int, why: str) -> Decision:
    """Say again what held before a decision; undoing that brings the decision back.

    Raises:
        QueryError: There is no such decision, or a later one speaks of the same.
    """
    every = decisions(log)
    found = next((row for row in every if row.number == number), None)
    if found is None:
        raise QueryError(sentence("There is no decision {number}. Open the list again.", number=number))
    about = [row for row in every if (row.subject, row.other) == (found.subject, found.other)]
    if about[-1].number != number:
        raise QueryError(
            sentence("A later decision speaks of the same: undo decision {number} instead.", number=about[-1].number)
        )
    before = about[-2].verdict if len(about) > 1 else Verdict.RULES
    return decide(log, before, found.subject, found.other, by=by, at=at, why=why)


def decisions(log: EventLog) -> tuple[Decision, ...]:
    """Every decision, in the order in which they were made."""
    if not _has_any(log):
        return ()
    rows = log.connection.execute("select * from identity_decision order by number")
    return tuple(map(_decision, rows))


def standing(every: Sequence[Decision]) -> Decided:
    """What holds after these decisions."""
    links: dict[Pair, Verdict] = {}
    identifiers: dict[bytes, Verdict] = {}
    for row in every:
        if row.other is None:
            identifiers[row.subject] = row.verdict
        else:
            links[row.subject, row.other] = row.verdict
    return Decided(
        links={pair: verdict for pair, verdict in links.items() if verdict is not Verdict.RULES},
        identifiers={subject: verdict for subject, verdict in identifiers.items() if verdict is not Verdict.RULES},
        last=every[-1].number if every else 0,
    )


def decided(log: EventLog) -> Decided:
    """What holds now."""
    return standing(decisions(log))


def forget_decisions(log: EventLog, subjects: Collection[bytes]) -> int:
    """Remove the decisions that name one of these subjects, for erasure; returns how many there were."""
    if not _has_any(log):
        return 0
    with log.transaction() as connection:
        delete = "delete from identity_decision where subject = ?1 or other = ?1"
        return sum(connection.execute(delete, (subject,)).rowcount for subject in subjects)


def _create() -> str:
    return files("tillit.identity").joinpath("decisions.sql").read_text(encoding="utf-8")


def _has_any(log: EventLog) -> bool:
    """Whether anything was ever decided here; the table comes with the first decision."""
    found = log.connection.execute("select 1 from sqlite_master where name = 'identity_decision'").fetchone()
    return found is not None


def _decision(row: sqlite3.Row) -> Decision:
    return Decision(
        number=row["number"],
        decided_at=row["decided_at"],
        by=row["by"],
        verdict=Verdict(row["verdict"]),
        subject=row["subject"],
        other=row["other"],
        why=row["why"],
    )
