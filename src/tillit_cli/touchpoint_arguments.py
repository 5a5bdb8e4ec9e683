"""What the commands about touchpoints have in common: where the paths come from, and what too few of them get."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from tillit.credit.assignments import trials_in, trials_on
from tillit.credit.cells import read_headcounts
from tillit.credit.not_touchpoints import left_out
from tillit.credit.path_table import read_path_tables
from tillit.credit.paths import Paths, paths_from
from tillit.credit.sales import UNKNOWN, spec_in
from tillit.credit.trials import Trial
from tillit.credit.weekly import WeeklySales, weekly_sales
from tillit.errors import QueryError
from tillit.journeys.touchpoints import KINDS, touch_names, touchpoint_paths
from tillit.reports.showroom import Showroom, showroom
from tillit.reports.size import CASES_BELOW, COUNTS_BELOW
from tillit.reports.wording import number
from tillit_cli.from_files import WHOLE_EVENTS, add_file_arguments, journeys_from
from tillit_cli.holdout_file import as_events
from tillit_cli.tables import aligned

SEED = 1  # of the resamples: the same files give the same answer
WEEK = 7 * 86_400_000_000  # microseconds
SHOWN = 20  # paths of a listing
NAMES_SHOWN = 5  # in a sentence


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
    parser.add_argument("--by", choices=KINDS, default="channel", help="what a touchpoint is (default: channel)")
    parser.add_argument(
        "--lookback", metavar="DAYS", type=float, default=90.0, help="a touch counts so long before (default: 90)"
    )
    parser.add_argument(
        "--own", metavar="DOMAIN", action="append", default=[], help="a host of the company, no touchpoint"
    )
    parser.add_argument(
        "--holdout",
        metavar="FILE",
        type=Path,
        help="who was drawn: person (or email, customer, …), name, withheld (yes or no) and, where known, at",
    )
    parser.add_argument(
        "--data",
        metavar="DIR",
        type=Path,
        help="whose numbers of employees say which places may stand alone; without it all stand together",
    )
    parser.add_argument("--format", choices=("table", "json"), default="table", help="(default: table)")


@dataclass(frozen=True, slots=True)
class Touchpoints:
    """What the files say.

    Attributes:
        dropped: Names that are no touchpoints.
        trials: Holdouts.
        weeks: From the first to the last event; None of a table of paths, as `showroom`.
        weekly: Sales week by week where a trial of a touchpoint is to be planned.
    """

    paths: Paths
    dropped: frozenset[str]
    trials: tuple[Trial, ...]
    weeks: float | None
    showroom: Showroom | None
    weekly: WeeklySales | None = None


def typed_touchpoints(args: argparse.Namespace) -> Touchpoints:
    """The paths that were asked for.

    Raises:
        QueryError: It is not clear where the paths come from, or no goal was named.
        FileError: A file cannot be read.
    """
    if bool(args.paths) == bool(args.files):
        raise QueryError("name either files of events or tables of paths (--paths TABLE), and not both.")
    if args.paths:
        if args.holdout:
            raise QueryError("a table of paths does not say whose they are, so --holdout needs files of events.")
        if args.mapping:
            raise QueryError("a table of paths is read by its own columns; --mapping is for files of events.")
        paths, dropped = read_path_tables(args.paths, own_domains=args.own)
        found = Touchpoints(paths, dropped, (), None, None)
    elif args.goal is None:
        raise QueryError("name what counts as a sale: --goal order_completed, or another activity of the files.")
    else:
        found = _from_events(args)
    if found.dropped:
        print(f"note: no touchpoints, passed over: {', '.join(sorted(found.dropped))}", file=sys.stderr)
    return found


def _from_events(args: argparse.Namespace) -> Touchpoints:
    beside = partial(as_events, args.holdout) if args.holdout else None
    # What is met and withheld stands in columns that are not read of a plain file.
    with journeys_from(args, fewest_persons=WHOLE_EVENTS, beside=beside) as found:
        names = touch_names(found.view, args.by)
        dropped = left_out(names, by=args.by, own_domains=args.own)
        headcounts = read_headcounts(args.data) if args.data else UNKNOWN
        spec = spec_in(found.view, args.goal, args.by, headcounts)
        spec = replace(spec, leave_out=dropped, lookback_days=args.lookback)
        answer = touchpoint_paths(found.view, spec)
        weeks = (answer.last_at - answer.first_at) / WEEK if answer.paths else None
        visits = showroom(found.view, args.goal)
        paths = paths_from(answer)
        conversions = int(paths.conversions.sum())
        if conversions and not paths.conversions[paths.lengths > 0].any():
            why = _no_touches(frozenset(names) - dropped - {""}, dropped, args)
            raise QueryError(f"none of the {number(conversions)} conversions has a touch before it: {why}")
        trials = trials_on(paths.names, trials_in(found.view, args.goal))
        planned = getattr(args, "plan", None)
        weekly = weekly_sales(found.view, spec, planned) if planned in paths.names else None
        return Touchpoints(paths, dropped, trials, weeks, visits, weekly)


def _no_touches(kept: frozenset[str], dropped: frozenset[str], args: argparse.Namespace) -> str:
    if kept:
        return (
            f"events name a {args.by} ({', '.join(sorted(kept)[:NAMES_SHOWN])}), but no buyer has one within the "
            f"{args.lookback:g} days before the sale. Add the files of what came before, or look further back with "
            "--lookback."
        )
    named = f"the only {args.by} that the events name is no touchpoint ({', '.join(sorted(dropped))})."
    return (
        f"{named if dropped else f'no event names a {args.by}.'} "
        "A mapping says which column holds what (tillit inspect writes one); --by shares by something else."
    )


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
