"""`tillit readiness`: how near customers are to an outcome, or how well that can be said at all."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from tillit.errors import QueryError
from tillit.readiness.model import Basis
from tillit.readiness.quality import Quality
from tillit.readiness.ready import Readiness, readiness
from tillit_cli.durations import SECONDS, seconds
from tillit_cli.from_files import WHOLE_EVENTS, add_file_arguments, journeys_from
from tillit_cli.lead_tables import answer_of, as_json, lines_of
from tillit_cli.tables import aligned

SEED = 5  # of what a perfect model would have got: the same files give the same figure
PERSONS = "One customer stands in several rows, so ranges are a little too narrow."
ROWS = "Learnt from the first four fifths of the rows, tested on the last."


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "readiness",
        help="how near customers are to an outcome",
        description="The chance that each customer reaches an outcome within a horizon, learnt on earlier dates and "
        "held against later ones. Customers are given by pseudonym, in no order: this is not a list to call.",
    )
    add_file_arguments(parser, needed=False)
    parser.add_argument(
        "--outcome",
        metavar="ACTIVITY",
        required=True,
        help="what may come: order_completed, call_booked; a column of --table",
    )
    parser.add_argument(
        "--horizon",
        metavar="DAYS",
        type=seconds,
        default=30.0 * SECONDS["d"],
        help="within 7d, 30d or 90d (default: 30d)",
    )
    parser.add_argument("--table", metavar="TABLE", type=Path, help="a flat table of leads instead of events")
    parser.add_argument("--at", metavar="COLUMN", help="of --table: the time of a row (default: the file's order)")
    parser.add_argument(
        "--known-at",
        metavar="COLUMN=before|after",
        action="append",
        default=[],
        help="of --table: whether a column was there before the outcome",
    )
    parser.add_argument("--report", action="store_true", help="how good it was on later dates, and nobody by name")
    parser.add_argument(
        "--timezone", metavar="ZONE", help="of times without an offset (default: the mapping's, else UTC)"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="(default: text)")


def run(args: argparse.Namespace) -> int:
    """Print chances, or how good they are."""
    if (args.table is None) == (not args.files):
        raise QueryError("readiness reads files of events, or one --table of leads: give the one or the other")
    if args.table is not None:
        return _of_table(args)
    with journeys_from(args, timezone=args.timezone, fewest_persons=WHOLE_EVENTS) as found:
        answer = readiness(found.view, args.outcome, args.horizon / SECONDS["d"], rng=np.random.default_rng(SEED))
    if args.format == "json":
        everything = asdict(answer)
        if args.report:
            del everything["persons"]
        print(json.dumps(everything, ensure_ascii=False, indent=1))
        return 0
    print("\n\n".join([sentence_of(answer), *(quality_lines(answer.tested) if answer.tested else [])]))
    return 0


def _of_table(args: argparse.Namespace) -> int:
    table, found = answer_of(args.table, args.outcome, at=args.at, known=args.known_at, seed=SEED)
    if args.format == "json":
        print(json.dumps(as_json(table, found, with_rows=not args.report), ensure_ascii=False, indent=1))
    else:
        print("\n\n".join([*lines_of(found), *(quality_lines(found.tested, ROWS) if found.tested else [])]))
    return 0


def sentence_of(answer: Readiness) -> str:
    """What a reader should know first."""
    if answer.refusal is not None:
        return str(answer.refusal)
    expected = sum(one.chance for one in answer.persons)
    when = datetime.fromtimestamp((answer.as_of or 0) / 1_000_000, UTC).date()
    basis = {
        Basis.LEARNT: f"Learnt from {answer.teaching:,} customers who did.",
        Basis.RULES: f"By declared weights, since only {answer.teaching:,} customers did; from 100 on it is learnt.",
        Basis.NONE: "",
    }[answer.basis]
    return (
        f"Of {len(answer.persons):,} customers known on {when}, about {expected:,.0f} will come to {answer.outcome} "
        f"within {answer.horizon_days:.0f} days. {basis} Chances of each: --format json."
    )


def quality_lines(tested: Quality, caution: str = PERSONS) -> list[str]:
    """How good it was on later dates; `caution` ends the text."""
    rows = [("said", "came", "range", "rows")]
    rows += [
        (f"{one.said:.1%}", f"{one.came / one.of:.1%}", f"{one.low:.1%} to {one.high:.1%}", f"{one.of:,}")
        for one in tested.bins
    ]
    return [
        "\n".join(aligned(rows, left=0)),
        f"How we know: {tested.n:,} rows on later dates, {tested.outcomes:,} with the outcome. Log loss "
        f"{tested.log_loss:.4f} against {tested.constant_log_loss:.4f} for one number for everybody; AUC "
        f"{tested.auc:.3f}; distance between said and came {tested.calibration_error:.4f} (a perfect model: "
        f"{tested.perfect_error:.4f}); the best tenth has {tested.lift:.1f} times the average. {caution}",
    ]
