"""The chain of a ledger: how entries hold each other, and what is found when one is not as it was written."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

BEGINNING = bytes(32)  # what stands before the first entry
ERASURE = "erasure"  # the type of an entry whose body names the entries whose bodies were erased


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: no personal data, and never erased.

    Attributes:
        number: From 1, without gaps.
        at: Microseconds UTC.
        body_digest: SHA-256 of salt and content. Without the salt nobody can tell by trying what the content was.
        previous: The digest of the entry before.
        digest: SHA-256 over all of the above.
    """

    number: int
    at: int
    type: str
    body_digest: bytes
    previous: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class Body:
    """What an entry says, with the random salt that keeps its digest from being guessed."""

    salt: bytes
    content: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """How far a ledger has come. Kept elsewhere (in a backup, on a receipt) it shows whether the end was cut off."""

    number: int
    digest: bytes


class Fault(StrEnum):
    """What can be wrong with an entry."""

    CHANGED = "changed"  # entry or body is not as it was written
    MISSING = "missing"  # the entry, or a body that nobody erased on record, is gone
    RETURNED = "returned"  # an erased body is here again, as after an old backup


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault and where it is."""

    number: int
    fault: Fault


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of the whole ledger found; `erased` are bodies that are gone as they should be."""

    entries: int
    erased: frozenset[int]
    findings: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        return not self.findings


def body_digest(body: Body) -> bytes:
    """SHA-256 of salt and content. The salt's length goes first, so that no byte can move between the two."""
    return hashlib.sha256(struct.pack(">I", len(body.salt)) + body.salt + body.content).digest()


def entry_digest(number: int, at: int, kind: str, body: bytes, previous: bytes) -> bytes:
    """What the next entry holds on to."""
    return hashlib.sha256(struct.pack(">qq", number, at) + body + previous + kind.encode()).digest()


def next_entry(last: Head | None, kind: str, body: Body, *, at: int) -> Entry:
    """The entry after `last`; None where there is none yet."""
    number, previous = (1, BEGINNING) if last is None else (last.number + 1, last.digest)
    digest = body_digest(body)
    return Entry(number, at, kind, digest, previous, entry_digest(number, at, kind, digest, previous))


def erasure_content(numbers: Collection[int]) -> bytes:
    """The content of an erasure's entry: which entries lost their bodies. Numbers say nothing about anybody."""
    return b" ".join(str(number).encode() for number in sorted(numbers))


def check(rows: Iterable[tuple[Entry, Body | None]], *, written: int = 0, kept_heads: Collection[Head] = ()) -> Verdict:
    """Hold every entry against its digest, the entry before it, its body, and the erasures on record.

    Args:
        rows: Entries by number, each with its body if there is one.
        written: How many entries were ever written, as far as the store knows.
        kept_heads: Heads noted elsewhere at earlier times.

    Returns:
        Findings by number. An erased body is no finding; one that is gone without an erasure's entry is.
    """
    found: set[Finding] = set()
    digests: dict[int, bytes] = {}
    without_body: set[int] = set()
    erased: set[int] = set()
    expected, previous = 1, BEGINNING
    for entry, body in rows:
        if entry.number < expected:
            found.add(Finding(entry.number, Fault.CHANGED))  # a number that was never given
            continue
        found.update(Finding(number, Fault.MISSING) for number in range(expected, entry.number))
        follows = entry.number > expected or entry.previous == previous
        own = entry_digest(entry.number, entry.at, entry.type, entry.body_digest, entry.previous)
        if own != entry.digest or not follows:
            found.add(Finding(entry.number, Fault.CHANGED))
        if body is None:
            without_body.add(entry.number)
        elif body_digest(body) != entry.body_digest:
            found.add(Finding(entry.number, Fault.CHANGED))
        elif entry.type == ERASURE:
            erased.update(map(int, body.content.split()))
        digests[entry.number] = entry.digest
        expected, previous = entry.number + 1, entry.digest
    found.update(Finding(number, Fault.MISSING) for number in range(expected, written + 1))
    found.update(Finding(number, Fault.MISSING) for number in without_body - erased)
    found.update(Finding(number, Fault.RETURNED) for number in (erased & digests.keys()) - without_body)
    for head in kept_heads:
        if digests.get(head.number) != head.digest:
            found.add(Finding(head.number, Fault.CHANGED if head.number in digests else Fault.MISSING))
    findings = tuple(sorted(found, key=lambda finding: (finding.number, finding.fault)))
    return Verdict(max(expected - 1, written), frozenset(erased & without_body), findings)
