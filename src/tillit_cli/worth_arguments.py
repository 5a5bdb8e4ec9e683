"""What a reader declares about worth: the margin of an order, and what customers were promised."""

from __future__ import annotations

import argparse
from pathlib import Path

from tillit.errors import QueryError
from tillit.friction.promise_files import default_promises, load_promises
from tillit.friction.promise_rules import Promises


def add_worth_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of every command that says what broken promises and friction are worth."""
    parser.add_argument(
        "--margin", metavar="SHARE", type=float, help="share of an order's value that is earned, 0 to 1: a declaration"
    )
    parser.add_argument(
        "--promises",
        metavar="FILE",
        type=Path,
        help="TOML of service promises and opening hours (default: tillit's own)",
    )


def margin_of(args: argparse.Namespace) -> float | None:
    """The declared margin; None where there is none.

    Raises:
        QueryError: It is no share.
    """
    margin: float | None = args.margin
    if margin is not None and not 0 < margin <= 1:
        raise QueryError(f"--margin is a share above 0 and at most 1, not {margin}; 40 % is 0.4")
    return margin


def promises_of(args: argparse.Namespace) -> Promises:
    """The promises of the file that was named, else tillit's own.

    Raises:
        FileError: It cannot be read, or says something that is no promise.
    """
    return default_promises() if args.promises is None else load_promises(args.promises)
