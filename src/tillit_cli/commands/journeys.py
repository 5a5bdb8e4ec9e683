"""`tillit journeys`: how customers really go."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from tillit.journeys.graph import overview
from tillit.journeys.results import Overview, Variants
from tillit.journeys.variants import variants
from tillit.reports.wording import day, duration, number
from tillit_cli.from_files import add_file_arguments, journeys_from, timezone_of
from tillit_cli.tables import aligned

SHOWN = 20  # rows of a table on a terminal; JSON has them all
SHOWN_STEPS = 6  # of a variant, at either end


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "journeys",
        help="how customers really go: steps, waits, starts, ends",
        description="Count which activity follows which inside journeys, for how many persons and after how long.",
    )
    add_file_arguments(parser)
    parser.add_argument(
        "--timezone",
        metavar="ZONE",
        help="of the days shown, and of times without an offset where neither mapping nor file says it "
        "(default: the mapping's, else UTC)",
    )
    parser.add_argument("--format", choices=("table", "json"), default="table", help="(default: table)")


def run(args: argparse.Namespace) -> int:
    """Print the journeys."""
    with journeys_from(args, timezone=args.timezone) as found:
        zone = ZoneInfo(timezone_of(found, args.timezone))
        graph = overview(found.view)
        ways = variants(found.view, limit=SHOWN if args.format == "table" else sys.maxsize)
    if args.format == "json":
        print(json.dumps(as_json(graph, ways), ensure_ascii=False, indent=1))
    else:
        print(table(graph, ways, zone, goal=args.goal))
    return 0


def as_json(graph: Overview, ways: Variants) -> dict[str, Any]:
    """Everything, with `from` and `to` for an arrow's two ends."""
    answer = asdict(graph)
    answer["follows"] = [
        {"from": follow.pop("source"), "to": follow.pop("target"), **follow} for follow in answer["follows"]
    ]
    return {**answer, "variants": asdict(ways)["variants"]}


def table(graph: Overview, ways: Variants, zone: ZoneInfo, *, goal: str | None) -> str:
    """The journeys for a terminal: totals, then each list with its most frequent rows."""
    activities = [("activity", "events", "persons", "journeys")]
    activities += [
        (found.name, number(found.events), number(found.persons), number(found.journeys)) for found in graph.activities
    ]
    follows = [("from", "to", "count", "persons", "median wait", "p90 wait")]
    follows += [
        (
            follow.source,
            follow.target,
            number(follow.count),
            number(follow.persons),
            duration(follow.p50_seconds),
            duration(follow.p90_seconds),
        )
        for follow in graph.follows
    ]
    starts = [("starts with", "journeys"), *((end.activity, number(end.journeys)) for end in graph.starts)]
    ends = [("ends with", "journeys"), *((end.activity, number(end.journeys)) for end in graph.ends)]
    variants_shown = [("way", "journeys", "persons", "median length")]
    variants_shown += [
        (_way(way.activities), number(way.journeys), number(way.persons), duration(way.p50_seconds))
        for way in ways.variants
    ]
    parts = [
        _totals(graph, zone, goal),
        _list(activities),
        _list(follows, left=2),
        _list(starts),
        _list(ends),
        _list(variants_shown, of=ways.total_variants),
    ]
    return "\n\n".join(filter(None, parts))


def _totals(graph: Overview, zone: ZoneInfo, goal: str | None) -> str:
    counted = f"{number(graph.events)} events, {number(graph.persons)} persons, {number(graph.journeys)} journeys"
    if goal is not None:
        counted += f", {number(graph.goals)} of them with {goal}"
    if graph.first_at is None or graph.last_at is None:
        return counted + "."
    return f"{counted}; {day(graph.first_at, zone)} to {day(graph.last_at, zone)} ({zone.key})."


def _list(rows: Sequence[Sequence[str]], *, left: int = 1, of: int | None = None) -> str:
    """The heading and the first rows, and how many there are in all where some are not shown; "" where none is."""
    if len(rows) == 1:
        return ""
    total = len(rows) - 1 if of is None else of
    lines = aligned(rows[: SHOWN + 1], left=left)
    if total > SHOWN:
        lines.append(f"… {number(total - SHOWN)} more; --format json has all {number(total)}")
    return "\n".join(lines)


def _way(activities: Sequence[str]) -> str:
    """A variant in one line: what repeats once, with its number; of a long one its beginning and its end."""
    runs = [(name, sum(1 for _ in run)) for name, run in groupby(activities)]
    told = [name if times == 1 else f"{name} ×{times}" for name, times in runs]
    if len(told) > 2 * SHOWN_STEPS:
        hidden = sum(times for _, times in runs[SHOWN_STEPS:-SHOWN_STEPS])
        told[SHOWN_STEPS:-SHOWN_STEPS] = [f"({hidden} more)"]
    return " → ".join(told)
