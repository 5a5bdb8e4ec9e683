"""`tillit plan`: how many decisions and weeks it takes to learn whether a person helps at a moment."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from tillit.evaluation.plan import MOST_WEEKS, WORTH_FINDING, Plan, plan


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "plan",
        help="what it takes to learn whether a person helps at a moment",
        description="How many decisions, drawn at random between a person and the machine, and how many weeks it takes "
        "to find a difference in 8 of 10 cases where it is there, and to see one in 1 of 20 where there is none.",
    )
    parser.add_argument("--moment", metavar="NAME", default="this moment", help="what it is about; only repeated")
    parser.add_argument("--weekly", metavar="N", type=float, help="decisions a week that could go either way")
    parser.add_argument(
        "--base", metavar="SHARE", type=_share, required=True, help="good outcomes with the machine: 0.45 or 45%%"
    )
    parser.add_argument(
        "--difference",
        metavar="SHARE",
        type=_share,
        default=WORTH_FINDING,
        help="what a person would have to add: 0.10 or 10%% (default: 0.10)",
    )
    parser.add_argument(
        "--person-share", metavar="SHARE", type=_share, default=0.5, help="drawn to a person (default: 0.5)"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="(default: text)")


def run(args: argparse.Namespace) -> int:
    """Print the plan."""
    found = plan(args.base, args.difference, weekly=args.weekly, person_share=args.person_share)
    if args.format == "json":
        print(json.dumps({"moment": args.moment, **asdict(found)}, ensure_ascii=False, indent=1))
    else:
        print("\n".join(lines(args.moment, found)))
    return 0


def lines(moment: str, found: Plan) -> list[str]:
    """The plan in words."""
    said = [
        f"To find whether a person adds {_points(found.difference)} in 100 to {found.base:.0%} at {moment}: about "
        f"{found.decisions:,} decisions, {found.person_share:.0%} of them drawn to a person."
    ]
    if found.weeks is not None:
        said.append(f"At the present pace that takes {found.weeks:,} weeks.")
        said.append(
            "It can start, if both sides are acceptable to customers."
            if found.starts
            else f"It does not start: more than {MOST_WEEKS} weeks without a prospect of an answer is not worth what "
            "customers notice."
        )
        said.append(
            f"In {MOST_WEEKS} weeks the smallest difference to be found is {_points(found.findable)} in 100."
            if found.findable is not None
            else f"In {MOST_WEEKS} weeks no difference at all can be found at this pace."
        )
    said.append("Counted with 80 % power, two-sided at 5 %; one decision a customer.")
    return said


def _points(share: float) -> str:
    return f"{share * 100:.1f}".removesuffix(".0")


def _share(text: str) -> float:
    number = float(text.removesuffix("%").strip())
    if text.endswith("%") or abs(number) >= 1:  # a share of 45 can only be meant as 45 %
        return number / 100
    return number
