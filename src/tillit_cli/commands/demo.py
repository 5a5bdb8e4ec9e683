"""`tillit demo`: a simulated company and a year of real receipts, in the browser, leaving nothing behind."""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial

from tillit_cli.whole_numbers import port
from tillit_web.demo.start import demo


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "demo",
        help="see tillit with a simulated company and real receipts",
        description="Run tillit with made data in a throw-away directory, already signed in, on this machine alone: "
        "Exempelbutiken, a simulated company; a year of real receipts; and an empty one for a file of your own. "
        "Ctrl-C stops it and removes everything.",
    )
    parser.add_argument("--port", type=port, default=8300, help="first port to try (default: 8300)")
    parser.add_argument("--no-browser", action="store_true", help="print the address and open no browser")


def run(args: argparse.Namespace) -> int:
    """Run the demo until told to stop."""
    watched = sys.stdout.isatty() and not os.environ.get("CI")
    return demo(port=args.port, open_browser=watched and not args.no_browser, say=partial(print, flush=True))
