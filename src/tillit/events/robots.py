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
from tillit.events.left_out import LeftOut, keys_of
from tillit.events.robot_evidence import doubtful_subjects, write_evidence, write_further_evidence
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
MAILS_SCHEMA = pa.schema([("subject", pa.binary(16)), ("mails", pa.int64()), ("clicked", pa.int64())])
_SUBJECT = pa.binary(16)
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


@dataclass(frozen=True, slots=True)
class Judged:
    """What a log was judged to hold, with all rules on, and what people did with mails when some were off.

    Attributes:
        robots: Rows of ROBOTS_SCHEMA.
        mails: Rows of MAILS_SCHEMA, robots' events that went out left out.
    """

    robots: pa.Table
    mails: pa.Table


def judge(
    events: Sequence[Path],
    *,
    off: Collection[str],
    work: Path,
    before: Judged | None = None,
    fresh: Sequence[Path] = (),
) -> Judged:
    """Judge a whole log; where it was judged before, only the subjects of whom something new was heard.

    Args:
        events: Parquet files of EVENT_SCHEMA: the whole log.
        off: Rules that take nothing out of what is counted of mails.
        work: A folder of this call's own, for what it reads and for what does not fit in memory.
        before: What the log without the fresh files was judged to hold, by the same rules, with the same ones off.
        fresh: The files that came since; among `events` too.
    """
    evidence = work / "evidence.parquet"
    doubtful = pa.array([], _SUBJECT)
    if before is None:
        write_evidence(events, evidence, rush_micros=LIMITS["rush_micros"], rush_pages=LIMITS["rush_pages"])
        before = Judged(ROBOTS_SCHEMA.empty_table(), MAILS_SCHEMA.empty_table())
    else:
        rushing = before.robots.filter(pc.equal(before.robots["rule"], "rush"))["subject"]
        doubtful = doubtful_subjects(fresh, pc.unique(rushing))
        known = [path for path in events if path not in set(fresh)]
        write_further_evidence(known, fresh, doubtful, evidence)
    if not pq.read_metadata(evidence).num_rows:
        return before
    found = find_robots([evidence], spill=work)
    acting = found.filter(pc.invert(pc.is_in(found["rule"], value_set=pa.array(sorted(off), pa.string()))))
    mails = mail_clicks([evidence], acting, spill=work)
    return Judged(
        pa.concat_tables([_without_subjects(before.robots, doubtful), found]),
        pa.concat_tables([_without_subjects(before.mails, doubtful), mails]),
    )


def _without_subjects(rows: pa.Table, subjects: pa.Array) -> pa.Table:
    return rows.filter(pc.invert(pc.is_in(rows["subject"], value_set=subjects)))


def find_robots(events: Sequence[Path], *, spill: Path) -> pa.Table:
    """Every event of these files that a rule calls a robot's, once for each rule.

    Args:
        events: Parquet files of EVENT_SCHEMA, or of what can matter (see `robot_evidence`); all that is known, since
            a rule may need what came later.
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
    """For each contact that mails were sent to: `mails`, and how many of them a person `clicked`; never more.

    Returns:
        Rows of MAILS_SCHEMA.
    """
    with duckdb_engine(_folders(events), spill=spill, memory_limit=_MEMORY) as engine:
        engine.offer("events", events)
        engine.offer("robots", robots.select(["source", "event_id"]).group_by(["source", "event_id"]).aggregate([]))
        return engine.fetch(load_statement(__package__, "mail_clicks"), {}).cast(MAILS_SCHEMA)


def taken_out(robots: pa.Table, off: Collection[str]) -> LeftOut:
    """The events that a rule takes out that is not off."""
    return LeftOut.of(robots.filter(pc.invert(pc.is_in(robots["rule"], value_set=pa.array(sorted(off), pa.string())))))


def are_in(keys: pa.Array, events: Sequence[Path]) -> bool:
    """Whether every one of these keys is an event of these files."""
    for path in events:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(columns=["source", "event_id"]):
                if not len(keys):
                    return True
                keys = keys.filter(pc.invert(pc.is_in(keys, value_set=keys_of(pa.Table.from_batches([batch])))))
    return not len(keys)


def digest_of(off: Collection[str]) -> str:
    """Tells apart what a build was made by: the rules, their limits, and which are off."""
    statement = load_statement(__package__, "robots").text
    return hashlib.sha256(repr((statement, sorted(LIMITS.items()), sorted(off))).encode()).hexdigest()[:16]


def _folders(events: Sequence[Path]) -> list[Path]:
    return sorted({path.parent for path in events})
