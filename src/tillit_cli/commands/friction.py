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

from tillit.credit.cells import FEWEST_EMPLOYEES, TOGETHER, Headcounts, read_headcounts, shown_names
from tillit.credit.sales import UNKNOWN
from tillit.errors import QueryError
from tillit.friction.after_meetings import DAYS, AfterMeetings, after_meetings
from tillit.friction.conformance import conformance
from tillit.friction.find import friction
from tillit.friction.pattern_counts import pattern_counts
from tillit.friction.results import Conformance, Friction, PatternCount
from tillit.friction.split import Split
from tillit.journeys.traces import Names
from tillit.journeys.view import activity_code
from tillit.reports.friction_words import (
    AFTER,
    after_sentence_of,
    broken_of,
    chance_of,
    excess_of,
    how_we_know,
    missing_of,
    sentence_of,
    value_of,
    verdict_of,
)
from tillit.reports.wording import money_range, number, share
from tillit_cli.from_files import WHOLE_EVENTS, add_file_arguments, journeys_from, timezone_of
from tillit_cli.tables import aligned
from tillit_cli.worth_arguments import add_worth_arguments, margin_of, promises_of

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
    add_worth_arguments(parser)
    parser.add_argument(
        "--natural-end",
        metavar="ACTIVITY",
        action="append",
        default=[],
        help="journeys end here for a good reason: counted, not compared; may be given several times",
    )
    parser.add_argument(
        "--data",
        metavar="DIR",
        type=Path,
        help="with --by place: whose numbers of employees say that each place has enough",
    )
    parser.add_argument("--timezone", metavar="ZONE", help="of day and night (default: the mapping's, else UTC)")
    parser.add_argument("--format", choices=("table", "json"), default="table", help="(default: table)")


def run(args: argparse.Namespace) -> int:
    """Print where it hurts."""
    if args.goal is None:
        raise QueryError("friction needs a goal, or leaving could not be told from arriving: add --goal ACTIVITY")
    split = Split.parse(args.by)
    promises, margin_share = promises_of(args), margin_of(args)
    with journeys_from(args, timezone=args.timezone, fewest_persons=WHOLE_EVENTS) as found:
        if split.column == "place":
            _refuse_small_places(found.view.names, read_headcounts(args.data) if args.data else UNKNOWN)
        for activity in args.natural_end:
            activity_code(found.view.names, activity)  # a mistyped one would change nothing, and not be noticed
        zone = timezone_of(found, args.timezone)
        rng = np.random.default_rng(SEED)
        answer = friction(
            found.view,
            rng=rng,
            timezone=zone,
            split=split,
            margin_share=margin_share,
            natural_ends=frozenset(args.natural_end),
        )
        patterns = pattern_counts(found.view)
        after = after_meetings(found.view)
        kept = conformance(
            found.view, promises, rng=np.random.default_rng(SEED), timezone=zone, margin_share=margin_share
        )
    if args.format == "json":
        print(json.dumps(as_json(answer, patterns, after, kept), ensure_ascii=False, indent=1))
        return 0
    lines = (
        sentence_of(answer),
        table(answer),
        pattern_table(patterns),
        after_table(after),
        promise_table(kept),
        "How we know: " + "\n".join(how_we_know(answer, ZoneInfo(zone), lapse_days=args.lapse)),
    )
    print("\n\n".join(lines))
    return 0


def _refuse_small_places(names: Names, headcounts: Headcounts) -> None:
    places = [place for place in names.place if place]
    small = sorted(place for place, shown in shown_names("place", places, headcounts).items() if shown == TOGETHER)
    if small:
        raise QueryError(
            f"steps are told apart by place only where at least {FEWEST_EMPLOYEES} people work at each: "
            f"{', '.join(small)} are smaller, or nobody has said. Say how many under Settings and add --data DIR, or "
            "tell steps apart by channel."
        )


def as_json(
    answer: Friction, patterns: Sequence[PatternCount], after: AfterMeetings, kept: Conformance
) -> dict[str, Any]:
    """Everything, after the sentence that says it in short."""
    return {
        "sentence": sentence_of(answer),
        **asdict(answer),
        "patterns": [asdict(one) for one in patterns],
        "after_meetings": asdict(after),
        "conformance": asdict(kept),
    }


def table(answer: Friction) -> str:
    """The steps for a terminal, worst first."""
    rows = [("step", "came", "ended here", "beyond usual", "worth", "slow waits", "usual", "verdict")]
    rows += [
        (
            step.step,
            number(step.n),
            number(step.exits),
            excess_of(step),
            value_of(step, answer),
            "–" if step.waiting.expected is None else f"{number(step.waiting.slow)} of {number(step.waiting.of)}",
            "–" if step.waiting.expected is None else number(round(step.waiting.expected)),
            verdict_of(step),
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


def after_table(after: AfterMeetings) -> str:
    """Who comes to the goal after a visit, advice or a quote, and who does after silence."""
    lines = [after_sentence_of(one) for one in after.meetings]
    rows = [("after", "days", "reached the goal by then", "so long silent", "of them in the week after")]
    rows += [
        (
            AFTER[one.meeting],
            str(days),
            chance_of(one.by_day[days].chance),
            number(silent.customers),
            chance_of(silent.chance),
        )
        for one in after.meetings
        if one.enough
        for days, silent in zip(DAYS, one.silent, strict=True)
    ]
    if len(rows) > 1:
        lines += ["", *aligned(rows)]
    return "\n".join(lines) if lines else "No visit, advice or quote is in these journeys."


def promise_table(kept: Conformance) -> str:
    """How promises were kept, the costliest broken one first."""
    rows = [("promise", "broken", "goals missing beside kept ones", "worth")]
    rows += [
        (
            f"{one.rule.ask} within {one.rule.within}",
            broken_of(one),
            missing_of(one),
            money_range(one.value_minor, one.value_low, one.value_high, one.currency),
        )
        for one in kept.rules
    ]
    return "\n".join(aligned(rows)) if len(rows) > 1 else "Nothing was asked that a promise speaks of."
