"""`tillit doctor`: is this data directory well?"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import django


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "doctor",
        help="say whether a data directory is well",
        description="Look at key, permissions, databases, log, disk and jobs, and say what to do. "
        "Ends with 1 when something is wrong.",
    )
    parser.add_argument("--data", type=Path, default=Path("tillit-data"), help="data directory (default: tillit-data)")


def run(args: argparse.Namespace) -> int:
    """Print what was found; 1 when something is to be done."""
    os.environ["TILLIT_DATA"] = str(args.data.absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tillit_web.settings")
    django.setup()
    from tillit_web.serving.doctor import examine  # its tables exist only after setup

    findings = examine(args.data)
    for finding in findings:
        print(f"{'ok   ' if finding.is_well else 'WRONG'}  {finding.subject}: {finding.found}")
        if finding.advice:
            print(f"       → {finding.advice}")
    wrong = sum(not finding.is_well for finding in findings)
    print("All is well." if not wrong else f"{wrong} to mend.")
    return 1 if wrong else 0
