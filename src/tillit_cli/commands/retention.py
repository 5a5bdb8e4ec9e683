"""`tillit retention`: how long what is kept, what would go next, and ending it now."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from tillit.errors import QueryError
from tillit.events.retention import DataClass
from tillit_web.serving.directory import open_directory, refuse_unless_there


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "retention",
        help="how long what is kept, and what would go next",
        description="Show how long each class of data is kept and how many rows would go now; change nothing. "
        "`tillit serve` ends what is over once a day by itself. --run does it now.",
    )
    parser.add_argument("--data", type=Path, default=Path("tillit-data"), help="data directory (default: tillit-data)")
    parser.add_argument("--keep", metavar="CLASS=DAYS", help="keep a class so long; a shorter time holds in seven days")
    parser.add_argument(
        "--confirm", type=int, metavar="ROWS", help="with --keep: shorten it at once, so many rows being too old"
    )
    parser.add_argument("--dry-run", action="store_true", help="show what would go, and nothing else (the default)")
    parser.add_argument("--run", action="store_true", help="end what is over now")


def run(args: argparse.Namespace) -> int:
    """Show, choose or end."""
    refuse_unless_there(args.data)
    open_directory(args.data)
    from tillit_web.retention import actions, queries  # Django's tables exist only after setup

    now = datetime.now(UTC)
    if args.keep is not None:
        name, days = _named(args.keep)
        after = actions.choose(name, days, now=now, confirmed=args.confirm)
        if after.waiting_until is not None:
            goes = queries.would_go(queries.over_before(now=now, changed={name: days}))[name]
            print(f"{name}: {days} days from {after.waiting_until:%Y-%m-%d %H:%M} UTC; {after.days} until then.")
            print(f"{goes:,} rows are older. At once, and for good: --keep {name}={days} --confirm {goes}")
        else:
            print(f"{name}: {after.days} days from now on.")
        return 0
    if args.run and not args.dry_run:
        removed = actions.end_what_is_over(now=now)
        for place, rows in removed.items():
            print(f"{rows:>9,}  {place}")
        print(f"{sum(removed.values()):,} rows are gone." if removed else "Nothing was old enough.")
        return 0
    goes_now = queries.would_go(queries.over_before(now=now))
    print(f"{'class':<14} {'days':>5} {'would go now':>13}")
    for kept in queries.kept(now=now):
        waits = f"  ({kept.waiting_days} from {kept.waiting_until:%Y-%m-%d})" if kept.waiting_until else ""
        print(f"{kept.data_class:<14} {kept.days:>5} {goes_now[kept.data_class]:>13,}{waits}")
    return 0


def _named(text: str) -> tuple[DataClass, int]:
    name, _, days = text.partition("=")
    if name not in set(DataClass) or not days.isdecimal():
        raise QueryError(f"'{text}' is not CLASS=DAYS, such as web=365. Classes are {', '.join(DataClass)}.")
    return DataClass(name), int(days)
