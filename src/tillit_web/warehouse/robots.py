"""What builds leave out as robots', and which rules people have switched off: kept beside the log, where builds are."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tillit.events.left_out import LeftOut
from tillit.events.robots import RULES, Judged, Rule, are_in, digest_of, judge, taken_out

DECISIONS = "robots.json"  # in the data directory
FOUND = "robots.parquet"  # in a build's directory, as are the next two
MAILS = "mails.parquet"
SUMMARY = "robots.json"
SHOWN = 50


@dataclass(frozen=True, slots=True)
class SwitchedOff:
    """That a rule takes nothing out: who said so, and when (microseconds UTC)."""

    rule: str
    by: str
    at: int


@dataclass(frozen=True, slots=True)
class Found:
    """The robots' events in a log, those of them that a build leaves out, and by what that was decided."""

    judged: Judged
    out: LeftOut
    digest: str


@dataclass(frozen=True, slots=True)
class MailCounts:
    """Mails that were sent, and those that a person clicked: robots left out, each mail once."""

    mails: int
    clicked: int


@dataclass(frozen=True, slots=True)
class TakenOut:
    """One event that a rule found."""

    occurred_at: int
    activity: str
    agent: str


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """A rule, what it found in the current build's log, and whether it is off."""

    rule: Rule
    events: int
    visitors: int
    latest: tuple[TakenOut, ...]
    off: SwitchedOff | None


def switched_off(directory: Path) -> tuple[SwitchedOff, ...]:
    """The rules that are off in a data directory."""
    path = directory / DECISIONS
    if not path.exists():
        return ()
    return tuple(SwitchedOff(**one) for one in json.loads(path.read_text(encoding="utf-8")))


def switch(directory: Path, rule: str, *, off: bool, by: str, at: int) -> None:
    """Let a rule take nothing out any more, or again what it finds; true from the next build on."""
    kept = [one for one in switched_off(directory) if one.rule != rule]
    if off:
        kept.append(SwitchedOff(rule, by, at))
    path = directory / DECISIONS
    waiting = path.with_suffix(".tmp")
    with waiting.open("w", encoding="utf-8") as file:
        json.dump([asdict(one) for one in kept], file)
        file.flush()
        os.fsync(file.fileno())
    waiting.replace(path)


def look(events: Sequence[Path], directory: Path, *, known: Path | None, fresh: Sequence[Path]) -> Found:
    """Find the robots in these files, which are the whole log.

    Args:
        events: Every event file.
        directory: The data directory.
        known: A build of the same log before the fresh files came; None if there is none.
        fresh: The event files that are not in it.
    """
    off = {one.rule for one in switched_off(directory)}
    before = None
    if known is not None and digest_noted(known) == digest_of(off) and (known / MAILS).exists():
        before = Judged(pq.read_table(known / FOUND), pq.read_table(known / MAILS))
    with TemporaryDirectory(dir=directory / "store", prefix="robots-") as work:
        judged = judge(events, off=off, work=Path(work), before=before, fresh=fresh)
    return Found(judged, taken_out(judged.robots, off), digest_of(off))


def digest_now(directory: Path) -> str:
    """What a build made now would note as decided."""
    return digest_of({one.rule for one in switched_off(directory)})


def digest_noted(build: Path) -> str:
    """By what a build left robots out; empty for one that was made before there were rules."""
    return str(_summary(build).get("digest", ""))


def still_holds(base: Path, found: Found, news: Sequence[Path], directory: Path) -> bool:
    """Whether a base leaves out what would be left out now, apart from events that came after it.

    Args:
        base: The base's directory.
        found: In the whole log.
        news: The event files that are not in the base.
    """
    if digest_noted(base) != found.digest:
        return False
    off = {one.rule for one in switched_off(directory)}
    before, now = taken_out(pq.read_table(base / FOUND), off).keys, found.out.keys
    if not pc.all(pc.is_in(before, value_set=now), min_count=0).as_py():
        return False  # something is a person's after all
    return are_in(now.filter(pc.invert(pc.is_in(now, value_set=before))), news)


def note(found: Found, build: Path, *, counted: int) -> None:
    """Write beside a build what was found, what its people did with mails, and how many events were only counted."""
    pq.write_table(found.judged.robots, build / FOUND, compression="zstd")
    pq.write_table(found.judged.mails, build / MAILS, compression="zstd")
    mails, clicked = (pc.sum(found.judged.mails[name]).as_py() or 0 for name in ("mails", "clicked"))
    summary = {"digest": found.digest, "mails": mails, "clicked": clicked, "counted": counted}
    (build / SUMMARY).write_text(json.dumps(summary), encoding="utf-8")


def mail_counts(build: Path) -> MailCounts:
    """What people did with mails, as noted beside a build."""
    summary = _summary(build)
    return MailCounts(int(summary.get("mails", 0)), int(summary.get("clicked", 0)))


def counted_only(build: Path) -> int:
    """How many events of a build's log are only counted: in no journey, nobody's; robots' left out."""
    return int(_summary(build).get("counted", 0))


def rule_facts(build: Path | None, directory: Path) -> tuple[RuleFacts, ...]:
    """Every rule with what it found, in the order they are written."""
    path = None if build is None else build / FOUND
    robots = None if path is None or not path.exists() else pq.read_table(path)
    off = {one.rule: one for one in switched_off(directory)}
    return tuple(_facts(rule, robots, off.get(rule.name)) for rule in RULES)


def _facts(rule: Rule, robots: pa.Table | None, off: SwitchedOff | None) -> RuleFacts:
    if robots is None:
        return RuleFacts(rule, 0, 0, (), off)
    found = robots.filter(pc.equal(robots["rule"], rule.name))
    last = pc.select_k_unstable(found, SHOWN, [("occurred_at", "descending")])
    rows = found.take(last).select(["occurred_at", "activity", "agent"]).to_pylist()
    latest = tuple(TakenOut(row["occurred_at"], row["activity"], row["agent"] or "") for row in rows)
    return RuleFacts(rule, found.num_rows, pc.count_distinct(found["subject"]).as_py(), latest, off)


def _summary(build: Path) -> dict[str, Any]:
    path = build / SUMMARY
    if not path.exists():
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
