"""`tillit whatif`: what hangs on a touchpoint, at most and at least."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

import numpy as np

from tillit.credit.vocabulary import Evidence
from tillit.credit.whatif import Estimate, WhatIf, what_if
from tillit.reports.size import CASES_BELOW, COUNTS_BELOW
from tillit.reports.wording import number
from tillit_cli.touchpoint_arguments import (
    SEED,
    add_touchpoint_arguments,
    listing,
    sentence_list,
    too_few,
    typed_touchpoints,
)


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "whatif",
        help="what hangs on a touchpoint, at most and at least",
        description="Say how many sales hang on one or several touchpoints: at most all that they were part of, "
        "at least none, and between them a model's number with what it assumes.",
    )
    add_touchpoint_arguments(parser)
    parser.add_argument("--without", metavar="NAME", action="append", required=True, help="several are taken together")


def run(args: argparse.Namespace) -> int:
    """Print the bounds."""
    found = typed_touchpoints(args)
    paths = found.paths
    conversions = round(float(paths.conversions.sum()))
    few = too_few(paths)
    if few is not None and conversions < CASES_BELOW:
        refusal = {"without": args.without, "conversions": conversions, "not_enough_data": few}
        print(json.dumps(refusal, ensure_ascii=False) if args.format == "json" else "\n".join([few, *listing(paths)]))
        return 0
    answer = what_if(
        paths, args.without, np.random.default_rng(SEED), chain=conversions >= COUNTS_BELOW, trials=found.trials
    )
    if args.format == "json":
        print(json.dumps(asdict(answer), ensure_ascii=False, indent=1))
    else:
        print(text(answer))
    return 0


def text(answer: WhatIf) -> str:
    """The bounds for a terminal, each with its weakest assumption first."""
    lines = [f"Without {' and '.join(answer.without)}, of {number(answer.conversions)} conversions:", ""]
    lines += _bound("At most", answer.at_most) + _bound("At least", answer.at_least)
    if answer.middle is None:
        lines.append(f"No model between them: it takes {COUNTS_BELOW} conversions.")
    else:
        lines += _bound("A model between them", answer.middle)
    if answer.measured is not None:
        lines += _bound("Measured: lost while it was withheld", answer.measured)
        return "\n".join([*lines, "Evidence: holdout."])
    if answer.evidence is Evidence.FEW:
        return "\n".join([*lines, "Evidence: none yet. Too few customers were left without it by lot."])
    return "\n".join([*lines, "Evidence: none. Nobody was left without it by lot; only that would show."])


def _bound(title: str, found: Estimate) -> list[str]:
    numbers = f"{found.conversions:,.0f} ({found.low:,.0f} to {found.high:,.0f})"
    return [f"{title} {numbers}; method: {found.method}. Assumes, weakest first:", sentence_list(found.assumptions), ""]
