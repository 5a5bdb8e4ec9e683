"""What the collector asks of a database, and nothing more: one contract for SQLite and PostgreSQL.

The suite that both pass is tests/web/collect/storage_contract.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import msgspec

from tillit.events.hot import HotRow
from tillit.sentences import Sentence, sentence


class Outcome(StrEnum):
    """What became of something that arrived."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    CONFLICT = "id_conflict"  # its id is there with other content; kept in the failed box, counted as rejected
    REFUSED = "refused"  # it gave no event; kept in the failed box, counted as rejected


@dataclass(frozen=True, slots=True)
class Arrival:
    """One event on its way in.

    Attributes:
        digest: 16 bytes of its source and id; the same id has the same digest for ever.
        content: 8 bytes of what it says (`tillit.events.calls.Collected.content`).
        key_id: The write key it came with.
        received_at: Microseconds UTC.
        event: The event, packed (`tillit.events.hot.pack`).
        contacts: The clear values it named, packed; empty without any. They wait beside the event until it is sealed.
        raw: The call as it came, after scrubbing; kept only if its id is taken.
    """

    digest: bytes
    content: bytes
    key_id: int
    received_at: int
    event: bytes
    contacts: bytes
    raw: bytes


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that gave no event, kept for replay. `code` is stable; `reason` is a Sentence as JSON."""

    key_id: int
    received_at: int
    code: str
    reason: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class HourCount:
    """What came by one key within one hour: received = accepted + duplicate + rejected."""

    hour: int  # hours since 1970, UTC
    key_id: int
    received: int
    accepted: int
    duplicate: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Failed:
    """One line of the failed box."""

    id: int
    received_at: int
    key_id: int
    code: str
    reason: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Alarm:
    """Trouble that collection met: how often, and when last (microseconds UTC)."""

    code: str
    detail: str
    times: int
    first_at: int
    last_at: int


@dataclass(frozen=True, slots=True)
class Tally:
    """What storage holds, added up in one snapshot.

    Attributes:
        received, accepted: Over all hours.
        known: Ids that are known.
        waiting: Rows that wait above the id that was asked for.
        uneven: Hours in which received is not accepted + duplicate + rejected.
    """

    received: int
    accepted: int
    known: int
    waiting: int
    uneven: tuple[HourCount, ...]


def kept_reason(reason: Sentence) -> str:
    """A reason as the failed box keeps it, so that a page can say it in the reader's language."""
    return msgspec.json.encode(reason.to_json()).decode()


MICROS_PER_HOUR = 3_600_000_000
ID_TAKEN = kept_reason(sentence("Another event came with this id before and said something else. The first stays."))


def hour_rows(counts: Mapping[tuple[int, int, Outcome], int]) -> list[tuple[int, int, int, int, int, int]]:
    """What to add to the hours: hour, key, received, accepted, duplicate, rejected."""
    return [
        (
            hour,
            key_id,
            count,
            count * (outcome is Outcome.ACCEPTED),
            count * (outcome is Outcome.DUPLICATE),
            count * (outcome in (Outcome.CONFLICT, Outcome.REFUSED)),
        )
        for (hour, key_id, outcome), count in counts.items()
    ]


class StorageUnavailable(Exception):
    """What was offered is not on stable storage; nothing of it may be acknowledged."""


class Storage(Protocol):
    """A place for events, used by one thread. Every method is all or nothing."""

    def accept(self, arrived: Sequence[Arrival | Refusal]) -> list[Outcome]:
        """Put a group on stable storage, in one transaction with the counts of its hours.

        The first with an id is accepted, also within the group; ids stay known when rows are sealed and dropped.

        Returns:
            One outcome for each, in order; true once this returns.

        Raises:
            StorageUnavailable: Nothing of the group is there. The next call tries again from a trusted state.
        """
        ...

    def alarm(self, code: str, detail: str, *, at: int) -> None:
        """Note trouble for people to see: counted by (code, detail), with its latest time in microseconds."""
        ...

    def unsealed(self, *, after: int, limit: int) -> list[HotRow]:
        """Rows with a greater id, oldest first. A row that is missing below the last of them will never come."""
        ...

    def drop(self, *, upto: int) -> None:
        """Forget rows up to this id, which are in segments now; clear values leave the file with them."""
        ...

    def hours(self, *, since: int) -> list[HourCount]:
        """Counts from this hour on."""
        ...

    def failed(
        self, *, limit: int, before: int | None = None, code: str = "", key_id: int | None = None
    ) -> list[Failed]:
        """The failed box, newest first, from below an id, of one code or one key if given."""
        ...

    def failed_codes(self) -> list[tuple[str, int]]:
        """The codes in the failed box with how many lines each has, most first."""
        ...

    def alarms(self, *, since: int) -> list[Alarm]:
        """Alarms raised at or after this time (microseconds UTC), the latest first."""
        ...

    def tally(self, *, after: int) -> Tally:
        """Add up what there is; `after` is the id up to which rows are sealed."""
        ...

    def prune(self, *, before: int, most: int) -> int:
        """Throw away lines of the failed box from before a time, and the oldest beyond a number; return how many."""
        ...

    def settle(self, failed: Sequence[int]) -> None:
        """Take lines out of the failed box: they were replayed or thrown away."""
        ...

    def scrub(self) -> None:
        """Leave no trace of rows that went in the files of the tables; collecting waits meanwhile, for seconds."""
        ...

    def close(self) -> None:
        """Let go."""
        ...
