"""A command as the shell's tests need it: it answers, or fails as asked."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from tillit.errors import FileError


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser("example")
    parser.add_argument("outcome", choices=["well", "mendable", "stopped", "bug"])


def run(args: argparse.Namespace) -> int:
    if args.outcome == "mendable":
        raise FileError("orders.csv is empty. Export it again.")
    if args.outcome == "stopped":
        raise KeyboardInterrupt
    if args.outcome == "bug":
        raise ZeroDivisionError
    sys.stdout.write("done\n")
    return 0
