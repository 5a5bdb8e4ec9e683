"""Who takes personal data out by a command, and what for: said before anything is written, and put on record."""

from __future__ import annotations

import argparse
import getpass
import os
import sys

from tillit.errors import QueryError


def add_arguments(parser: argparse.ArgumentParser, *, because: str) -> None:
    """Add `--as` and `--because`; `because` is what help says of the second."""
    parser.add_argument(
        "--as", dest="acting_as", metavar="NAME", default="", help="who you are (default: the system's user)"
    )
    parser.add_argument("--because", metavar="TEXT", default="", help=because)


def name_of(args: argparse.Namespace) -> str:
    """Who typed the command: the system's user, and before it the name that was given with `--as`."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container whose user has no line in its passwd file
        user = str(os.getuid())
    named = str(args.acting_as).strip()
    return f"{named} ({user})" if named else user


def reason_of(args: argparse.Namespace, what: str) -> str:
    """What a command was typed for: as `--because` says, otherwise asked for on the terminal.

    Args:
        what: What leaves, for the question: "everything".

    Raises:
        QueryError: Nothing was said, and there is no terminal to ask on.
    """
    said = str(args.because).strip()
    if not said and sys.stdin.isatty():
        print(f"This takes out {what}, and is put on record. What for? ", end="", file=sys.stderr, flush=True)
        said = sys.stdin.readline().strip()
    if not said:
        raise QueryError(
            f"Nothing was taken out. Taking out {what} is put on record with what it was for: "
            'say it with --because "…", for example --because "moving to a new server".'
        )
    return said
