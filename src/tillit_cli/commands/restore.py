"""`tillit restore`: a backup in the place of a data directory."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from tillit.errors import FileError
from tillit_web.serving.restoring import restore


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "restore",
        help="put a backup in the place of a data directory",
        description="Open a backup beside the data directory, check all of it, erase again whoever was erased since it "
        "was made, and put it in its place. Until then nothing changes; when something is wrong, nothing does at all.",
    )
    parser.add_argument("backup", type=Path, metavar="FILE", help="a file that `tillit backup` wrote")
    parser.add_argument("--data", type=Path, default=Path("tillit-data"), help="data directory (default: tillit-data)")
    parser.add_argument(
        "--keys", type=Path, metavar="FOLDER", help="where secret.key and backup-keys are (default: the data directory)"
    )
    parser.add_argument(
        "--erased", type=Path, metavar="FILE", action="append", default=[], help="a further list of who was erased"
    )
    parser.add_argument(
        "--replace", action="store_true", help="the directory is not empty: keep it beside, under another name"
    )


def run(args: argparse.Namespace) -> int:
    """Restore, and say what was and what could not be."""
    if not args.backup.is_file():
        raise FileError(f"There is no file {args.backup}.")
    for path in args.erased:
        if not path.is_file():
            raise FileError(f"There is no file {path}.")
    done = restore(
        args.backup.absolute(),
        args.data,
        now=datetime.now(UTC),
        keys_in=args.keys,
        erased_in=args.erased,
        replace=args.replace,
    )
    print(f"{args.data} is as of {done.made_at:%Y-%m-%d %H:%M:%S} UTC: {done.files:,} files, all as they were written.")
    for name in done.damaged:
        print(f"damaged already when the backup was made, and withheld: {name}")
    if done.erased_again:
        print(f"{done.erased_again:,} identifiers of people who were erased since are erased again.")
    if done.erased_as_of is None or done.erased_as_of < done.made_at:
        print("Nothing says who was erased after the backup was made. If anybody was: tillit forget, before you serve.")
    else:
        print(f"Who was erased is known until {done.erased_as_of:%Y-%m-%d %H:%M} UTC. Anybody later: tillit forget.")
    if done.replaced is not None:
        print(f"What was there is in {done.replaced}. Delete it when you are sure: erasures do not reach it.")
    return 0
