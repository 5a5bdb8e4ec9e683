"""Public data: promises of a real town hall, kept and broken, as our kernel and as a plain loop count them.

    promises_evaluation.py DATA     part of `make evaluate`; needs DATA/permit_promises_coselog/events.parquet

1,434 requests for building permits in the Netherlands (CoSeLoG, doi:10.4121/uuid:a07386a5-7be3-4367-9535-70bc9e77dbe6).
Three promises: 56 days from the day a case begins to its end, which is the deadline that most cases have; and two about
the letter of receipt, by the clock on the wall and in opening hours. The loop goes case by case, and through opening
hours day by day. The first promise is also held against each case's own deadline. Exit code 1 if one count differs.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tillit.events.mapping_toml import parse_mapping
from tillit.events.staging import stage
from tillit.friction.conformance import conformance
from tillit.friction.promise_rules import Clock, PromiseRule, Promises
from tillit.friction.results import PromiseKept
from tillit.journeys.build import build_store
from tillit.journeys.opening import OpeningHours
from tillit.journeys.store import OrderedStore
from tillit.journeys.view import CaseRule, View
from tillit.vocabulary import Purpose

FILE = Path("permit_promises_coselog") / "events.parquet"
RECEIPT, LETTER = "Confirmation of receipt", "T05 Print and send confirmation of receipt"
OPENED, CLOSED = "case opened", "case closed"  # columns of a case, made into events
ZONE = ZoneInfo("Europe/Amsterdam")
OPENS, CLOSES = 9, 17  # Monday to Friday, by the clock on the wall
DAYS = 56
SAME_MATTER = timedelta(days=7)
MAPPING = """
timezone = "UTC"
identifiers = { customer = "case_id" }
[[event]]
activity = { column = "activity" }
time = "at"
"""
PROMISES = (
    PromiseRule(OPENED, (CLOSED,), DAYS * 24, Clock.CALENDAR),
    PromiseRule(RECEIPT, (LETTER,), 24, Clock.CALENDAR),
    PromiseRule(RECEIPT, (LETTER,), 4, Clock.OPENING),
)


@dataclass(frozen=True, slots=True)
class Done:
    """One event of a case."""

    case: str
    activity: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """When a case came, when it ended, and its own deadline."""

    came_at: datetime
    ended_at: datetime | None
    deadline_at: datetime | None


def read(path: Path) -> tuple[list[Done], dict[str, Ended]]:
    """The events, with each case's beginning and end as two more, and the cases."""
    events, cases = [], {}
    for row in pq.read_table(path).to_pylist():
        events.append(Done(row["case_id"], row["activity"], row["timestamp"]))
        cases[row["case_id"]] = Ended(row["case_startdate"], row["case_enddate"], row["case_deadline"])
    events += [Done(case, OPENED, one.came_at) for case, one in cases.items()]
    events += [Done(case, CLOSED, one.ended_at) for case, one in cases.items() if one.ended_at is not None]
    return events, cases


def by_kernel(events: Sequence[Done], folder: Path) -> tuple[PromiseKept, ...]:
    """What tillit says of them, from a file to the counts."""
    columns = {
        "case_id": [event.case for event in events],
        "activity": [event.activity for event in events],
        "at": [event.at for event in events],
    }
    pq.write_table(pa.table(columns), folder / "cases.parquet")
    staged = stage(
        [folder / "cases.parquet"],
        [parse_mapping(MAPPING, name="cases.toml")],
        key=bytes(32),
        received_at=0,
        work=folder / "staged",
    )
    build_store(staged.events, staged.links, folder / "store")
    view = View(OrderedStore.open(folder / "store"), CaseRule(), purpose=Purpose.MEASUREMENT)
    hours = OpeningHours.parse(f"mon-fri {OPENS:02}:00-{CLOSES}:00")
    found = conformance(view, Promises(PROMISES, hours), rng=np.random.default_rng(1), timezone=ZONE.key)
    of_rule = {kept.rule: kept for kept in found.rules}
    return tuple(of_rule[rule] for rule in PROMISES)


def by_loop(events: Sequence[Done], rule: PromiseRule) -> Counter[str]:
    """Kept, late, unanswered and pending matters, one case after the other."""
    newest_at = max(event.at for event in events)
    counts: Counter[str] = Counter()
    cases: dict[str, list[Done]] = {}
    for event in events:
        cases.setdefault(event.case, []).append(event)
    for case in cases.values():
        asked_at = last_at = None
        for event in sorted(case, key=lambda event: event.at):
            if event.activity == rule.ask:
                if asked_at is None:
                    asked_at = event.at
                elif last_at is not None and event.at - last_at > SAME_MATTER:
                    counts[outcome(asked_at, None, rule, newest_at)] += 1
                    asked_at = event.at
                last_at = event.at
            elif event.activity in rule.answers and asked_at is not None:
                counts[outcome(asked_at, event.at, rule, newest_at)] += 1
                asked_at = None
        if asked_at is not None:
            counts[outcome(asked_at, None, rule, newest_at)] += 1
    return counts


def outcome(asked_at: datetime, answered_at: datetime | None, rule: PromiseRule, newest_at: datetime) -> str:
    """What became of one promise."""
    until = newest_at if answered_at is None else answered_at
    if not is_over(asked_at, until, rule):
        return "pending" if answered_at is None else "kept"
    return "unanswered" if answered_at is None else "late"


def is_over(asked_at: datetime, until: datetime, rule: PromiseRule) -> bool:
    """Whether more than the promised time lies between."""
    promised = timedelta(hours=rule.within_hours)
    if rule.clock is Clock.CALENDAR:
        return until - asked_at > promised
    return open_between(asked_at, until) > promised


def open_between(first: datetime, last: datetime) -> timedelta:
    """The open time of each day between, added up; days are the town's own."""
    total, day = timedelta(), first.astimezone(ZONE).date()
    while day <= last.astimezone(ZONE).date():
        if day.weekday() < 5:
            opens, closes = (datetime(day.year, day.month, day.day, hour, tzinfo=ZONE) for hour in (OPENS, CLOSES))
            total += max(timedelta(), min(last, closes.astimezone(UTC)) - max(first, opens.astimezone(UTC)))
        day += timedelta(days=1)
    return total


def own_days(case: Ended) -> int | None:
    """Days of the town's calendar from the beginning to the case's own deadline: a change of the clocks is no day."""
    if case.deadline_at is None:
        return None
    return (case.deadline_at.astimezone(ZONE).date() - case.came_at.astimezone(ZONE).date()).days


def against_own_deadlines(cases: dict[str, Ended]) -> tuple[int, int, int, int]:
    """Of cases with exactly 56 days: all, closed ones, those late by it, and those that we judge otherwise."""
    same = [case for case in cases.values() if own_days(case) == DAYS]
    closed = [(one.came_at, one.ended_at, one.deadline_at) for one in same if one.ended_at and one.deadline_at]
    late = [ended_at > deadline_at for _, ended_at, deadline_at in closed]
    ours = [ended_at - came_at > timedelta(days=DAYS) for came_at, ended_at, _ in closed]
    return len(same), len(closed), sum(late), sum(one != other for one, other in zip(late, ours, strict=True))


def main(data: Path) -> int:
    """Print both counts of each promise, and what the cases' own deadlines say beside."""
    events, cases = read(data / FILE)
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        for kept in by_kernel(events, Path(folder)):
            ours = {"kept": kept.kept, "late": kept.late, "unanswered": kept.unanswered, "pending": kept.pending}
            loop = by_loop(events, kept.rule)
            same = all(loop[word] == count for word, count in ours.items()) and loop.total() == sum(ours.values())
            missed += not same
            said = ", ".join(f"{count:,} {word}" for word, count in ours.items())
            print(f"{kept.rule.ask} -> {' or '.join(kept.rule.answers)} within {kept.rule.within}: {said}")
            print(
                f"  a plain loop says {'the same' if same else dict(loop)}; half within {kept.p50_seconds or 0:,.0f} s"
            )
    same_days, closed, late, otherwise = against_own_deadlines(cases)
    print(
        f"{same_days:,} of {len(cases):,} cases have a deadline of exactly {DAYS} days; {closed:,} of these are closed"
    )
    print(f"by their own deadlines {late:,} of the closed ones are late; {DAYS * 24} hours judge {otherwise} otherwise")
    return 1 if missed else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Say where the data sets are: promises_evaluation.py DATA")
    sys.exit(main(Path(sys.argv[1])))
