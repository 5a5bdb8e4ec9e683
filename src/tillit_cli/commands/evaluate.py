"""`tillit evaluate`: what a person adds to the machine, stage by stage, from a log of drawn decisions."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from tillit.errors import QueryError
from tillit.evaluation.claims import ALPHA
from tillit.evaluation.decisions import Decisions, Ints
from tillit.evaluation.evaluate import evaluate
from tillit.evaluation.learning import LEAST_CUSTOMERS, Changes, Proposal, allowed, propose
from tillit.evaluation.read_decisions import read_decisions
from tillit.evaluation.results import Effect, Evaluation
from tillit.evaluation.scores import Z_95, Estimate
from tillit.evaluation.tree import Leaf
from tillit_cli.tables import aligned


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "evaluate",
        help="what a person adds to the machine, from drawn decisions",
        description="Estimate from a log of decisions, each with the probabilities it was drawn with, what would have "
        "come of meeting everyone with a machine, with a person, and as today.",
    )
    parser.add_argument("file", metavar="DECISIONS.csv", type=Path, help="one row a decision; the form is in the docs")
    parser.add_argument(
        "--context", metavar="COLUMN", action="append", default=[], help="a further column known before each draw"
    )
    parser.add_argument("--as-of", metavar="DAYS", type=float, help="when the log was cut (default: its last decision)")
    parser.add_argument(
        "--propose",
        metavar="RULE",
        choices=("machine", "person"),
        help="look for a rule that is better than meeting everyone by this one where it is allowed",
    )
    parser.add_argument("--format", choices=("table", "json"), default="table", help="(default: table)")


def run(args: argparse.Namespace) -> int:
    """Print what the log says."""
    read = read_decisions(args.file, context=args.context)
    found = evaluate(read.decisions, as_of_days=args.as_of)
    proposal = _proposal(read.decisions, args.propose) if args.propose else None
    if args.format == "json":
        print(json.dumps(as_json(found, proposal, read.decisions, read.unused), ensure_ascii=False, indent=1))
        return 0
    parts = [sentence_of(found), table(found), *policy_lines(found), *_time_lines(found)]
    parts += _proposal_lines(proposal, read.decisions)
    parts += [f"{refusal.about}: {refusal.reason}" for refusal in found.refusals]
    parts.append(how_we_know(found, read.unused))
    print("\n\n".join(parts))
    return 0


def as_json(
    found: Evaluation, proposal: Proposal | None, decisions: Decisions, unused: tuple[str, ...]
) -> dict[str, Any]:
    """Everything, with the policies of all stages together apart from those of each."""
    everything = asdict(found)
    overall = everything.pop("overall")
    overall.pop("stage")
    policies = everything.pop("policies")
    return {
        "sentence": sentence_of(found),
        "overall": overall,
        "stages": everything.pop("stages"),
        "policies": [{k: v for k, v in p.items() if k != "stage"} for p in policies if p["stage"] is None],
        "policies_by_stage": [p for p in policies if p["stage"] is not None],
        "refusals": everything.pop("refusals"),
        "proposal": None if proposal is None else _proposal_json(proposal, decisions),
        "unused_columns": list(unused),
        **everything,
    }


def sentence_of(found: Evaluation) -> str:
    """What a reader should know first."""
    if found.not_drawn == found.decisions:
        hint = (
            ""
            if found.observed is None
            else f" Those met by a person ended well {_points(found.observed.adjusted_difference)} points more often "
            "than similar ones met by the machine; something unseen that goes with both "
            f"{found.observed.e_value:.1f} times as often would explain all of that."
        )
        return "What a person adds is not known: nobody logged how it was decided who meets one." + hint
    person = [_named(stage) for stage in found.stages if stage.claim == "person"]
    machine = [_named(stage) for stage in found.stages if stage.claim == "machine"]
    said = [
        *([f"A person helps at {', '.join(person)}."] if person else []),
        *([f"The machine does better at {', '.join(machine)}."] if machine else []),
    ]
    if said:
        return " ".join(said)
    told = [stage for stage in found.stages if stage.claim is not None]
    if not told:
        return "Too few decisions to tell at any stage."
    return f"No difference between person and machine is shown at any of {len(told)} stages."


def table(found: Evaluation) -> str:
    """One row a stage: the effect in points of 100, its range, and what it rests on."""
    rows: list[tuple[str, ...]] = [
        ("stage", "person − machine", "range", "decisions", "as good as", "largest weight", "grade", "")
    ]
    rows += [_row(str(effect.stage), effect) for effect in found.stages]
    rows.append(_row("all", found.overall))
    return "\n".join(aligned(rows))


def policy_lines(found: Evaluation) -> list[str]:
    """What each policy would have brought, over all stages."""
    rows = [("policy", found.unit, "range")]
    rows += [
        (one.name, f"{one.value:,.2f}", f"{one.low:,.2f} to {one.high:,.2f}")
        for one in found.policies
        if one.stage is None
    ]
    return ["\n".join(aligned(rows))] if len(rows) > 1 else []


def _time_lines(found: Evaluation) -> list[str]:
    """What moments of all times together cannot say: changes, and whole ways."""
    said = []
    if found.drift is not None and found.drift.is_found:
        changed = [one for one in found.drift.stages if one.p_holm <= ALPHA]
        where = "; ".join(f"{one.stage} {_points(one.earlier)}, then {_points(one.later)}" for one in changed)
        said.append(
            "What a person adds has changed: between the earlier and the later half of these decisions more than "
            f"chance explains (p = {found.drift.p_value:.3f}){f': {where}' if where else ''}. The numbers above are an "
            "average over both."
        )
    if (way := found.whole_way) is not None:
        said.append(
            f"Over customers' whole way: good outcomes {_points(way.difference)} points more often ({_points(way.low)} "
            f"to {_points(way.high)}) than with the {way.kept_customers:,} customers who were kept on another policy."
        )
    return said


def how_we_know(found: Evaluation, unused: tuple[str, ...]) -> str:
    """On what the answer rests, and what it does not say."""
    said = [
        f"How we know: {found.decisions:,} decisions, of which {found.spoken_of:.0%} could have gone to a machine or a "
        "person; of the others nothing is said. Augmented inverse propensity weighting with the logged probabilities, "
        "95 % ranges by customer, stages together by Holm. A difference counts for this moment, not for what a whole "
        "journey of such meetings would change.",
    ]
    if found.immature_share:
        said.append(
            f"{found.immature_share:.0%} of outcomes are not known yet; younger decisions count by their share."
        )
    if unused:
        said.append(
            f"Not used, because nothing says that it was known before the draw: {', '.join(unused)}. "
            "If it was, add --context NAME."
        )
    return "\n".join(said)


def _row(name: str, effect: Effect) -> tuple[str, ...]:
    if effect.person_minus_machine is None or effect.low is None or effect.high is None:
        size = "–" if effect.ess is None else f"{effect.ess:,.0f}"
        return (name, "–", "–", f"{effect.n:,}", size, "–", effect.grade, "not told")
    claim = {"person": "a person helps", "machine": "the machine does better"}.get(
        effect.claim or "", "no difference shown"
    )
    return (
        name,
        _points(effect.person_minus_machine),
        f"{_points(effect.low)} to {_points(effect.high)}",
        f"{effect.n:,}",
        f"{effect.ess:,.0f}",
        f"{effect.max_weight:.0f}",
        effect.grade,
        claim,
    )


def _proposal(decisions: Decisions, rule: str) -> Proposal:
    customers = len(np.unique(decisions.customer))
    if customers < LEAST_CUSTOMERS:
        raise QueryError(
            f"{customers:,} customers are too few to learn a rule from; {LEAST_CUSTOMERS:,} are needed. "
            "Without --propose the comparison itself is shown."
        )
    if not decisions.are_drawn.all() or np.isnan(decisions.outcome).any():
        raise QueryError("A rule is learnt only from decisions with logged propensities and known outcomes.")
    action = decisions.machine if rule == "machine" else decisions.person

    def today(asked: Decisions) -> Ints:
        return allowed(asked, action)

    return propose(decisions, today)


def _proposal_json(proposal: Proposal, decisions: Decisions) -> dict[str, Any]:
    spending, saving = proposal.sides
    return {
        "gain": _estimate_json(proposal.gain),
        "spending": _changes_json(spending, decisions),
        "saving": _changes_json(saving, decisions),
    }


def _changes_json(changes: Changes, decisions: Decisions) -> dict[str, Any]:
    found = changes.came_true
    return {
        "let_through": changes.let_through,
        "gain": _estimate_json(changes.gain),
        "came_true": None
        if found is None
        else {"share": found.share, "error": found.error, "pays_from": found.pays, "n": found.n},
        "stages": [
            {
                "stage": decisions.stages[one.stage],
                "gain": _estimate_json(one.gain),
                "kept": one.kept,
                "leaves": [{"where": _where(leaf), "action": decisions.actions[leaf.action]} for leaf in one.leaves],
            }
            for one in changes.stages
        ],
    }


def _estimate_json(found: Estimate | None) -> dict[str, float] | None:
    return None if found is None else {"value": found.value, "low": found.low, "high": found.high, "n": found.n}


def _proposal_lines(proposal: Proposal | None, decisions: Decisions) -> list[str]:
    if proposal is None:
        return []
    if proposal.gain is None:
        tried = len({one.stage for side in proposal.sides for one in side.stages})
        return [f"No change is proposed: {tried} stages were tried, and no gain shows on others.{_promised(proposal)}"]
    rules = ["Proposed, for a person to approve; the rest stays as today:"]
    for leaf in proposal.leaves:
        where = _where(leaf)
        rules.append(
            f"  {decisions.stages[leaf.stage]}{', ' if where else ''}{where}: {decisions.actions[leaf.action]}, where "
            f"that costs {'less than' if leaf in proposal.saving.leaves else 'at least'} today's"
        )
    gain = proposal.gain
    rules.append(
        f"Over all decisions {gain.value:+.2f} each ({gain.low:+.2f} to {gain.high:+.2f}), on customers it was not "
        f"learnt from.{_promised(proposal)}"
    )
    return ["\n".join(rules)]


def _promised(proposal: Proposal) -> str:
    """Of the effects it counts on, what came true."""
    found = proposal.spending.came_true
    if found is None:
        return ""
    low, high = (100 * (found.share + side * Z_95 * found.error) for side in (-1, 1))
    return (
        f" Of the effects it counts on {100 * found.share:.0f} % came true there ({low:.0f} to {high:.0f} %); from "
        f"{100 * found.pays:.0f} % on it pays."
    )


def _where(leaf: Leaf) -> str:
    told = [
        f"{question.name} {'at most' if answer else 'above'} {question.threshold:.3g}"
        for question, answer in leaf.answers
    ]
    told += [f"at stake above {leaf.above:.3g}"] if leaf.above is not None else []
    told += [f"at stake at most {leaf.up_to:.3g}"] if leaf.up_to is not None else []
    return " and ".join(told)


def _named(effect: Effect) -> str:
    if effect.person_minus_machine is None or effect.low is None or effect.high is None:
        return str(effect.stage)
    low, high = _points(effect.low), _points(effect.high)
    return f"{effect.stage} ({_points(effect.person_minus_machine)} points; {low} to {high})"


def _points(share: float) -> str:
    return f"{share * 100:+.1f}"
