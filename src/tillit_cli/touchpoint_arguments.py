"""What the commands about touchpoints have in common: where the paths come from, and what too few of them get."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tillit.credit.not_touchpoints import left_out
from tillit.credit.path_table import read_path_tables
from tillit.credit.paths import Paths, paths_from
from tillit.errors import QueryError
from tillit.journeys.touchpoints import TOUCHES, TouchpointSpec, touchpoint_paths
from tillit.reports.size import CASES_BELOW, COUNTS_BELOW
from tillit.reports.wording import number
from tillit_cli.from_files import add_file_arguments, journeys_from
from tillit_cli.tables import aligned

SEED = 1  # of the resamples: the same files give the same answer
SHOWN = 20  # paths of a listing


def add_touchpoint_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments that say what a touchpoint is."""
    add_file_arguments(parser, needed=False)
    parser.add_argument(
        "--paths",
        metavar="TABLE",
        action="append",
        type=Path,
        help="a table of path, conversions, value, nulls instead of events (CSV or CSV.gz)",
    )
    parser.add_argument("--by", choices=TOUCHES, default="channel", help="what a touchpoint is (default: channel)")
    parser.add_argument(
        "--lookback", metavar="DAYS", type=float, default=90.0, help="a touch counts so long before (default: 90)"
    )
    parser.add_argument(
        "--own", metavar="DOMAIN", action="append", default=[], help="a host of the company, no touchpoint"
    )
    parser.add_argument("--format", choices=("table", "json"), default="table", help="(default: table)")


def typed_paths(args: argparse.Namespace) -> tuple[Paths, frozenset[str]]:
    """The paths that were asked for, and the names in the events that are no touchpoints.

    Raises:
        QueryError: It is not clear where the paths come from, or no goal was named.
        FileError: A file cannot be read.
    """
    if bool(args.paths) == bool(args.files):
        raise QueryError("name either files of events or tables of paths (--paths TABLE), and not both.")
    if args.paths:
        paths, dropped = read_path_tables(args.paths, own_domains=args.own)
    elif args.goal is None:
        raise QueryError("name what counts as a sale: --goal order_completed, or another activity of the files.")
    else:
        spec = TouchpointSpec(args.goal, args.by, args.lookback)
        with journeys_from(args) as found:
            dropped = left_out(getattr(found.view.names, args.by), by=args.by, own_domains=args.own)
            paths = paths_from(touchpoint_paths(found.view, replace(spec, leave_out=dropped)))
    if dropped:
        print(f"note: no touchpoints, passed over: {', '.join(sorted(dropped))}", file=sys.stderr)
    return paths, dropped


def too_few(paths: Paths) -> str | None:
    """Why these conversions get no model; None where they are enough."""
    conversions = round(float(paths.conversions.sum()))
    if conversions < CASES_BELOW:
        return f"Not enough data: {number(conversions)} conversions. Below {CASES_BELOW} the ways are shown one by one."
    if conversions < COUNTS_BELOW:
        return (
            f"Not enough data for models: {number(conversions)} conversions. "
            f"Below {COUNTS_BELOW} only what each touchpoint was part of is counted."
        )
    return None


def listing(paths: Paths) -> list[str]:
    """The ways as they were, those with most conversions first."""
    rows = sorted(range(len(paths.lengths)), key=lambda row: (-paths.conversions[row], -paths.nulls[row], row))
    table = [("way", "conversions", "without")]
    table += [
        (
            " → ".join(paths.touches(row)) or "(no known touch)",
            number(int(paths.conversions[row])),
            number(int(paths.nulls[row])),
        )
        for row in rows[:SHOWN]
    ]
    return [*aligned(table), *([f"… {number(len(rows) - SHOWN)} more"] if len(rows) > SHOWN else [])]


def sentence_list(sentences: Sequence[str]) -> str:
    """Sentences one to a line, numbered."""
    return "\n".join(f"  {place}. {text}" for place, text in enumerate(sentences, start=1))
