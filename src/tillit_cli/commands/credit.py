"""`tillit credit`: how credit for sales can be shared, by several models side by side."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from tillit.credit.baseline import Known
from tillit.credit.coalitions import ERROR, Coalition, coalitions, most_common
from tillit.credit.part_of import part_of
from tillit.credit.paths import Paths
from tillit.credit.results import Credit
from tillit.credit.sensitivity import NOTED, Sensitivity, sensitivity
from tillit.credit.side_by_side import credit
from tillit.credit.turns import turns_plans
from tillit.credit.vocabulary import LABEL, Evidence, Model
from tillit.events.currencies import UNNAMED
from tillit.reports.credit_words import baseline_of, share_of, showroom_says
from tillit.reports.interval import share_range
from tillit.reports.showroom import Showroom
from tillit.reports.size import CASES_BELOW
from tillit.reports.wording import number
from tillit_cli.credit_evidence import (
    as_lines,
    holdout_lines,
    plan_as_json,
    plan_as_text,
    reach_of,
)
from tillit_cli.tables import aligned
from tillit_cli.touchpoint_arguments import SEED, add_touchpoint_arguments, listing, too_few, typed_touchpoints

ALL = "all"
SHOWN_TOGETHER = 8  # sets of touchpoints on a terminal; JSON has all


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "credit",
        help="how credit for sales can be shared, by several models",
        description="Share the credit for each sale over the touchpoints before it, by several models side by side. "
        f"They are {LABEL}.",
    )
    add_touchpoint_arguments(parser)
    parser.add_argument("--model", choices=(ALL, *(model.value for model in Model)), default=ALL, help="(default: all)")
    parser.add_argument(
        "--plan",
        metavar="NAME",
        help="how long a trial of this touchpoint must be to learn what, by lot and by turns, and nothing else",
    )


def run(args: argparse.Namespace) -> int:
    """Print the shares."""
    found = typed_touchpoints(args)
    paths = found.paths
    if args.plan is not None:
        answer_of = plan_as_json if args.format == "json" else plan_as_text
        reach = reach_of(args.plan, found)
        print(answer_of(args.plan, reach, turns_plans(found.weekly) if found.weekly else ()))
        return 0
    few = too_few(paths)
    if few is not None:
        print(as_lines(few_as_json(paths, few)) if args.format == "json" else few_as_text(paths, few))
        return 0
    models = tuple(Model) if args.model == ALL else (Model(args.model),)
    answer = credit(paths, models, np.random.default_rng(SEED), trials=found.trials)
    met: tuple[Coalition, ...] = ()
    halved: tuple[Sensitivity, ...] = ()
    if Model.SHAPLEY in models:
        baseline = answer.baseline.conversions or 0.0
        met = coalitions(paths, baseline=baseline)
        halved = sensitivity(paths, np.random.default_rng(SEED), shared=answer.total.conversions - baseline)
    if args.format == "json":
        of_sets = {
            "coalitions": [*map(_coalition, met)],
            "sensitivity": [{**asdict(one), "noted": NOTED} for one in halved],
        }
        print(as_lines(as_json(answer, found.dropped, found.showroom) | of_sets))
    else:
        print("\n".join([table(answer, found.showroom), *together_lines(met), *noted_lines(halved)]))
    return 0


def as_json(answer: Credit, dropped: frozenset[str], visits: Showroom | None) -> dict[str, Any]:
    """Every model, the baseline and the total; and what holdouts and visits to shops say, where there are any."""
    baseline = answer.baseline
    return {
        "label": LABEL,
        "models": {
            found.model: {
                "order": found.order,
                **({"error": ERROR} if found.model is Model.SHAPLEY else {}),
                "shares": [
                    {
                        "name": share.name,
                        "share": share.share,
                        "low": share.low,
                        "high": share.high,
                        "conversions": share.conversions,
                        **_values(share.value_minor),
                        "evidence": share.evidence,
                    }
                    for share in found.shares
                ],
            }
            for found in answer.models
        },
        "baseline": {
            "known": baseline.known,
            "share": baseline.share,
            "low": baseline.low,
            "high": baseline.high,
            "conversions": baseline.conversions,
            **_values(baseline.value_minor),
            "evidence": Evidence.HOLDOUT if baseline.known is Known.HOLDOUT else Evidence.NONE,
            "method": baseline.method,
        },
        "total": {
            "conversions": answer.total.conversions,
            "ways": answer.total.ways,
            **_values(answer.total.value_minor),
        },
        "orders": [{"order": fit.order, "log_likelihood_per_step": fit.log_likelihood} for fit in answer.fits],
        "no_touchpoints": sorted(dropped),
        "holdouts": [asdict(effect) for effect in answer.effects],
        "corrected": [asdict(share) for share in answer.corrected],
        "showroom": None if visits is None else {**asdict(visits), "known": visits.share is not None},
    }


def _coalition(one: Coalition) -> dict[str, Any]:
    converted = share_range(one.conversions, one.ways)
    return {
        "names": one.names,
        "ways": one.ways,
        "conversions": one.conversions,
        "share": converted.share,
        "low": converted.low,
        "high": converted.high,
        **_values(one.value_minor),
        "each": one.each,
    }


def _values(values: Mapping[str, int] | None) -> dict[str, Any]:
    """One number where there is one currency; amounts in several are never added up."""
    known = values or {}
    return {
        "value_minor": next(iter(known.values())) if len(known) == 1 else None,
        "values": {currency: value for currency, value in known.items() if currency != UNNAMED},
    }


def few_as_json(paths: Paths, few: str) -> dict[str, Any]:
    """What can be said of few conversions, in the same form."""
    conversions = round(float(paths.conversions.sum()))
    values = {name: round(float(value.sum())) for name, value in paths.value_minor.items()}
    answer: dict[str, Any] = {
        "label": LABEL,
        "models": {},
        "baseline": None,
        "total": {"conversions": conversions, "ways": conversions + int(paths.nulls.sum()), **_values(values)},
        "not_enough_data": few,
    }
    if conversions < CASES_BELOW:
        answer["ways"] = [
            {"path": paths.touches(row), "conversions": int(paths.conversions[row]), "nulls": int(paths.nulls[row])}
            for row in range(len(paths.lengths))
        ]
    else:
        ranges = {one.name: share_range(one.conversions, one.of) for one in part_of(paths)}
        answer["part_of"] = [
            {"name": name, "conversions": found.count, "of": found.of, "low": found.low, "high": found.high}
            for name, found in ranges.items()
        ]
    return answer


def few_as_text(paths: Paths, few: str) -> str:
    """The same for a terminal."""
    conversions = round(float(paths.conversions.sum()))
    if conversions < CASES_BELOW:
        return "\n".join([few, "", *listing(paths)])
    rows = [("touchpoint", "on the way of", "of 100")]
    for one in part_of(paths):
        found = share_range(one.conversions, one.of)
        of_100 = f"{100 * found.low:.0f} to {100 * found.high:.0f}"
        rows.append((one.name, f"{number(one.conversions)} of {number(one.of)}", of_100))
    return "\n".join([few, "", *aligned(rows)])


def table(answer: Credit, visits: Showroom | None) -> str:
    """The models side by side for a terminal, in parts of a hundred conversions with their range."""
    rows = [("of 100 conversions", *(_heading(found.model, found.order) for found in answer.models))]
    for place, first in enumerate(answer.models[0].shares):
        cells = (found.shares[place] for found in answer.models)
        rows.append((first.name, *(share_of(cell) for cell in cells)))
    rows.append(("baseline", *(baseline_of(answer.baseline) for _ in answer.models)))
    evidence = "below, from holdouts" if answer.effects else "none"
    return "\n".join(
        [
            f"{LABEL.capitalize()}: who was there before a sale, not what would be without it. Evidence: {evidence}.",
            "",
            *aligned(rows),
            "",
            f"{number(answer.total.conversions)} conversions of {number(answer.total.ways)} ways.",
            f"Baseline: {answer.baseline.method}",
            *holdout_lines(answer),
            *([] if visits is None else ["", showroom_says(visits)]),
        ]
    )


def together_lines(met: Sequence[Coalition]) -> list[str]:
    """Which touchpoints were there together, the most common ones; empty without them."""
    if not met:
        return []
    rows = [("together", "ways", "conversions", "of 100", "each gets")]
    common = most_common(met, SHOWN_TOGETHER)
    for one in common.rows:
        converted = share_range(one.conversions, one.ways)
        of_100 = f"{100 * converted.low:.0f} to {100 * converted.high:.0f}" if one.ways >= CASES_BELOW else "–"
        each = f"{one.each:,.1f}" if one.names else "–"
        together = " + ".join(one.names) or "(no known touch)"
        rows.append((together, number(one.ways), number(one.conversions), of_100, each))
    if common.others:
        others = f"(other sets: {number(common.others)})"
        rows.append((others, number(common.other_ways), number(common.other_conversions), "", ""))
    return [
        "",
        "Who was there together, and what each gets of it by Shapley values. Error: none, the sum over these is exact.",
        "",
        *aligned(rows),
    ]


def noted_lines(halved: Sequence[Sensitivity]) -> list[str]:
    """What each name's share would be if only half of its touches had been noted; empty without Shapley values."""
    if not halved:
        return []
    rows = [("of 100 conversions, by Shapley values", "today", "half noted", "range")]
    for one in halved:
        then = (f"{100 * one.share:.1f}", f"{100 * one.share_then:.1f}", f"{100 * one.low:.1f}–{100 * one.high:.1f}")
        rows.append((one.name, *then))
    return [
        "",
        "What is noted by people is often missing. If only every second touch of a name were there:",
        "",
        *aligned(rows),
    ]


def _heading(model: Model, order: int | None) -> str:
    return model if order is None else f"{model} (order {order})"
