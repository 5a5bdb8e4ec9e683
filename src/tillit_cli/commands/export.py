"""`tillit export`: leave again, with everything."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tillit.errors import FileError, QueryError
from tillit.events.exporting import ExportFormat, export_log
from tillit.events.exporting_lines import event_lines
from tillit.events.log import EventLog
from tillit_web.serving.directory import open_directory

JSON_LINES = "jsonl"


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "export",
        help="write every event as plain files",
        description="Write every event once, with its id, and every link between identifiers. Each file of events has "
        "its mapping beside it: tillit import FILE --mapping FILE.toml brings it back. As jsonl, every event is a "
        "line of JSON, on the terminal or in the file --out.",
    )
    parser.add_argument("--all", action="store_true", help="everything (the default: there is no other choice yet)")
    parser.add_argument("--data", type=Path, default=Path("tillit-data"), help="data directory (default: tillit-data)")
    parser.add_argument("--out", type=Path, metavar="PATH", help="a new folder; for jsonl a new file")
    formats = [*(file_format.value for file_format in ExportFormat), JSON_LINES]
    parser.add_argument("--format", choices=formats, default="csv", help="(default: csv)")


def run(args: argparse.Namespace) -> int:
    """Write the files and say how many rows they have. What was collected is sealed first, so that it is among them."""
    if not (args.data / "events.sqlite").is_file():
        raise FileError(f"{args.data} is no data directory of tillit: it has no events.sqlite. Name it with --data.")
    open_directory(args.data)
    from tillit_web.collect.sealing import seal_all  # Django's tables exist only after setup
    from tillit_web.warehouse.erasing import erase_waiting
    from tillit_web.warehouse.turns import until_free

    erase_waiting()  # whoever asked to be erased is in no file from now on
    until_free(seal_all)
    with EventLog.open(args.data) as log:
        if args.format == JSON_LINES:
            return _write_lines(log, args.out)
        if args.out is None:
            raise QueryError("Name a new folder for the files with --out DIR.")
        exported = export_log(log, args.out, file_format=ExportFormat(args.format))
    print(f"{exported.events:,} events and {exported.links:,} links are in {args.out}")
    for path, mapping in zip(exported.files, exported.mappings, strict=True):
        print(f"  tillit import {path} --mapping {mapping}")
    return 0


def _write_lines(log: EventLog, out: Path | None) -> int:
    if out is None:
        for line in event_lines(log):
            sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
        return 0
    count = 0
    try:
        with out.open("xb") as file:
            for line in event_lines(log):
                file.write(line)
                count += 1
    except FileExistsError:
        raise FileError(f"{out} is there already. Name a file that does not exist yet.") from None
    print(f"{count:,} events are in {out}")
    return 0
