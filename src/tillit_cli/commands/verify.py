"""`tillit verify`: hold every file of a data directory against its recorded digest."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tillit.errors import FileError
from tillit.events.absence import Proof, recorded
from tillit.events.builds import current_build
from tillit.events.log import EventLog
from tillit.events.segments import SegmentKind
from tillit.journeys.absence_search import prove
from tillit.journeys.store import OrderedStore
from tillit.ledger.ledger import verify_file
from tillit.meetings.log import FILE as DECISIONS
from tillit.meetings.log import PREFIX as DECISION
from tillit_web.collect.verifying import verify_collection

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
    if not (args.data / "events.sqlite").is_file():
        raise FileError(f"{args.data} is no data directory of tillit: it has no events.sqlite. Name it with --data.")
    with EventLog.open(args.data) as log:
        damage = log.verify()
        count = sum(len(log.segments(kind)) for kind in SegmentKind)
        build = current_build(log)
        gone = prove(log, at=time.time_ns() // 1_000)
        proofs = recorded(log, most=1)
    for found in damage:
        print(f"damaged: {found}")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tillit_web.settings")  # they say where events wait
    collected = verify_collection(args.data)
    for wrong in collected.wrong:
        print(f"wrong: {wrong}")
    consents = verify_file(args.data / "consents.sqlite", "consent")
    faults = consents.findings if consents else ()
    for fault in faults:
        print(f"consent {fault.number}: {fault.fault}")
    decisions = verify_file(args.data / DECISIONS, DECISION)
    for fault in decisions.findings if decisions else ():
        print(f"decision {fault.number}: {fault.fault}")
    if damage:
        print("These are withheld from every page. Restore them from a backup, or undo their imports and import again.")
        return DAMAGED
    if collected.wrong:
        print("The events are kept as they are. Report this: the counts should always hold.")
        return DAMAGED
    if faults:
        print("What customers answered is not as they gave it. Compare consents.sqlite with that of a backup.")
        return DAMAGED
    if decisions is not None and decisions.findings:
        print("The log of decisions is not as it was written. Compare decisions.sqlite with that of a backup.")
        return DAMAGED
    if build is not None:
        OrderedStore.open(build.directory).verify()
    print(f"{count} segments are as they were written" + (", and so is the current build." if build else "."))
    if collected.received:
        print(
            f"{collected.received:,} events were received, {collected.accepted:,} accepted: "
            f"{collected.sealed:,} sealed, {collected.unsealed:,} wait to be."
        )
    if consents is not None and consents.entries:
        print(f"{consents.entries:,} answers of customers are as they were given; {len(consents.erased):,} are erased.")
    return _tell_absence(gone, proofs)


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
