"""`tillit import`: files into a data directory, as the pages do it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tillit.events.reading import check_is_file
from tillit_cli.mappings import add_mapping_argument, mappings_of
from tillit_cli.progress import Progress
from tillit_web.serving.directory import open_directory


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "import",
        help="bring files into a data directory",
        description="Bring files into a data directory, each an import of its own that can be undone in the browser. "
        "The same file twice adds nothing. Works while `tillit serve` runs on the directory.",
    )
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help="CSV, JSON Lines, Parquet or XES")
    parser.add_argument("--data", type=Path, default=Path("tillit-data"), help="data directory (default: tillit-data)")
    add_mapping_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Import each file and print its receipt; rejected rows go to FILE.rejected.csv."""
    for path in args.files:
        check_is_file(path)
    mappings = mappings_of(args.mapping, args.files)
    open_directory(args.data)
    from tillit_web.warehouse import builds, commands  # Django's tables exist only after setup
    from tillit_web.warehouse.turns import until_free

    commands.settle_killed()
    for path, mapping in zip(args.files, mappings, strict=True):
        with Progress(f"reading {path.name}") as progress:
            receipt, rejected = commands.import_now(
                path,
                mapping,
                on_progress=progress,
                rejected_to=path.with_name(f"{path.name}.rejected.csv"),
            )
        rows = receipt.rows
        print(
            f"{path.name}: {rows.rows:,} rows: {rows.accepted:,} accepted, {rows.duplicate:,} duplicate, "
            f"{rows.rejected:,} rejected; {rows.events:,} new events"
        )
        answers = receipt.answers
        if answers.new or answers.known or answers.overtaken:
            print(
                f"  answers of customers: {answers.new:,} new, {answers.known:,} on record already, "
                f"{answers.overtaken:,} kept that do not count, since the customer answered later"
            )
        for note in receipt.notes:
            print(f"  {note}", file=sys.stderr)
        if rejected is not None:
            print(f"  rejected rows, with reasons: {rejected}")
    print("putting the journeys together", file=sys.stderr)
    until_free(builds.rebuild)
    return 0
