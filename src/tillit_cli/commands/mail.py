"""`tillit mail receive`: one mail on standard input, from a mail server that hands each mail to a command."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tillit.desk.mail import LARGEST_MAIL
from tillit.errors import QueryError
from tillit_web.serving.directory import open_directory

TRY_LATER = 75  # EX_TEMPFAIL of sysexits.h: mail servers keep the mail and try again


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "mail",
        help="take in a mail that a mail server hands over",
        description="Take in one mail for a shared mailbox. Works while `tillit serve` runs on the directory.",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    receive = actions.add_parser("receive", help="read one mail from standard input, and keep it once")
    receive.add_argument("--to", default="", metavar="ADDRESS", help="the mailbox, where the mail does not name it")
    receive.add_argument("--data", type=Path, default=Path("tillit-data"), help="data directory (default: tillit-data)")


def run(args: argparse.Namespace) -> int:
    """Keep the mail, and say what became of it; 75 asks the mail server to come again."""
    raw = sys.stdin.buffer.read(LARGEST_MAIL + 1)
    open_directory(args.data)
    from django.db import OperationalError  # Django's tables exist only after setup
    from django.utils import timezone

    from tillit_web.mailboxes.queries import mailbox_for
    from tillit_web.mailboxes.taking import take

    mailbox = mailbox_for(args.to, raw)
    if mailbox is None:
        raise QueryError(
            f"There is no mailbox {args.to or 'for this mail'}. Add it on the page Settings → Mailboxes, "
            "or name one with --to."
        )
    if not mailbox.is_active:
        print(f"{mailbox} is paused; come again later.", file=sys.stderr)
        return TRY_LATER
    try:
        found = take(mailbox, raw, now=timezone.now())
    except OperationalError as error:
        print(f"The database is busy ({error}); nothing is kept, come again.", file=sys.stderr)
        return TRY_LATER
    print(found.outcome.value)
    return 0
