"""`tillit upgrade`: a data directory of an older tillit, brought up to this one."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from tillit_web.backups.keys import LIFE
from tillit_web.serving.upgrading import upgrade


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "upgrade",
        help="bring a data directory of an older tillit up to this one",
        description="Back the directory up, migrate and verify a copy beside it, and put that in its place. Whatever "
        "goes wrong, the directory is what it was. Does nothing where nothing is to be done, and to a directory that "
        "is not there yet.",
    )
    parser.add_argument("--data", type=Path, default=Path("tillit-data"), help="data directory (default: tillit-data)")


def run(args: argparse.Namespace) -> int:
    """Upgrade, and say where the backup is."""
    if not args.data.exists() or not any(args.data.iterdir()):
        print(f"{args.data} is new: nothing to upgrade.")
        return 0
    done = upgrade(args.data, now=datetime.now(UTC))
    if done.backup is None:
        print(f"{args.data} is of this version: nothing to upgrade.")
        return 0
    print(f"{args.data} is upgraded: {done.changes} changes to its tables, everything verified.")
    print(f"As it was before: {done.backup} (opens for {LIFE.days} days; tillit restore puts it back).")
    return 0
