"""`tillit export-decisions`: the log of decisions, as `tillit evaluate` reads it."""

from __future__ import annotations

import argparse
import csv
import sys
from contextlib import nullcontext
from pathlib import Path

from tillit.errors import FileError
from tillit.events.currencies import exponent
from tillit.meetings.export import COLUMNS, table_rows
from tillit.meetings.log import FILE, open_log
from tillit.vocabulary import Purpose
from tillit_cli import on_record
from tillit_web.serving.directory import open_directory


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "export-decisions",
        help="write who was met how, with its odds, for `tillit evaluate`",
        description="Write every logged decision as a row of CSV: what was known, the probabilities it was drawn with, "
        "what was assigned, what was delivered and what came of it. Customers are pseudonyms; whoever said no to being "
        "counted is left out.",
    )
    parser.add_argument("--data", type=Path, default=Path("tillit-data"), help="data directory (default: tillit-data)")
    parser.add_argument("--out", type=Path, help="file to write (default: the terminal)")
    on_record.add_arguments(parser, because="what it is for")


def run(args: argparse.Namespace) -> int:
    """Write the table."""
    if not (args.data / FILE).is_file():
        raise FileError(f"{args.data} has no {FILE}: nothing was decided there yet. Name another with --data.")
    open_directory(args.data)
    from tillit_web.people.actions import record_access  # Django's tables exist only after setup
    from tillit_web.people.models import AccessRecord
    from tillit_web.people.queries import company, refused_measurement

    decimals = exponent(company().currency or None)
    refused = {subject.hex() for subject in refused_measurement()}
    with open_log(args.data) as log:
        customers = {one.decision.moment.customer for one in log.logged()} - refused
        record_access(
            AccessRecord.What.DECISIONS,
            [bytes.fromhex(customer) for customer in sorted(customers) if ":" not in customer],
            by=None,
            at_server=on_record.name_of(args),
            purpose=Purpose.MEASUREMENT,
            reason=args.because,
        )
        taken = [one for one in log.logged() if one.decision.moment.customer in customers]
        target = args.out.open("w", encoding="utf-8", newline="") if args.out else nullcontext(sys.stdout)
        with target as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(COLUMNS)
            rows.writerows(table_rows(taken, exponent=decimals))
    return 0
