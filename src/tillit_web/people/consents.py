"""Consents: each yes and no as it was said, in a ledger of their own file, and who may be read for what because of it.

`DIR/consents.sqlite` holds the ledger and beside it one row for each subject of an entry, written in the same
transaction; readers take those. An answer given is on stable storage.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from tillit.errors import PurposeError
from tillit.journeys.permission import Mask, Permission
from tillit.ledger.chain import Verdict
from tillit.ledger.ledger import SALT_BYTES
from tillit.vocabulary import ASKED_FOR as ASKED_FOR
from tillit.vocabulary import ContactChannel, Purpose
from tillit_web.people.consents_file import consents_path, opened, transaction

GIVEN, WITHDRAWN, ERASURE_ASKED = "given", "withdrawn", "erasure_asked"
# Nothing is drawn for anybody who has not said yes to personalisation: this no takes a part of that yes back.
ALLOWED_UNLESS_REFUSED = frozenset({Purpose.MEASUREMENT, Purpose.VARIATION})
ERASED = "erased"  # stands where a purpose does: whoever asked to be erased is read for none
NO_CHANNEL = ""
_LATEST = "select subject, granted, max(number) from consent_subject where purpose = ? and at <= ? "


class How(StrEnum):
    """How an answer reached us."""

    OWN_PAGE = "own_page"
    SITE = "site"
    STAFF = "staff"
    FILE = "file"
    SIGNAL = "signal"  # Sec-GPC or DNT, which the browser sends


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """One answer as it was given.

    Attributes:
        number: Its place in the ledger; whoever acts on it cites this.
        channel: For marketing, the way of contact; None otherwise.
        wording: The version of the words that were answered; "" where none were shown.
        where: Page, shop, file or conversation: the evidence.
    """

    number: int
    at: datetime
    purpose: Purpose
    channel: ContactChannel | None
    granted: bool
    wording: str
    language: str
    how: How
    where: str


def record_consent(
    subjects: Collection[bytes],
    purpose: Purpose,
    *,
    granted: bool,
    how: How,
    where: str,
    channel: ContactChannel | None = None,
    wording: str = "",
    language: str = "",
    at: datetime | None = None,
    once: bytes = b"",
) -> int:
    """Keep a yes or a no; readers follow it from their next read on.

    Args:
        subjects: Every identifier it is said for, 16 bytes each.
        channel: With marketing, and with nothing else.
        where: What shows that it was said: an address, a shop, a file.
        at: When it was said, if that was earlier than now. The latest entry counts, whatever its time.
        once: Names the answer, such as a digest of its id; one that is on record already is not kept again.

    Returns:
        The entry's number.

    Raises:
        PurposeError: Nobody is asked about this purpose, or the channel is missing or superfluous.
    """
    if purpose not in ASKED_FOR:
        raise PurposeError(f"'{purpose}' does not rest on consent; ask about {', '.join(ASKED_FOR)}")
    if (purpose is Purpose.MARKETING) != (channel is not None):
        raise PurposeError(f"marketing is agreed to for one way of contact, other purposes for none; got '{channel}'")
    said = {
        "purpose": purpose.value,
        "channel": channel.value if channel else None,
        "granted": granted,
        "wording": wording,
        "language": language,
        "how": how.value,
        "where": where,
        "said_at": None if at is None else at.isoformat(),
    }
    kind = GIVEN if granted else WITHDRAWN
    return _append(kind, subjects, said, purpose.value, channel or NO_CHANNEL, granted, once=once)


def request_erasure(subjects: Collection[bytes]) -> int:
    """Hide these subjects from every reader at once, for every purpose. Returns the entry's number."""
    return _append(ERASURE_ASKED, subjects, {}, ERASED, NO_CHANNEL, granted=True)


def count_bodies(subjects: Collection[bytes]) -> int:
    """How many entries of the ledger still say something of these subjects."""
    with opened() as (connection, ledger):
        return sum(ledger.content(number) is not None for number in _entries_of(connection, subjects))


def subjects_on_record() -> frozenset[bytes]:
    """Every subject that an entry of the ledger is about."""
    with opened() as (connection, _):
        rows = connection.execute("select subject from consent_subject union select subject from consent_overtaken")
        return frozenset(bytes(row[0]) for row in rows)


def erase_answers(subjects: Collection[bytes], *, until: int) -> int:
    """Erase, on record, what entries say of these subjects; nothing hides them afterwards.

    Args:
        until: Microseconds UTC; what they answered later, having come back, stays.

    Returns:
        How many entries lost their bodies.
    """
    with opened() as (connection, ledger), transaction(connection):
        numbers = _entries_of(connection, subjects, until=until)
        now, salt = time.time_ns() // 1_000, secrets.token_bytes(SALT_BYTES)
        erased = ledger.erase(numbers, at=now, salt=salt)
        for table in ("consent_subject", "consent_overtaken"):
            connection.executemany(
                f"delete from {table} where subject = ? and (at <= ? or purpose = ?)",  # noqa: S608
                [(one, until, ERASED) for one in subjects],
            )
    return erased


def scrub() -> bool:
    """Leave no trace of what was deleted in the file or its write-ahead log; False while somebody reads it."""
    with opened() as (connection, _):
        connection.execute("vacuum")
        return not connection.execute("pragma wal_checkpoint(truncate)").fetchone()[0]


def consents_of(subjects: Collection[bytes]) -> tuple[ConsentGiven, ...]:
    """Every answer that was given for any of these subjects, the latest first; also those that a file brought late."""
    with opened() as (connection, ledger):
        marks = ", ".join("?" * len(subjects))
        rows = connection.execute(
            f"select number, at from consent_subject where purpose <> ? and subject in ({marks}) "  # noqa: S608
            f"union select number, at from consent_overtaken where subject in ({marks}) "
            "order by at desc, number desc",
            (ERASED, *subjects, *subjects),
        ).fetchall()
        found = ((number, at, ledger.content(number)) for number, at in rows)
        return tuple(_given(number, at, json.loads(content)) for number, at, content in found if content is not None)


def standing_of(subjects: Collection[bytes]) -> dict[tuple[Purpose, ContactChannel | None], ConsentGiven]:
    """The answer that counts now, for each purpose (and way of contact) that was ever answered."""
    marks = ", ".join("?" * len(subjects))
    latest: dict[tuple[str, str], tuple[int, int]] = {}
    with opened() as (connection, ledger):
        rows = connection.execute(
            f"select purpose, channel, at, max(number) from consent_subject where subject in ({marks}) "  # noqa: S608
            "and purpose <> ? group by subject, purpose, channel",
            (*subjects, ERASED),
        )
        # Of one identifier the last entry counts; of several of one person, what was said last.
        for purpose, channel, at, number in rows:
            latest[purpose, channel] = max(latest.get((purpose, channel), (at, number)), (at, number))
        found = [(number, at, ledger.content(number)) for at, number in latest.values()]
    given = [_given(number, at, json.loads(content)) for number, at, content in found if content is not None]
    return {(each.purpose, each.channel): each for each in given}


def agreed(subjects: Collection[bytes], purpose: Purpose) -> frozenset[bytes]:
    """Those of these subjects whose latest answer for a purpose is a yes, by whatever way of contact."""
    marks = ", ".join("?" * len(subjects))
    with opened() as (connection, _):
        rows = connection.execute(
            f"select subject, granted, max(number) from consent_subject where purpose = ? and subject in ({marks}) "  # noqa: S608
            "group by subject, channel",
            (purpose.value, *subjects),
        )
        return frozenset(bytes(subject) for subject, granted, _ in rows if granted)


def is_erased(subject: bytes) -> bool:
    """Has erasure been asked for this subject?"""
    with opened() as (connection, _):
        found = connection.execute(
            "select 1 from consent_subject where purpose = ? and subject = ? limit 1", (ERASED, subject)
        )
        return found.fetchone() is not None


def permission(purpose: Purpose, *, aggregates_as_of: datetime) -> Permission:
    """Whose events a purpose may see: persons as of now, aggregates as of a moment (the build's, or midnight)."""
    with opened() as (connection, _):
        newest = connection.execute("select coalesce(max(number), 0) from consent_entry").fetchone()[0]
        cut = int(aggregates_as_of.timestamp() * 1_000_000)
        key = (consents_path(), purpose, newest, cut)
        with _lock:
            if _kept.get(purpose, (None, None))[0] == key:
                return _kept[purpose][1]
        made = Permission(
            purpose,
            _mask(connection, purpose, _END_OF_TIME),
            _mask(connection, purpose, cut, erased_until=_END_OF_TIME),
        )
    if made.persons == made.aggregates:
        made = Permission(purpose, made.persons, made.persons)
    with _lock:
        _kept[purpose] = (key, made)
    return made


def permission_for_offers() -> Permission:
    """What staff may read of those who said yes to offers that suit them: as for service, and of nobody else."""
    now = datetime.now(UTC)
    agreed = permission(Purpose.PERSONALISATION, aggregates_as_of=now).persons.named
    service = permission(Purpose.SERVICE, aggregates_as_of=now).persons
    mask = Mask(everyone=False, named=agreed - service.named, readers=service.readers)
    return Permission(Purpose.SERVICE, mask, mask)


def refused_measurement() -> frozenset[bytes]:
    """Subjects that no copy for counting may hold now: they said no to it, or are being erased."""
    return permission(Purpose.MEASUREMENT, aggregates_as_of=datetime.now(UTC)).persons.named


def being_erased() -> frozenset[bytes]:
    """Subjects that no reader may see any more, whatever for; their rows are on their way out."""
    return permission(Purpose.RIGHTS, aggregates_as_of=datetime.now(UTC)).persons.named


def verify_consents() -> Verdict:
    """Is every entry as it was written?"""
    with opened() as (_, ledger):
        return ledger.verify()


_END_OF_TIME = 2**62
_lock = threading.Lock()
_kept: dict[Purpose, tuple[tuple[Any, ...], Permission]] = {}


def _mask(connection: sqlite3.Connection, purpose: Purpose, at: int, *, erased_until: int | None = None) -> Mask:
    """The mask of a purpose from the answers until `at`. An erasure counts at once, whatever the answers' moment."""
    erased = _answered(connection, ERASED, at if erased_until is None else erased_until, granted=True)
    readers = None
    if purpose is Purpose.SERVICE:
        readers = _answered(connection, Purpose.STAFF_READING, at, granted=True) - erased
    if purpose in ALLOWED_UNLESS_REFUSED:
        return Mask(everyone=True, named=_answered(connection, purpose, at, granted=False) | erased)
    if purpose in ASKED_FOR:
        return Mask(everyone=False, named=_answered(connection, purpose, at, granted=True) - erased)
    return Mask(everyone=True, named=erased, readers=readers)


def _answered(connection: sqlite3.Connection, purpose: str, at: int, *, granted: bool) -> frozenset[bytes]:
    """The subjects whose latest answer is this one; for marketing, by any way of contact."""
    rows = connection.execute(_LATEST + "group by subject, channel", (purpose, at))
    return frozenset(bytes(subject) for subject, said, _ in rows if bool(said) is granted)


def _entries_of(connection: sqlite3.Connection, subjects: Collection[bytes], *, until: int = _END_OF_TIME) -> set[int]:
    statement = (
        "select number from consent_subject where subject = ?1 and (at <= ?2 or purpose = ?3) "
        "union select number from consent_overtaken where subject = ?1 and at <= ?2"
    )
    found = (connection.execute(statement, (subject, until, ERASED)) for subject in subjects)
    return {number for rows in found for (number,) in rows}


def _append(
    kind: str,
    subjects: Collection[bytes],
    said: dict[str, Any],
    purpose: str,
    channel: str,
    granted: bool,
    *,
    once: bytes = b"",
) -> int:
    own = sorted(set(subjects))
    if not own:
        raise ValueError("an answer is somebody's: name at least one subject")
    now = time.time_ns() // 1_000
    content = json.dumps(said | {"subjects": [subject.hex() for subject in own]}, ensure_ascii=False).encode()
    with opened() as (connection, ledger), transaction(connection):
        known = connection.execute("select number from consent_once where digest = ?", (once,)).fetchone()
        if known is not None:
            return int(known[0])
        entry = ledger.append(kind, content, at=now, salt=secrets.token_bytes(SALT_BYTES))
        connection.executemany(
            "insert into consent_subject (number, subject, purpose, channel, granted, at) values (?, ?, ?, ?, ?, ?)",
            [(entry.number, subject, purpose, channel, granted, now) for subject in own],
        )
        if once:
            connection.execute("insert into consent_once (digest, number) values (?, ?)", (once, entry.number))
    return entry.number


def _given(number: int, at: int, said: dict[str, Any]) -> ConsentGiven:
    return ConsentGiven(
        number=number,
        at=datetime.fromisoformat(said["said_at"]) if said["said_at"] else datetime.fromtimestamp(at / 1e6, UTC),
        purpose=Purpose(said["purpose"]),
        channel=ContactChannel(said["channel"]) if said["channel"] else None,
        granted=bool(said["granted"]),
        wording=said["wording"],
        language=said["language"],
        how=How(said["how"]),
        where=said["where"],
    )
