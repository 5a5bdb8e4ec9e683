"""`tillit friction`: where more customers are lost, or wait longer, than at comparable steps."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from tillit.errors import QueryError
from tillit.events.currencies import exponent
from tillit.friction.conformance import conformance
from tillit.friction.find import LEAST_JOURNEYS, friction
from tillit.friction.pattern_counts import pattern_counts
from tillit.friction.promise_files import default_promises, load_promises
from tillit.friction.results import Conformance, Friction, PatternCount, StepFriction
from tillit.friction.split import Split
from tillit.friction.verdicts import FALSE_SHARE
from tillit.reports.size import CASES_BELOW
from tillit.reports.wording import day, number, share
from tillit_cli.from_files import add_file_arguments, journeys_from, timezone_of
from tillit_cli.tables import aligned

SEED = 3  # of the resampled customers: the same files give the same ranges
SHOWN = 20


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "friction",
        help="where more customers are lost than at comparable steps",
        description="Compare each step before the goal with the median comparable step, for matched journeys: how "
        "many end there, and how many wait long. What the first half of journeys suspects, the second must confirm.",
    )
    add_file_arguments(parser)
    parser.add_argument(
        "--by",
        metavar="WHAT",
        default="activity",
        help="tell steps of one activity apart by channel, place or property:NAME (default: activity, not at all)",
    )
    parser.add_argument(
        "--margin", metavar="SHARE", type=float, help="share of an order's value that is earned, 0 to 1: a declaration"
    )
    parser.add_argument(
        "--natural-end",
        metavar="ACTIVITY",
        action="append",
        default=[],
        help="journeys end here for a good reason: counted, not compared; may be given several times",
    )
    parser.add_argument(
        "--promises",
        metavar="FILE",
        type=Path,
        help="TOML of service promises and opening hours (default: tillit's own)",
    )
    parser.add_argument("--timezone", metavar="ZONE", help="of day and night (default: the mapping's, else UTC)")
    parser.add_argument("--format", choices=("table", "json"), default="table", help="(default: table)")


def run(args: argparse.Namespace) -> int:
    """Print where it hurts."""
    if args.goal is None:
        raise QueryError("friction needs a goal, or leaving could not be told from arriving: add --goal ACTIVITY")
    if args.margin is not None and not 0 < args.margin <= 1:
        raise QueryError(f"--margin is a share above 0 and at most 1, not {args.margin}; 40 % is 0.4")
    split = Split.parse(args.by)
    promises = default_promises() if args.promises is None else load_promises(args.promises)
    with journeys_from(args, timezone=args.timezone) as found:
        zone = timezone_of(found, args.timezone)
        rng = np.random.default_rng(SEED)
        answer = friction(
            found.view,
            rng=rng,
            timezone=zone,
            split=split,
            margin_share=args.margin,
            natural_ends=frozenset(args.natural_end),
        )
        patterns = pattern_counts(found.view)
        kept = conformance(
            found.view, promises, rng=np.random.default_rng(SEED), timezone=zone, margin_share=args.margin
        )
    if args.format == "json":
        print(json.dumps(as_json(answer, patterns, kept), ensure_ascii=False, indent=1))
        return 0
    lines = (
        sentence_of(answer),
        table(answer),
        pattern_table(patterns),
        promise_table(kept),
        how_we_know(answer, ZoneInfo(zone), lapse_days=args.lapse),
    )
    print("\n\n".join(lines))
    return 0


def as_json(answer: Friction, patterns: Sequence[PatternCount], kept: Conformance) -> dict[str, Any]:
    """Everything, after the sentence that says it in short."""
    return {
        "sentence": sentence_of(answer),
        **asdict(answer),
        "patterns": [asdict(one) for one in patterns],
        "conformance": asdict(kept),
    }


def sentence_of(answer: Friction) -> str:
    """What a reader should know first."""
    if not answer.enough:
        return (
            f"Not enough data to call anything friction: {number(answer.journeys[0])} and {number(answer.journeys[1])} "
            f"finished journeys in two periods, and {LEAST_JOURNEYS} are needed in each. Here are the counts."
        )
    slow = [step for step in answer.steps if step.waiting.confirmed]
    held_up = f" {len(slow)} hold more of them up than usual: {', '.join(step.step for step in slow)}." if slow else ""
    confirmed = [step for step in answer.steps if step.confirmed]
    if not confirmed:
        return "No step loses more journeys than comparable ones in two periods, one after the other." + held_up
    worst = confirmed[0]
    worth = f", worth about {_value(worst, answer)}." if worst.value_minor is not None else "."
    return (
        f"{len(confirmed)} of {len(answer.steps)} steps lose more journeys than the median comparable step, twice in a "
        f"row. First of them {worst.step}: {_excess(worst)} journeys of {number(worst.n)} beyond what is usual{worth}"
        + held_up
    )


def table(answer: Friction) -> str:
    """The steps for a terminal, worst first."""
    rows = [("step", "came", "ended here", "beyond usual", "worth", "slow waits", "usual", "verdict")]
    rows += [
        (
            step.step,
            number(step.n),
            number(step.exits),
            _excess(step),
            _value(step, answer),
            "–" if step.waiting.expected is None else f"{number(step.waiting.slow)} of {number(step.waiting.of)}",
            "–" if step.waiting.expected is None else number(round(step.waiting.expected)),
            _verdict(step),
        )
        for step in answer.steps[:SHOWN]
    ]
    lines = aligned(rows)
    if len(answer.steps) > SHOWN:
        lines.append(f"… {len(answer.steps) - SHOWN} more; --format json has all")
    return "\n".join(lines)


def pattern_table(patterns: Sequence[PatternCount]) -> str:
    """Named patterns that at least one journey shows."""
    rows = [("pattern", "what it is", "journeys", "reached the goal")]
    rows += [
        (one.name, one.meaning, share(one.journeys, one.of), f"{number(one.goals)} of {number(one.journeys)}")
        for one in patterns
        if one.journeys
    ]
    return "\n".join(aligned(rows, left=2)) if len(rows) > 1 else "No journey shows a pattern that has a name."


def promise_table(kept: Conformance) -> str:
    """How promises were kept, the costliest broken one first."""
    rows = [("promise", "broken", "goals missing beside kept ones", "worth")]
    rows += [
        (
            f"{one.rule.ask} within {one.rule.within}",
            share(one.broken, one.of) if one.of >= CASES_BELOW else f"{one.broken} of {one.of}",
            "not enough data"
            if one.lost_goals is None or one.low is None or one.high is None
            else f"{round(one.lost_goals):,} ({round(one.low):,} to {round(one.high):,})",
            _money(one.value_minor, one.value_low, one.value_high, one.currency),
        )
        for one in kept.rules
    ]
    return "\n".join(aligned(rows)) if len(rows) > 1 else "Nothing was asked that a promise speaks of."


def how_we_know(answer: Friction, zone: ZoneInfo, *, lapse_days: float | None) -> str:
    """On what the answer rests, and what it does not say."""
    if answer.first_at is None or answer.split_at is None:
        return "There are no finished journeys."
    left_out = (
        "Every journey counts as over; give --lapse DAYS if some may still go on."
        if lapse_days is None
        else f"{number(answer.open_journeys)} journeys that may still go on are left out."
    )
    money = (
        f"Worth is order value, not margin, in {answer.currency}; declare --margin to see margin."
        if answer.margin_share is None
        else f"Worth is margin in {answer.currency}, at the declared {answer.margin_share:.0%} of order value."
    )
    return "\n".join(
        [
            f"How we know: {number(answer.journeys[0])} journeys from {day(answer.first_at, zone)} are searched for "
            f"suspicions, {number(answer.journeys[1])} from {day(answer.split_at, zone)} on confirm or drop them, "
            "and all numbers are of those.",
            "Usual is the median step of the same stage, for journeys with the same entry channel, new or known "
            "customer, time of day and weekend. Ranges: 95 %, customers resampled.",
            f"At most {FALSE_SHARE:.0%} of the suspicions are expected to be false, before the second period sorts "
            "them. A step can lose more by its nature: this says where to look, not why.",
            left_out,
            *([money] if answer.currency else ["The goal has no amounts, so nothing is valued."]),
        ]
    )


def _excess(step: StepFriction) -> str:
    if step.excess_exits is None or step.low is None or step.high is None:
        return "–"
    size, low, high = (f"{round(value):,}" for value in (step.excess_exits, step.low, step.high))
    return f"{size} ({low} to {high})"


def _value(step: StepFriction, answer: Friction) -> str:
    return _money(step.value_minor, step.value_low, step.value_high, answer.currency)


def _money(value: int | None, low: int | None, high: int | None, currency: str | None) -> str:
    if value is None or low is None or high is None or currency is None:
        return "–"
    one = 10 ** exponent(currency)
    return f"{value / one:,.0f} {currency} ({low / one:,.0f} to {high / one:,.0f})"


def _verdict(step: StepFriction) -> str:
    said = []
    for what, suspected, confirmed in (
        ("exits", step.suspected, step.confirmed),
        ("waits", step.waiting.suspected, step.waiting.confirmed),
    ):
        if confirmed:
            said.append(f"friction ({what})")
        elif suspected:
            said.append(f"suspected once ({what})")
    if step.natural_end:
        return "natural end"
    return ", ".join(said) or ("" if step.excess_exits is not None else "not compared")
