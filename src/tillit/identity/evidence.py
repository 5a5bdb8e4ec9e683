"""Why identifiers are linked: by which rule, in which event, when, and how often."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tillit.events.contract import LINK_SCHEMA
from tillit.identity.decided import Pair, pair_of
from tillit.identity.links import SUBJECT


@dataclass(frozen=True, slots=True)
class Evidence:
    """One pair of identifiers under one rule.

    Attributes:
        pair: As `pair_of` gives it.
        kinds: Of both, in that order.
        rule: Under which they were linked.
        times: How many events showed it.
        event_id, source, occurred_at: The first of those events; microseconds UTC.
    """

    pair: Pair
    kinds: tuple[str, str]
    rule: str
    times: int
    event_id: str
    source: str
    occurred_at: int


def evidence_of(links: Sequence[Path], subjects: Collection[bytes], *, most: int) -> tuple[Evidence, ...]:
    """Every link that names one of these subjects, oldest first.

    Args:
        links: Parquet files of LINK_SCHEMA. All of them are read, a batch at a time.
        subjects: 16 bytes each.
        most: No more pairs than this are returned.
    """
    found: dict[tuple[Pair, str], Evidence] = {}
    order = [("occurred_at", "ascending"), ("source", "ascending"), ("event_id", "ascending")]
    for row in _naming(links, subjects).sort_by(order).to_pylist():
        key = pair_of(row["left"], row["right"]), row["rule"]
        first = found.get(key)
        if first is None and len(found) == most:
            continue
        if first is None:
            kinds = (row["left_kind"], row["right_kind"])
            found[key] = Evidence(
                pair=key[0],
                kinds=kinds if key[0] == (row["left"], row["right"]) else kinds[::-1],
                rule=row["rule"],
                times=1,
                event_id=row["event_id"],
                source=row["source"],
                occurred_at=row["occurred_at"],
            )
        else:
            found[key] = replace(first, times=first.times + 1)
    return tuple(found.values())


def kinds_of(links: Sequence[Path], subjects: Collection[bytes]) -> dict[bytes, str]:
    """The kind of each of these subjects that some link names."""
    if not subjects:
        return {}
    found = _naming(links, subjects)
    sides = (zip(found[side].to_pylist(), found[f"{side}_kind"].to_pylist(), strict=True) for side in ("left", "right"))
    return {subject: kind for side in sides for subject, kind in side if subject in subjects}


def _naming(links: Sequence[Path], subjects: Collection[bytes]) -> pa.Table:
    """The rows of these files that name one of the subjects, a batch in memory at a time."""
    wanted = pa.array(sorted(subjects), SUBJECT)
    tables = [LINK_SCHEMA.empty_table()]
    for path in links:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches():
                named = pc.or_(pc.is_in(batch["left"], value_set=wanted), pc.is_in(batch["right"], value_set=wanted))
                if pc.any(named).as_py():
                    tables.append(pa.Table.from_batches([batch]).filter(named))
    return pa.concat_tables(tables)
