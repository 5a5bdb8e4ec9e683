"""How far a browser's calls are measured: as the company chose, and as their visitor agreed (docs/collecting.md).

What may not be tied to anybody loses its identifiers here, before anything is written, the failed box included. Servers
and tills speak of what their company did, and are not held against this.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
import threading
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from tillit.events.calls import Refused
from tillit.events.counted import counted_call
from tillit.vocabulary import MeasurementMode, Purpose
from tillit_web.collect.answering import Given, Said, said_in
from tillit_web.collect.reading import Read, Sender, read_call
from tillit_web.collect.storage import StorageUnavailable
from tillit_web.people.queries import agreed

MICROS_PER_DAY = 86_400_000_000


class Days:
    """Tells the visits of one day (UTC) apart without anything on the device.

    A visitor is a digest of the day's salt, the key, the address and the browser. The salt is random, in memory alone
    and forgotten with its day (and at a restart): afterwards nobody can compute a visitor again, nor tie two days.
    """

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._salts: dict[int, bytes] = {}

    def visitor(self, key_id: int, address: str, agent: str, *, at: int) -> str:
        """Who sent this, for the day of `at` (microseconds UTC)."""
        day = at // MICROS_PER_DAY
        with self._changing:
            if day not in self._salts:
                self._salts = {day: secrets.token_bytes(32)}
            salt = self._salts[day]
        told = "\x00".join((str(key_id), address, agent)).encode("utf-8", "replace")
        return "day-" + hashlib.blake2b(told, key=salt, digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Offered:
    """A call, read as if all were allowed, or why it then gives no event."""

    call: dict[str, Any]
    said: Said | None
    read: Read | Refused

    @property
    def subjects(self) -> tuple[bytes, ...]:
        """Everybody the sender may speak for in it."""
        return () if isinstance(self.read, Refused) else self.read.subjects


def offered(
    call: dict[str, Any], sender: Sender, *, received_at: int, own_key: bytes, counted_at: int | None = None
) -> Offered:
    """Read a call before it is known how far it may be measured; arguments as of `read_call`.

    Raises:
        Refused: It answers something that nobody asks.
    """
    said = said_in(call)
    try:
        read = read_call(call, sender, received_at=received_at, own_key=own_key, counted_at=counted_at)
        return Offered(call, said, read)
    except Refused as refused:
        return Offered(call, said, refused)


def who_agreed(calls: Collection[Offered], sender: Sender) -> set[bytes]:
    """Of everybody these calls speak of, those with a yes to measurement on record.

    Raises:
        StorageUnavailable: It cannot be read; without it nothing may be kept as somebody's.
    """
    subjects = {subject for one in calls for subject in one.subjects}
    if sender.key.is_server or sender.ring.mode is MeasurementMode.COUNT_ONLY or not subjects:
        return set()
    try:
        return set(agreed(subjects, Purpose.MEASUREMENT))
    except sqlite3.Error as error:
        raise StorageUnavailable(f"the consents cannot be read: {error}") from error


def measured(
    one: Offered,
    yes: set[bytes],
    sender: Sender,
    *,
    received_at: int,
    own_key: bytes,
    counted_at: int | None = None,
    visitor: str = "",
) -> tuple[Read, Given | None]:
    """A call as far as it may be measured, and the answer to be put on record.

    Args:
        yes: Who agreed; an answer in this call changes it, for itself and what follows.
        visitor: Which browser sent it, as far as can be told within a day; of interest in `own_audience` alone.

    Raises:
        Refused: It gives no event.
    """
    mode, said = sender.ring.mode, one.said
    if sender.key.is_server:
        if isinstance(one.read, Refused):
            raise one.read
        return one.read, None if said is None else _answer(one, said, MeasurementMode.WITH_CONSENT)
    given = None
    if said is not None:
        given = _answer(one, said, mode)
        if said.purpose is Purpose.MEASUREMENT and mode is not MeasurementMode.COUNT_ONLY:
            (yes.update if said.granted else yes.difference_update)(one.subjects)
            visitor = visitor if said.granted else ""  # whoever says no is left out
    if isinstance(one.read, Read) and not yes.isdisjoint(one.subjects):
        return one.read, given
    follows = mode is MeasurementMode.WITH_CONSENT
    if follows and isinstance(one.read, Refused) and one.read.code == "subject_unproven":
        raise one.read  # the site means to say who it is: that it cannot, its owner must hear
    counted = read_call(
        counted_call(one.call),
        sender,
        received_at=received_at,
        own_key=own_key,
        counted_at=counted_at,
        is_counted=True,
        visitor=visitor if mode is MeasurementMode.OWN_AUDIENCE else "",
    )
    if isinstance(one.read, Refused) or mode is MeasurementMode.COUNT_ONLY:
        return counted, given
    # What it said is the same whoever agrees meanwhile: sent again it is a duplicate.
    return replace(counted, arrival=replace(counted.arrival, content=one.read.arrival.content)), given


def _answer(one: Offered, said: Said, mode: MeasurementMode) -> Given | None:
    is_proven = isinstance(one.read, Read) and one.read.is_proven
    # Where nothing is ever tied to a browser, its yes would be about nothing. A no is about what was kept before.
    if mode is MeasurementMode.COUNT_ONLY and said.granted and not is_proven:
        return None
    if isinstance(one.read, Refused):
        raise one.read
    return Given(said, one.read.subjects, one.read.occurred_at, one.read.arrival.digest)
