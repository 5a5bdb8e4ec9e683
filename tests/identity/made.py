"""Links by name: `email:ana` met `phone:1` in one row."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pyarrow as pa

from tillit.events.contract import LINK_SCHEMA
from tillit.identity.resolve import Resolution

Seen = tuple[str, str]
_NAMES: dict[bytes, str] = {}


def subject_of(name: str) -> bytes:
    """A subject for `kind:value`."""
    digest = hashlib.sha256(name.encode()).digest()[:16]
    _NAMES[digest] = name
    return digest


def name_of(subject: bytes) -> str:
    """The name that `subject_of` was given."""
    return _NAMES[subject]


def links_of(seen: Sequence[Seen], *, rule: str = "same row") -> pa.Table:
    """One row of LINK_SCHEMA for each pair."""
    rows = [
        {
            "left": subject_of(left),
            "left_kind": left.partition(":")[0],
            "right": subject_of(right),
            "right_kind": right.partition(":")[0],
            "rule": rule,
            "event_id": f"e{place}",
            "source": "file",
            "occurred_at": place,
        }
        for place, (left, right) in enumerate(seen)
    ]
    return pa.Table.from_pylist(rows, schema=LINK_SCHEMA)


def persons_of(found: Resolution) -> set[frozenset[str]]:
    """The names of each person."""
    persons: dict[bytes, set[str]] = {}
    for row in found.components.to_pylist():
        persons.setdefault(row["representative"], set()).add(name_of(row["subject"]))
    return {frozenset(names) for names in persons.values()}


def held_of(found: Resolution) -> set[tuple[str, str, str]]:
    """(identifier, or two with " – " between, reason, about which kind) of all that is held apart."""
    return {
        (
            name_of(row["subject"])
            if row["other"] is None
            else " – ".join(sorted([name_of(row["subject"]), name_of(row["other"])])),
            row["reason"],
            row["about"],
        )
        for row in found.held.to_pylist()
    }
