"""What the rules hold apart, for people to decide: which identifier or link, why, and how many persons it joins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tillit.identity.limits import Excess
from tillit.identity.links import KINDS, SUBJECT, LinkGraph, distinct
from tillit.identity.territories import CONTESTED
from tillit.vocabulary import IdentifierKind

Codes = NDArray[np.int64]
Marks = NDArray[np.bool_]


class Reason(StrEnum):
    """Why something is held apart."""

    TOO_MANY = "too_many"  # the identifier meets more of a kind than one person has
    CONTESTED = "contested"  # it stands as near to one person as to another
    BETWEEN = "between"  # the link would join two persons who each have an identifier of their own


HELD_FILE = "held.parquet"  # beside a build's other tables
# One row for each identifier, or for each link between two (`other` is null for an identifier).
HELD_SCHEMA = pa.schema(
    [
        pa.field("subject", SUBJECT, nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("other", SUBJECT),
        pa.field("other_kind", pa.string()),
        pa.field("reason", pa.string(), nullable=False),  # Reason
        pa.field("about", pa.string(), nullable=False),  # the kind of which there are too many, or two
        pa.field("found", pa.int64(), nullable=False),  # how many of it
        pa.field("most", pa.int64(), nullable=False),  # how many one person has
        pa.field("persons", pa.int64(), nullable=False),  # who would become one if it were let in
    ]
)


@dataclass(frozen=True, slots=True)
class HeldRow:
    """One row of HELD_SCHEMA."""

    subject: bytes
    kind: str
    other: bytes | None
    other_kind: str | None
    reason: Reason
    about: str
    found: int
    most: int
    persons: int


def held_rows(table: pa.Table) -> tuple[HeldRow, ...]:
    """The rows of a table of HELD_SCHEMA, in its order."""
    return tuple(HeldRow(**{**row, "reason": Reason(row["reason"])}) for row in table.to_pylist())


@dataclass(frozen=True, slots=True)
class Contested:
    """Pairs that were taken out because their ends belong to different claimants. Each array has the shape (taken,).

    Attributes:
        pairs: Places among the graph's pairs.
        low, high: Whose each end is: a claimant, or CONTESTED.
    """

    pairs: Codes
    low: Codes
    high: Codes


@dataclass(frozen=True, slots=True)
class Held:
    """What a resolution found.

    Attributes:
        excess: Identifiers over their limits.
        contested: For each kind what was taken out for it.
        counted: Shape (pairs,); pairs that nobody has taken out by hand.
        label: Shape (subjects,); the person of each subject.
    """

    excess: Excess
    contested: Mapping[IdentifierKind, Contested]
    counted: Marks
    label: Codes


def held_table(graph: LinkGraph, held: Held) -> pa.Table:
    """Rows of HELD_SCHEMA, most persons first, then in the order of the subjects."""
    parts = [_over(graph, held), *(part for kind in held.contested for part in _disputed(graph, held, kind))]
    table = pa.concat_tables(parts)
    order = [("persons", "descending"), ("subject", "ascending"), ("other", "ascending"), ("about", "ascending")]
    return table.sort_by(order)


def _over(graph: LinkGraph, held: Held) -> pa.Table:
    codes = np.flatnonzero(held.excess.over)
    pairs = np.flatnonzero(held.counted)
    return _rows(
        graph,
        codes,
        None,
        Reason.TOO_MANY,
        about=held.excess.about[codes],
        found=held.excess.found[codes],
        most=held.excess.most[codes],
        persons=_would_join(graph, held.label, codes, pairs),
    )


def _disputed(graph: LinkGraph, held: Held, kind: IdentifierKind) -> tuple[pa.Table, pa.Table]:
    taken = held.contested[kind]
    low, high = graph.low[taken.pairs], graph.high[taken.pairs]
    about = np.int8(KINDS.index(kind))
    sides = [(low, taken.low, taken.high), (high, taken.high, taken.low)]
    codes, found = _different(
        np.concatenate([ends[own == CONTESTED] for ends, own, _ in sides]),
        np.concatenate([other[own == CONTESTED] for _, own, other in sides]),
    )
    contested = _rows(
        graph,
        codes,
        None,
        Reason.CONTESTED,
        about=np.full(len(codes), about),
        found=found,
        most=np.ones(len(codes), np.int64),
        persons=_would_join(graph, held.label, codes, taken.pairs),
    )
    between = (taken.low >= 0) & (taken.high >= 0)
    count = int(between.sum())
    links = _rows(
        graph,
        low[between],
        high[between],
        Reason.BETWEEN,
        about=np.full(count, about),
        found=np.full(count, 2),
        most=np.ones(count, np.int64),
        persons=1 + (held.label[low[between]] != held.label[high[between]]),
    )
    return contested, links


def _would_join(graph: LinkGraph, label: Codes, codes: Codes, pairs: Codes) -> Codes:
    """How many persons all that each of these subjects meets over these pairs are now."""
    wanted = np.zeros(len(label), np.bool_)
    wanted[codes] = True
    low, high = graph.low[pairs], graph.high[pairs]
    sides = [(one[wanted[one]], two[wanted[one]]) for one, two in ((low, high), (high, low))]
    # Every one of them meets somebody over these pairs, so all are seen.
    _, count = _different(np.concatenate([one for one, _ in sides]), np.concatenate([label[two] for _, two in sides]))
    return count


def _different(keys: Codes, values: Codes) -> tuple[Codes, Codes]:
    """Each key once, ascending, and how many different values stand with it; values are at least 0."""
    size = np.int64(values.max(initial=0) + 1)
    once = distinct(keys * size + values) // size
    every = distinct(once)
    return every, np.diff(np.append(np.searchsorted(once, every), len(once)))


def _rows(
    graph: LinkGraph,
    codes: Codes,
    others: Codes | None,
    reason: Reason,
    *,
    about: NDArray[np.int8],
    found: Codes,
    most: Codes,
    persons: Codes,
) -> pa.Table:
    count = len(codes)
    columns = [
        graph.subjects.take(pa.array(codes)),
        _kind_names(graph.kind[codes]),
        pa.nulls(count, SUBJECT) if others is None else graph.subjects.take(pa.array(others)),
        pa.nulls(count, pa.string()) if others is None else _kind_names(graph.kind[others]),
        pa.repeat(str(reason), count),
        _kind_names(about),
        pa.array(found, pa.int64()),
        pa.array(most, pa.int64()),
        pa.array(persons, pa.int64()),
    ]
    return pa.table(columns, schema=HELD_SCHEMA)


def _kind_names(codes: NDArray[np.int8]) -> pa.Array:
    return pa.array([*map(str, KINDS), "unknown"], pa.string()).take(pa.array(codes))
