"""`tillit backup`: one consistent, encrypted copy of a data directory."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from tillit_web.backups.actions import copy_keys, make_backup
from tillit_web.backups.keys import ends_on
from tillit_web.warehouse.turns import until_free


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "backup",
        help="copy a data directory into one encrypted file",
        description="Copy everything that matters into one encrypted file, also while `tillit serve` runs. The key "
        "stays in the data directory and ends after 30 days, and the backup with it. secret.key is not in it: keep "
        "copies of both kinds of key apart from the backups (--keys-to), or a lost disk takes the backups with it.",
    )
    parser.add_argument("--data", type=Path, default=Path("tillit-data"), help="data directory (default: tillit-data)")
    parser.add_argument("--to", type=Path, metavar="FILE", required=True, help="a new file, or a folder to make it in")
    parser.add_argument(
        "--keys-to", type=Path, metavar="FOLDER", help="also copy secret.key and the backups' keys there, in the clear"
    )
    parser.add_argument(
        "--without-database", action="store_true", help="what waits in PostgreSQL is dumped apart, by pg_dump"
    )


def run(args: argparse.Namespace) -> int:
    """Make it, and say what belongs to it."""
    now = datetime.now(UTC)
    made = until_free(lambda: make_backup(args.data, args.to, now=now, without_database=args.without_database))
    print(f"{made.path}: {made.files:,} files, {made.path.stat().st_size / 1e6:,.1f} MB, encrypted.")
    for name in made.damaged:
        print(f"damaged already, and kept as it is: {name}")
    print(f"It opens until {ends_on(made.key)}, with the key {made.key} and with secret.key; neither is in it.")
    if args.keys_to is None:
        print("If this disk is lost, both are lost. Keep copies elsewhere: tillit backup … --keys-to FOLDER")
    else:
        for path in copy_keys(args.data, args.keys_to):
            print(f"copied: {path}")
        print("A copied key does not end by itself. Keep it apart from the backups, and delete it after 30 days.")
    print("Who is erased from now on is noted beside it. Keep that small file with it: restoring erases them again.")
    return 0
