"""What people have decided about links and identifiers, as it stands now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Pair = tuple[bytes, bytes]


class Verdict(StrEnum):
    """What a person may say of an identifier, or of a link between two. The last word on each holds."""

    JOINED = "joined"  # one person's, whatever the rules hold apart
    APART = "apart"  # of a link: it no longer holds; of an identifier: none of its links does
    STAFF = "staff"  # an identifier of ours, which meets many customers
    KIOSK = "kiosk"  # a device of ours that many customers use
    RULES = "rules"  # no word of ours: as the rules have it


OF_LINKS = frozenset({Verdict.JOINED, Verdict.APART, Verdict.RULES})


def pair_of(one: bytes, other: bytes) -> Pair:
    """The same pair in either direction."""
    return (one, other) if one < other else (other, one)


@dataclass(frozen=True, slots=True)
class Decided:
    """The verdicts that hold; what nobody spoke of, or was given back to the rules, is not named.

    Attributes:
        links: Pairs as `pair_of` gives them.
        identifiers: Subjects.
        last: The number of the last decision, which tells this standing from others; 0 before the first.
    """

    links: Mapping[Pair, Verdict] = field(default_factory=dict)
    identifiers: Mapping[bytes, Verdict] = field(default_factory=dict)
    last: int = 0
