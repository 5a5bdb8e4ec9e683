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
from tillit_web.serving.directory import open_directory


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "export-decisions",
        help="write who was met how, with its odds, for `tillit evaluate`",
        description="Write every logged decision as a row of CSV: what was known, the probabilities it was drawn with, "
        "what was assigned, what was delivered and what came of it. Customers are pseudonyms.",
    )
    parser.add_argument("--data", type=Path, default=Path("tillit-data"), help="data directory (default: tillit-data)")
    parser.add_argument("--out", type=Path, help="file to write (default: the terminal)")


def run(args: argparse.Namespace) -> int:
    """Write the table."""
    if not (args.data / FILE).is_file():
        raise FileError(f"{args.data} has no {FILE}: nothing was decided there yet. Name another with --data.")
    open_directory(args.data)
    from tillit_web.people.queries import company  # Django's tables exist only after setup

    decimals = exponent(company().currency or None)
    with open_log(args.data) as log:
        target = args.out.open("w", encoding="utf-8", newline="") if args.out else nullcontext(sys.stdout)
        with target as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(COLUMNS)
            rows.writerows(table_rows(log.logged(), exponent=decimals))
    return 0
