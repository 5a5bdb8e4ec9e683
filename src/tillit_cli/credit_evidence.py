"""What holdouts and visits say about credit, and how a trial could be made, by lot or by turns, for a terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from tillit.credit import plan
from tillit.credit.plan import Plan, Reach, customers_needed, plans
from tillit.credit.results import Credit
from tillit.credit.turns import FEWEST_WEEKS, HALF_A_YEAR, TurnsPlan
from tillit.credit.turns import PARTS as TURNS_PARTS
from tillit.errors import QueryError
from tillit.reports.credit_words import effect_says
from tillit.reports.wording import number, number_range
from tillit_cli.tables import aligned
from tillit_cli.touchpoint_arguments import Touchpoints

PARTS = (0.05, 0.1, 0.2, 0.5)  # of the sales a name is part of, that it may bring
SHARE = 0.5  # withheld from half: the fewest customers that can tell


def as_lines(answer: Mapping[str, Any]) -> str:
    """JSON as commands print it."""
    return json.dumps(answer, ensure_ascii=False, indent=1)


def holdout_lines(answer: Credit) -> list[str]:
    """A table of what each holdout found; empty where there was none."""
    if not answer.effects:
        return []
    put_right = {one.name: one for one in answer.corrected}
    rows = [("holdout", "withheld from", "sales lost without it", "model, put right", "says")]
    for effect in answer.effects:
        own = put_right.get(effect.name)
        rows.append(
            (
                effect.name,
                f"{number(effect.withheld)} of {number(effect.withheld + effect.met)}",
                number_range(effect.lost, effect.low, effect.high),
                "–" if own is None else number_range(own.conversions, own.low, own.high),
                effect_says(effect),
            )
        )
    weakest = answer.effects[0].assumptions[0]
    return ["", *aligned(rows), f"Weakest assumption: {weakest}."]


def reach_of(name: str, found: Touchpoints) -> Reach:
    """Who comes to a touchpoint in a week.

    Raises:
        QueryError: The name is on no way, a table has no times, or nothing was sold.
    """
    paths = found.paths
    if found.weeks is None:
        raise QueryError("a table of paths has no times, so a holdout cannot be planned from it; give files of events.")
    if name not in paths.names:
        raise QueryError(f"no way has the touchpoint '{name}'; there are {', '.join(paths.names) or 'none'}.")
    reach = plan.reach_of(paths, name, weeks=found.weeks)
    if reach is None:
        raise QueryError(f"no sale had '{name}' on its way, so there is nothing that a holdout could lose.")
    return reach


def plan_as_json(name: str, reach: Reach, turns: Sequence[TurnsPlan]) -> str:
    """All plans, by lot and by turns."""
    needed = {f"{part:g}": customers_needed(reach, part, withheld_share=SHARE) for part in PARTS}
    by_turns = [
        {
            **asdict(one),
            "weeks_needed": {f"{part:g}": weeks for part, weeks in zip(TURNS_PARTS, one.weeks_needed, strict=True)},
        }
        for one in turns
    ]
    return as_lines(
        {
            "name": name,
            **asdict(reach),
            "plans": [asdict(one) for one in plans(reach)],
            "customers_needed": needed,
            "turns": by_turns,
        }
    )


def plan_as_text(name: str, reach: Reach, turns: Sequence[TurnsPlan]) -> str:
    """All plans as tables: withheld share down, weeks across; then trials by turns."""
    found = plans(reach)
    weeks = sorted({one.weeks for one in found})
    rows = [("withheld from", *(f"{week} weeks" for week in weeks))]
    for withheld in sorted({one.withheld_share for one in found}):
        cells = [one for one in found if one.withheld_share == withheld]
        rows.append((f"{100 * withheld:.0f} of 100", *map(_cell, cells)))
    least = customers_needed(reach, PARTS[1], withheld_share=SHARE)
    return "\n".join(
        [
            f"A holdout of {name}: {reach.customers_a_week:,.1f} customers a week come to it, with "
            f"{100 * reach.sales_a_customer:.1f} sales of 100.",
            "The smallest part of their sales it must bring to be found in 8 of 10 such holdouts:",
            "",
            *aligned(rows),
            "",
            f"Withheld from every second one, {number(least)} customers tell whether it brings a tenth of the sales.",
            "",
            *_turns_lines(name, turns),
        ]
    )


def _turns_lines(name: str, turns: Sequence[TurnsPlan]) -> list[str]:
    """Trials by turns as a table: which sales are counted down, what it may bring across."""
    intro = f"By turns: two weeks with {name}, two without, which comes first drawn by lot in each pair."
    if not turns:
        return [intro, f"Not known: it takes {FEWEST_WEEKS} whole weeks to see how much they differ."]
    rows = [("counted", "a week", "uneven", *(f"a part of {part:g}" for part in TURNS_PARTS), "least in half a year")]
    for one in turns:
        weeks = ("not in a year" if needed is None else f"{needed} weeks" for needed in one.weeks_needed)
        least = "not all" if one.findable is None else f"{100 * one.findable:.0f} of 100"
        rows.append((one.counted, f"{one.sales_a_week:,.1f}", f"{one.unevenness:.1f} ×", *weeks, least))
    return [
        intro,
        "Weeks until a part of the sales on its ways is found in 8 of 10 such trials, and the least part that "
        f"{HALF_A_YEAR} weeks find:",
        "",
        *aligned(rows),
        "",
        "Count the sales on its ways where customers still come to it and something at it takes turns (a sign, who "
        "answers); count all sales where it is taken away itself. "
        "Weakest assumption: whoever met it in one turn buys in the same.",
    ]


def _cell(one: Plan) -> str:
    return "too few" if one.findable is None else f"{100 * one.findable:.0f} of 100"
