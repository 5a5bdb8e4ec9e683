"""`tillit verify`: hold every file of a data directory against its recorded digest."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tillit.events.absence import Proof, recorded
from tillit.events.log import EventLog
from tillit.journeys.absence_search import prove
from tillit_web.serving.directory import refuse_unless_there
from tillit_web.serving.whole import Found, look_at

DAMAGED = 1  # exit code


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "verify",
        help="check that nothing in a data directory has changed by itself",
        description="Read every segment of the log and every file of the current build, and compare them with the "
        "digests recorded when they were written; add up again what was collected; check the answers "
        "of customers; search every file for whoever was erased. Exit code 1 if something is wrong.",
    )
    parser.add_argument("--data", type=Path, default=Path("tillit-data"), help="data directory (default: tillit-data)")


def run(args: argparse.Namespace) -> int:
    """Print what is damaged, or that nothing is."""
    refuse_unless_there(args.data)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tillit_web.settings")  # they say where events wait
    found = look_at(args.data)
    for line in found.wrong:
        print(line)
    if advice := _advice(found):
        print(advice)
        return DAMAGED
    collected, consents = found.collected, found.consents
    print(
        f"{found.segments} segments are as they were written"
        + (", and so is the current build." if found.build else ".")
    )
    if collected.received:
        print(
            f"{collected.received:,} events were received, {collected.accepted:,} accepted: "
            f"{collected.sealed:,} sealed, {collected.unsealed:,} wait to be."
        )
    if consents is not None and consents.entries:
        print(f"{consents.entries:,} answers of customers are as they were given; {len(consents.erased):,} are erased.")
    with EventLog.open(args.data) as log:
        return _tell_absence(prove(log, at=time.time_ns() // 1_000), recorded(log, most=1))


def _advice(found: Found) -> str:
    """What to do about what is wrong; "" where nothing is."""
    if found.databases:
        return "A database is damaged. Stop `tillit serve`, and restore the directory from a backup."
    if found.damage:
        return "These are withheld from every page. Restore them from a backup, or undo their imports and import again."
    if found.collected.wrong:
        return "The events are kept as they are. Report this: the counts should always hold."
    if found.consents is not None and found.consents.findings:
        return "What customers answered is not as they gave it. Compare consents.sqlite with that of a backup."
    if found.decisions is not None and found.decisions.findings:
        return "The log of decisions is not as it was written. Compare decisions.sqlite with that of a backup."
    if found.unreadable:
        return "The build is made from the log, and `tillit serve` makes it anew: remove its folder below store/."
    return ""


def _tell_absence(gone: Proof, nightly: Sequence[Proof]) -> int:
    """Say whether anything of whoever was erased is left; the exit code."""
    for trace in gone.traces:
        print(f"erased, but still there: {trace.place}, {trace.rows:,} rows")
    for number in gone.overdue:
        print(f"erasure {number} has waited for more than 72 hours")
    for name in gone.unread:
        print(f"cannot be read, so nobody knows whether it holds somebody erased: {name}")
    if nightly:
        when = datetime.fromtimestamp(nightly[0].at / 1_000_000, UTC)
        print(f"The nightly search last looked {when:%Y-%m-%d %H:%M} UTC and found {len(nightly[0].traces):,} traces.")
    if gone.is_clean:
        if gone.erased:
            print(
                f"Nothing of {gone.erased:,} erased identifiers stands in {gone.rows:,} rows of {gone.files:,} files."
            )
        return 0
    print("Run `tillit forget --found` on this directory: it erases again whoever is still found, and who waits.")
    return DAMAGED
