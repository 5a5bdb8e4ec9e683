"""`tillit fairness`: whether groups of customers are met alike at equal need."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from tillit.errors import FileError
from tillit.meetings.fairness import ALARM_FROM, LEAST_CUSTOMERS, Audit, Gap, Measure, audit
from tillit.meetings.log import FILE, open_log
from tillit_web.serving.directory import open_directory

_WORDS = {
    Measure.PERSON: "met by a person at once",
    Measure.WAIT: "minutes of stated wait",
    Measure.GOOD: "ended well",
}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "fairness",
        help="whether groups of customers are met alike at equal need",
        description="Compare each group (language, channel, country, region, known or new) with all others who came "
        "with the same errand, stakes and reason for a person: how many met a person at once, how long a wait they "
        "were told, how many meetings ended well. All ranges together hold in 95 of 100 audits. Ends with 1 if a "
        f"person is surely harder to get for a group, by more than {ALARM_FROM:.0%}.",
    )
    parser.add_argument("--data", type=Path, default=Path("tillit-data"), help="data directory (default: tillit-data)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="(default: text)")


def run(args: argparse.Namespace) -> int:
    """Print the audit."""
    if not (args.data / FILE).is_file():
        raise FileError(f"{args.data} has no {FILE}: nothing was decided there yet. Name another with --data.")
    open_directory(args.data)
    from tillit_web.meetings.queries import counted  # Django's tables exist only after setup

    with open_log(args.data) as log:
        found = audit(counted(log), log.groups())
    if args.format == "json":
        print(json.dumps(asdict(found), ensure_ascii=False, indent=1))
    else:
        print("\n".join(lines(found)))
    return 1 if found.alarms else 0


def lines(found: Audit) -> list[str]:
    """The audit in words."""
    said = [_line(gap) for gap in found.gaps]
    for name, value, customers in found.too_few:
        said.append(
            f"{name} {value}: too few to tell; {LEAST_CUSTOMERS} customers are needed, and as many others "
            f"(this group has {customers:,})."
        )
    if not said:
        said.append('No group was stated. Send "groups" with the moments you ask about (docs/deciding.md).')
    elif found.alarms:
        said.append(f"{len(found.alarms)} of {len(found.gaps)} comparisons are an alarm.")
    elif found.gaps:
        said.append("No alarm: no group surely finds it harder to meet a person.")
    return said


def _line(gap: Gap) -> str:
    if gap.measure is Measure.WAIT:
        mine, others, scale, unit = f"{gap.mine:.1f}", f"{gap.others:.1f}", 1.0, "minutes"
    else:
        mine, others, scale, unit = f"{gap.mine:.0%}", f"{gap.others:.0%}", 100.0, "points"
    alarm = "  ALARM" if gap.is_alarm else ""
    return (
        f"{gap.name} {gap.value} ({gap.customers:,} customers), {_WORDS[gap.measure]}: {mine}, others {others}; "
        f"worse off by {scale * gap.gap:+.1f} {unit} ({scale * gap.low:+.1f} to {scale * gap.high:+.1f}){alarm}"
    )
