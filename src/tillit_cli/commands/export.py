"""`tillit export`: leave again, with everything."""

from __future__ import annotations

import argparse
from pathlib import Path

from tillit.errors import FileError
from tillit.events.exporting import ExportFormat, export_log
from tillit.events.log import EventLog


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "export",
        help="write every event as plain files",
        description="Write every event once, with its id, and every link between identifiers. Each file of events has "
        "its mapping beside it: tillit import FILE --mapping FILE.toml brings it back.",
    )
    parser.add_argument("--all", action="store_true", required=True, help="everything (there is no other choice yet)")
    parser.add_argument("--data", type=Path, default=Path("tillit-data"), help="data directory (default: tillit-data)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder")
    formats = [file_format.value for file_format in ExportFormat]
    parser.add_argument("--format", choices=formats, default="csv", help="(default: csv)")


def run(args: argparse.Namespace) -> int:
    """Write the files and say how many rows they have."""
    if not (args.data / "events.sqlite").is_file():
        raise FileError(f"{args.data} is no data directory of tillit: it has no events.sqlite. Name it with --data.")
    with EventLog.open(args.data) as log:
        exported = export_log(log, args.out, file_format=ExportFormat(args.format))
    print(f"{exported.events:,} events and {exported.links:,} links are in {args.out}")
    for path, mapping in zip(exported.files, exported.mappings, strict=True):
        print(f"  tillit import {path} --mapping {mapping}")
    return 0
