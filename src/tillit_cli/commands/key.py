"""`tillit key`: the keys that events come in with."""

from __future__ import annotations

import argparse
from pathlib import Path

from tillit.errors import QueryError
from tillit_web.serving.directory import open_directory, refuse_unless_there


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "key",
        help="make, list and revoke the keys that events come in with",
        description="Make, list and revoke write keys. Works while `tillit serve` runs on the directory; "
        "a new key is known at once, a revoked one is refused within seconds.",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    create = actions.add_parser("create", help="make a key and print it, this once")
    create.add_argument(
        "--origin",
        action="append",
        default=[],
        metavar="URL",
        help="a web site that may send with it, such as https://shop.example (repeat for more); without any, "
        "the key is for servers and tills, which may speak of known customers: keep it secret",
    )
    create.add_argument("--name", default="", help="what lists call it")
    listing = actions.add_parser("list", help="show the keys there are")
    revoke = actions.add_parser("revoke", help="take no more events from a key")
    revoke.add_argument("number", type=int, metavar="NUMBER", help="as `tillit key list` shows it")
    for each in (create, listing, revoke):
        each.add_argument(
            "--data", type=Path, default=Path("tillit-data"), help="data directory (default: tillit-data)"
        )


def run(args: argparse.Namespace) -> int:
    """Do what was asked, and print what is needed next."""
    if args.action != "create":  # a key may be the first thing there is
        refuse_unless_there(args.data)
    open_directory(args.data)
    from tillit_web.collect import actions  # Django's tables exist only after setup
    from tillit_web.collect.models import WriteKey

    if args.action == "create":
        made = actions.create_key(args.name, origins=args.origin)
        print(f"write key: {made.text}")
        print(f"signing secret: {made.signing_secret}")
        print("Keep both now: they are not shown again.")
    elif args.action == "revoke":
        row = WriteKey.objects.filter(pk=args.number).first()
        if row is None:
            raise QueryError(
                f"There is no key {args.number}. `tillit key list --data {args.data}` shows those there are."
            )
        actions.revoke(row)
        print(f"{row.name} is revoked.")
    else:
        for row in WriteKey.objects.all():
            state = f"revoked {row.revoked_at:%Y-%m-%d}" if row.revoked_at else "open"
            print(f"{row.pk:>4}  {row.beginning}…  {row.kind:<8}{state:<20}{row.name}  {' '.join(row.origins)}")
    return 0
