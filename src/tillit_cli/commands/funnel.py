"""`tillit funnel`: how far customers get along a row of steps."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from tillit.journeys.funnel import FunnelSpec, funnel
from tillit.journeys.results import Funnel
from tillit.reports.wording import duration, number, share
from tillit.vocabulary import Unit
from tillit_cli.durations import seconds
from tillit_cli.from_files import add_file_arguments, journeys_from
from tillit_cli.tables import aligned


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "funnel",
        help="how far customers get along a row of steps",
        description="Count how many customers reach each step, whichever of their attempts gets furthest.",
    )
    add_file_arguments(parser)
    add_funnel_arguments(parser)
    parser.add_argument("--format", choices=("table", "json"), default="table", help="(default: table)")


def add_funnel_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments that describe a funnel."""
    parser.add_argument(
        "--step", metavar="A", action="append", default=[], help="an activity, or several that will do: 'A|B'"
    )
    parser.add_argument("--within", metavar="TIME", type=seconds, help="from the first step to the last: 7d, 12h, 30m")
    parser.add_argument("--step-within", metavar="TIME", type=seconds, help="from each step to the next")
    parser.add_argument("--any-order", action="store_true", help="count how many different steps happened at all")
    parser.add_argument(
        "--exclude", metavar="X", action="append", default=[], help="an activity that breaks an attempt between steps"
    )
    parser.add_argument(
        "--unit", choices=tuple(Unit), default=Unit.PERSON, type=Unit, help="what is counted (default: person)"
    )


def funnel_spec(args: argparse.Namespace) -> FunnelSpec:
    """The funnel that was typed.

    Raises:
        QueryError: It makes no sense.
    """
    steps = tuple(frozenset(name.strip() for name in step.split("|") if name.strip()) for step in args.step)
    gaps = max(0, len(steps) - 1)
    return FunnelSpec(
        steps=steps,
        within_seconds=args.within,
        per_step_seconds=() if args.step_within is None else (args.step_within,) * gaps,
        ordered=not args.any_order,
        exclude=frozenset(args.exclude),
        unit=args.unit,
    )


def run(args: argparse.Namespace) -> int:
    """Print the funnel."""
    spec = funnel_spec(args)
    with journeys_from(args) as found:
        answer = funnel(found.view, spec)
    print(json.dumps(asdict(answer), ensure_ascii=False, indent=2) if args.format == "json" else table(answer))
    return 0


def table(answer: Funnel) -> str:
    """The funnel for a terminal: shares always with their counts, and below 30 counts alone."""
    first = answer.steps[0].reached
    rows = [("step", f"{answer.unit}s", "dropped", "of the first", "median wait", "p90 wait")]
    rows += [
        (
            f"{place}. {step.name}",
            number(step.reached),
            number(step.dropped) if place > 1 else "",
            share(step.reached, first) if place > 1 else "",
            duration(step.p50_seconds_from_previous) if place > 1 else "",
            duration(step.p90_seconds_from_previous) if place > 1 else "",
        )
        for place, step in enumerate(answer.steps, start=1)
    ]
    return "\n".join([*aligned(rows), "", f"{number(answer.total)} {answer.unit}s in all."])
