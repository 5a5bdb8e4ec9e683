"""Robots and mail scanners: found in the whole log at each build by rules that are data, left out, never deleted.

A rule reads what an event kept of the program that made it, or the times alone. Each can be switched off, and
everything it took out is back at the next build.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tillit.engine.duckdb_engine import duckdb_engine
from tillit.engine.statement import load_statement
from tillit.sentences import Sentence, sentence

SECOND = 1_000_000  # microseconds
LIMITS = {
    "instant_micros": 2 * SECOND,
    "delivery_micros": 120 * SECOND,
    "burst_micros": 10 * SECOND,
    "burst_clicks": 3,
    "stay_micros": 1_800 * SECOND,
    "rush_micros": 60 * SECOND,
    "rush_pages": 60,
}
ROBOTS_SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("event_id", pa.string()),
        ("rule", pa.string()),
        ("subject", pa.binary(16)),
        ("occurred_at", pa.int64()),
        ("activity", pa.string()),
        ("agent", pa.string()),  # family, major version and kind of device; null where the event does not say
    ]
)
_MEMORY = "600MB"


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to tell a robot. `name` is stable; `sign` is what gives it away, for people."""

    name: str
    title: Sentence
    sign: Sentence


RULES: tuple[Rule, ...] = (
    Rule(
        "names_itself",
        sentence("Programs that say so"),
        sentence("The program calls itself a robot, a scanner, a preview or a script."),
    ),
    Rule(
        "driven_browser",
        sentence("Browsers driven by a program"),
        sentence("The browser said that a program drives it, as tests and scrapers do."),
    ),
    Rule(
        "mail_scanner",
        sentence("Mail scanners"),
        sentence(
            "At least {clicks} links of one mail followed within {burst} seconds, no later than {delivery} seconds "
            "after it came, and no page looked at in the half hour after.",
            clicks=LIMITS["burst_clicks"],
            burst=LIMITS["burst_micros"] // SECOND,
            delivery=LIMITS["delivery_micros"] // SECOND,
        ),
    ),
    Rule(
        "instant",
        sentence("Opened before anybody could"),
        sentence(
            "Opened or clicked within {seconds} seconds after it came: a mail program that fetches ahead.",
            seconds=LIMITS["instant_micros"] // SECOND,
        ),
    ),
    Rule(
        "rush",
        sentence("Faster than anybody reads"),
        sentence(
            "A visitor nobody knows looked at {pages} pages or more within a minute; all that visitor did is left out.",
            pages=LIMITS["rush_pages"],
        ),
    ),
)


def find_robots(events: Sequence[Path], *, spill: Path) -> pa.Table:
    """Every event of these files that a rule calls a robot's, once for each rule.

    Args:
        events: Parquet files of EVENT_SCHEMA; all that is known, since a rule may need what came later.
        spill: A folder for what does not fit in memory.

    Returns:
        Rows of ROBOTS_SCHEMA.
    """
    if not events:
        return ROBOTS_SCHEMA.empty_table()
    with duckdb_engine(_folders(events), spill=spill, memory_limit=_MEMORY) as engine:
        engine.offer("events", events)
        return engine.fetch(load_statement(__package__, "robots"), LIMITS).cast(ROBOTS_SCHEMA)


def mail_clicks(events: Sequence[Path], robots: pa.Table, *, spill: Path) -> pa.Table:
    """For each contact that mails were sent to: `mails`, and how many of them a person `clicked`; never more."""
    with duckdb_engine(_folders(events), spill=spill, memory_limit=_MEMORY) as engine:
        engine.offer("events", events)
        engine.offer("robots", robots.select(["source", "event_id"]).group_by(["source", "event_id"]).aggregate([]))
        return engine.fetch(load_statement(__package__, "mail_clicks"), {})


def taken_out(robots: pa.Table, off: Collection[str]) -> pa.Array:
    """The keys (see `keys_of`) of events that a rule takes out that is not off; each once, sorted."""
    if not robots.num_rows:
        return pa.array([], pa.large_string())
    acting = robots.filter(pc.invert(pc.is_in(robots["rule"], value_set=pa.array(sorted(off), pa.string()))))
    return pc.unique(keys_of(acting)).sort()


def keys_of(rows: pa.Table) -> pa.ChunkedArray:
    """`source` and `event_id` of each row as one text."""
    parts = (rows["source"].cast(pa.large_string()), rows["event_id"].cast(pa.large_string()))
    return pc.binary_join_element_wise(*parts, pa.scalar("\x00", pa.large_string()))


def without(events: Sequence[Path], keys: pa.Array, *, to: Path) -> list[Path]:
    """These files without the events of these keys; a file that has none of them is itself, another is written anew.

    Args:
        to: A folder for the new files, to be removed by the caller when they were read.
    """
    if not len(keys):
        return list(events)
    kept = []
    for number, path in enumerate(events):
        named = keys_of(pq.read_table(path, columns=["source", "event_id"]))
        if not pc.any(pc.is_in(named, value_set=keys)).as_py():
            kept.append(path)
            continue
        target = to / f"{number:05d}.parquet"
        with pq.ParquetFile(path) as file, pq.ParquetWriter(target, file.schema_arrow, compression="lz4") as writer:
            for batch in file.iter_batches():
                rows = pa.Table.from_batches([batch])
                writer.write_table(rows.filter(pc.invert(pc.is_in(keys_of(rows), value_set=keys))))
        kept.append(target)
    return kept


def are_in(keys: pa.Array, events: Sequence[Path]) -> bool:
    """Whether every one of these keys is an event of these files."""
    for path in events:
        if not len(keys):
            return True
        named = keys_of(pq.read_table(path, columns=["source", "event_id"]))
        keys = keys.filter(pc.invert(pc.is_in(keys, value_set=named)))
    return not len(keys)


def digest_of(off: Collection[str]) -> str:
    """Tells apart what a build was made by: the rules, their limits, and which are off."""
    statement = load_statement(__package__, "robots").text
    return hashlib.sha256(repr((statement, sorted(LIMITS.items()), sorted(off))).encode()).hexdigest()[:16]


def _folders(events: Sequence[Path]) -> list[Path]:
    return sorted({path.parent for path in events})
