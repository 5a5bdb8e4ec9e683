"""A command as the shell's tests need it: it answers, or fails as asked."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from tillit.errors import FileError


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser("example")
    parser.add_argument("outcome", choices=["well", "mendable", "stopped", "bug", "full", "unread"])


def run(args: argparse.Namespace) -> int:
    if args.outcome == "mendable":
        raise FileError("orders.csv is empty. Export it again.")
    if args.outcome == "stopped":
        raise KeyboardInterrupt
    if args.outcome == "bug":
        raise ZeroDivisionError
    if args.outcome == "full":
        with Path("/dev/full").open("w") as full:  # the system's own disk without room
            full.write("anything")
    if args.outcome == "unread":
        Path("no such folder/file").read_text()
    sys.stdout.write("done\n")
    return 0
