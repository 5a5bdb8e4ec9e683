"""`tillit forget`: erase a person, and print the receipt."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tillit.errors import QueryError
from tillit.vocabulary import Purpose
from tillit_cli import on_record
from tillit_web.serving.directory import open_directory, refuse_unless_there

if TYPE_CHECKING:
    from tillit.events.erasures import Receipt


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "forget",
        help="erase a person, and print the receipt",
        description="Erase a person with everything that is known of them: every identifier that is linked to the one "
        "named, their events, contact details, answers, refused calls and rejected rows. It cannot be undone, and what "
        "was erased cannot be imported again. Works while `tillit serve` runs on the directory.",
    )
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument(
        "person",
        metavar="KIND:VALUE",
        nargs="?",
        help="such as email:ana@example.com, phone:+46701234567 or customer:17",
    )
    who.add_argument(
        "--found",
        action="store_true",
        help="erase again whoever was erased and is still found somewhere, as `tillit verify` says",
    )
    parser.add_argument("--data", type=Path, default=Path("tillit-data"), help="data directory (default: tillit-data)")
    parser.add_argument("--dry-run", action="store_true", help="say what would be erased, and erase nothing")
    on_record.add_arguments(parser, because="who asked for it, or why")


def run(args: argparse.Namespace) -> int:
    """Erase, or say what would be."""
    refuse_unless_there(args.data)
    open_directory(args.data)
    from tillit_web.people.actions import ask_erasure, record_access  # Django's tables exist only after setup
    from tillit_web.people.models import AccessRecord
    from tillit_web.warehouse.absence import ask_again
    from tillit_web.warehouse.erased_person import foreseen, subject_named
    from tillit_web.warehouse.erasing import erase_waiting

    subjects = [] if args.found else [subject_named(args.person)]
    record_access(
        AccessRecord.What.FORGET,
        subjects,
        by=None,
        at_server=on_record.name_of(args),
        purpose=Purpose.RIGHTS,
        reason=args.because,
    )
    if args.found:
        if args.dry_run:
            raise QueryError("--found takes no --dry-run: `tillit verify` says what is found, and where.")
        print(f"{ask_again(now=time.time_ns() // 1_000)} identifiers of erased persons were found.")
    elif args.dry_run:
        found = foreseen(subjects[0])
        print(f"Would be erased: {found.subjects} identifiers of one person.")
        _print_rows(found.rows)
        return 0
    else:
        ask_erasure(subjects, by="command")
    for receipt in erase_waiting(on_step=lambda step: print(step, file=sys.stderr, flush=True)):
        _print_receipt(receipt)
    return 0


def _print_receipt(receipt: Receipt) -> None:
    print(
        f"Erasure {receipt.number}, asked for {_moment(receipt.asked_at)}, out of tables and numbers "
        f"{_moment(receipt.filtered_at)}, out of every file {_moment(receipt.done_at)}: {receipt.rows:,} rows removed."
    )
    _print_rows(receipt.removed)
    for place, rows in receipt.kept.items():
        print(f"{rows:>9,}  kept: {place}")


def _moment(micros: int | None) -> str:
    return "-" if micros is None else f"{datetime.fromtimestamp(micros / 1_000_000, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _print_rows(rows: Mapping[str, int]) -> None:
    for place, count in rows.items():
        print(f"{count:>9,}  {place}")
    if not rows:
        print("        0  nothing is known of them here")
