"""`tillit export`: leave again, with everything."""

from __future__ import annotations

import argparse
import secrets
import sys
from dataclasses import asdict
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from tillit.credit.cells import read_headcounts, shown_names
from tillit.errors import FileError, QueryError
from tillit.events.exporting import ExportFormat, ForOthers, export_log
from tillit.events.exporting_lines import event_lines, told_lines
from tillit.events.log import EventLog
from tillit.events.segments import SegmentKind
from tillit.vocabulary import Purpose
from tillit_cli import on_record
from tillit_web.serving.directory import open_directory, refuse_unless_there

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
    parser.add_argument(
        "--all",
        action="store_true",
        help="everything as it is, to move it: exact times and places of what happened with people, which with a "
        "schedule are names, and also who said no. Without it those are told by month and by places of five people "
        "or more, and whoever said no to being counted is left out",
    )
    parser.add_argument("--data", type=Path, default=Path("tillit-data"), help="data directory (default: tillit-data)")
    parser.add_argument("--out", type=Path, metavar="PATH", help="a new folder; for jsonl a new file")
    formats = [*(file_format.value for file_format in ExportFormat), JSON_LINES]
    parser.add_argument("--format", choices=formats, default="csv", help="(default: csv)")
    on_record.add_arguments(parser, because="what it is for; needed with --all, and asked for if it is missing")


def run(args: argparse.Namespace) -> int:
    """Write the files and say how many rows they have. What was collected is sealed first, so that it is among them.

    That they were taken out is on record before a row is written.
    """
    refuse_unless_there(args.data)
    if args.out is None and args.format != JSON_LINES:
        raise QueryError("Name a new folder for the files with --out DIR.")
    reason = on_record.reason_of(args, "every event as it is") if args.all else args.because
    open_directory(args.data)
    from tillit_web.collect.sealing import seal_all  # Django's tables exist only after setup
    from tillit_web.people.actions import record_access
    from tillit_web.people.models import AccessRecord
    from tillit_web.people.queries import refused_measurement
    from tillit_web.warehouse.erasing import erase_waiting
    from tillit_web.warehouse.turns import until_free

    erase_waiting()  # whoever asked to be erased is in no file from now on
    until_free(seal_all)
    what = AccessRecord.What.EVERYTHING if args.all else AccessRecord.What.EVENTS
    purpose = None if args.all else Purpose.MEASUREMENT  # a copy of everything passes no gate
    record_access(what, (), by=None, at_server=on_record.name_of(args), purpose=purpose, reason=reason)
    with EventLog.open(args.data) as log:
        for_others = None
        if not args.all:
            refused = refused_measurement()
            for_others = ForOthers(_shown_places(log, args.data), secrets.token_hex(16), refused)
            if refused:
                print(
                    f"left out: {len(refused):,} identifiers of customers who said no to being counted", file=sys.stderr
                )
        if args.format == JSON_LINES:
            return _write_lines(log, args.out, for_others)
        exported = export_log(log, args.out, file_format=ExportFormat(args.format), for_others=for_others)
    print(f"{exported.events:,} events and {exported.links:,} links are in {args.out}")
    for path, mapping in zip(exported.files, exported.mappings, strict=True):
        print(f"  tillit import {path} --mapping {mapping}")
    return 0


def _shown_places(log: EventLog, data: Path) -> dict[str, str]:
    """What each place of the log may be shown as, by the numbers of employees that the owner has given."""
    places = set()
    for path in log.sound_or_refuse(log.segments(SegmentKind.EVENTS)):
        places |= set(pc.unique(pq.read_table(path, columns=["place"])["place"]).to_pylist())
    return shown_names("place", sorted(place for place in places if place), read_headcounts(data))


def _write_lines(log: EventLog, out: Path | None, for_others: ForOthers | None) -> int:
    lines = event_lines(log) if for_others is None else told_lines(log, **asdict(for_others))
    if out is None:
        for line in lines:
            sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
        return 0
    count = 0
    try:
        with out.open("xb") as file:
            for line in lines:
                file.write(line)
                count += 1
    except FileExistsError:
        raise FileError(f"{out} is there already. Name a file that does not exist yet.") from None
    print(f"{count:,} events are in {out}")
    return 0
