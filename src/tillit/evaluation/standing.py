"""What a company's own log says about persons and machines, at the size that it has.

Under 30 customers with an outcome there are cases, under 300 counts, under 3,000 the comparisons that were chosen
beforehand (the moments that a manager chose to learn about), and above that every stage. All ranges are confidence
sequences, since pages are looked at every day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

from tillit.errors import PropensityError
from tillit.evaluation.by_group import GroupEffect
from tillit.evaluation.claims import ALPHA, always_valid
from tillit.evaluation.decisions import Bools
from tillit.evaluation.evaluate import evaluate
from tillit.evaluation.harm import Harm, harm_of
from tillit.evaluation.kept_standing import Keepable, KeptStage, keepable, kept_stages
from tillit.evaluation.log_table import CELLS, MACHINE, PERSON, LogTable
from tillit.evaluation.proposing import StageProposal, stage_proposals
from tillit.evaluation.prospect import Arrived
from tillit.evaluation.results import Effect, PolicyValue, Span
from tillit.evaluation.scores import Z_95, Estimate
from tillit.meetings.comparing import Changed
from tillit.meetings.fairness import Audit
from tillit.meetings.policy import Cell, Policy

COMPARED_FROM = 300  # customers with an outcome, for a comparison that was chosen beforehand
EVERYTHING_FROM = 3_000
AS_GOOD_WITHIN = 0.05  # five in a hundred: a person who adds less than that is not missed
LEAST_MINUTES = 30  # measured meetings, before their length is a figure
ALL = "all"


class Verdict(StrEnum):
    """What a comparison shows."""

    PERSON = "person"  # a person helps
    MACHINE = "machine"  # the machine does better
    AS_GOOD = "as_good"  # a person would add less than AS_GOOD_WITHIN
    OPEN = "open"


class WhyNot(StrEnum):
    """Why there is no comparison."""

    FEW_CUSTOMERS = "few_customers"
    NOT_ASKED = "not_asked"
    TOO_FEW = "too_few"
    NO_OUTCOME = "no_outcome"


@dataclass(frozen=True, slots=True)
class Measured:
    """A comparison of persons and machines where both could have been drawn.

    Attributes:
        n: Decisions that could have gone either way, of `customers`.
        ess: As many equally weighted decisions of the rarer kind.
        fixed_low: With `fixed_high` the 95 % interval of somebody who looks once.
        machine: P(good outcome) had everyone been met by a machine; `person` and `today` likewise.
        complaints: And `asked_afterwards`: told of moments that were chosen, None of stages.
    """

    n: int
    customers: int
    ess: float
    max_weight: float
    grade: str
    difference: Span
    fixed_low: float
    fixed_high: float
    machine: Span
    person: Span
    today: Span
    verdict: Verdict
    complaints: Harm | None = None
    asked_afterwards: Harm | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One stage, one moment, or all together.

    Attributes:
        name: A stage, a moment as `order.low`, or `all`.
        decisions: All of them, `by_person` of which were given to a person.
        customers: How many have a known outcome.
        outcomes: Decisions with one, `good` of which ended well.
        machine_outcomes: Those that a machine met, after `asked_afterwards` of which the customer reached a person.
        complaints: Of the outcomes.
    """

    name: str
    decisions: int
    by_person: int
    customers: int
    outcomes: int
    good: int
    machine_outcomes: int
    asked_afterwards: int
    complaints: int
    measured: Measured | None = None
    why_not: WhyNot | None = None


@dataclass(frozen=True, slots=True)
class HourPrice:
    """What one more hour of a person would bring at the moments that machines meet now, in minor units."""

    name: str
    value_minor: int
    low_minor: int
    high_minor: int
    minutes: float
    are_minutes_measured: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything.

    Attributes:
        drawn: Decisions in which chance had a say.
        spoken_of: Share of decisions that were allowed both a machine and a person.
        immature_share: Share of decisions whose outcome is not known yet.
        overall: All stages together; measured from EVERYTHING_FROM customers on, as each of `stages`.
        moments: Those that were chosen to learn about, the latest first; of their decisions those that were drawn.
        is_contradicted: The log was not drawn by the odds it names, so nothing is compared.
        keepable: Stages at which some customers could be kept on an earlier table; `kept` those where some are.
        proposals: What the log speaks for beyond the policy.
        arrived: What came to each moment in the last weeks.
        last_week: What following what was learned would have changed then, by moment or stage.
        fairness: Groups beside each other, with `by_group` what a person adds in each; empty where nobody asked.
    """

    decisions: int
    drawn: int
    spoken_of: float
    immature_share: float
    overall: Part
    stages: tuple[Part, ...]
    moments: tuple[Part, ...]
    hour: HourPrice | None
    is_contradicted: bool
    keepable: tuple[Keepable, ...] = ()
    kept: tuple[KeptStage, ...] = ()
    proposals: tuple[StageProposal, ...] = ()
    arrived: tuple[Arrived, ...] = ()
    last_week: dict[str, Changed] = field(default_factory=dict)
    fairness: Audit | None = None
    by_group: tuple[GroupEffect, ...] = ()


def standing(
    table: LogTable,
    *,
    chosen: Sequence[Cell],
    as_of_days: float,
    person_minutes: float,
    exponent: int,
    policy: Policy | None = None,
) -> Standing:
    """Count and compare.

    Args:
        chosen: The moments that somebody chose to learn about, the latest first.
        as_of_days: Now, on the clock of the table.
        person_minutes: How long a meeting takes by the policy; used until enough were measured.
        exponent: How many decimals of the currency a minor unit is.
        policy: In force; without it nothing is proposed.
    """
    decisions = table.decisions
    everyone = np.ones(len(table), np.bool_)
    stages = [_counted(table, str(name), decisions.stage == place) for place, name in enumerate(decisions.stages)]
    moments = [_counted(table, name_of(cell), table.asked & (table.cell == CELLS.index(cell))) for cell in chosen]
    overall = _counted(table, ALL, everyone)
    is_contradicted = False
    try:
        moments = [
            _moment(table, part, table.cell == CELLS.index(cell), as_of_days)
            for part, cell in zip(moments, chosen, strict=True)
        ]
        overall, stages = _stages(table, overall, stages, as_of_days)
    except PropensityError:
        is_contradicted = True
    price = None if is_contradicted else _hour(table, [*moments, *stages], person_minutes, exponent)
    return Standing(
        decisions=len(table),
        drawn=int(table.asked.sum()),
        spoken_of=float(decisions.free.mean()) if len(table) else 0.0,
        immature_share=float(np.isnan(decisions.outcome).mean()) if len(table) else 0.0,
        overall=overall,
        stages=tuple(stages),
        moments=tuple(moments),
        hour=price,
        is_contradicted=is_contradicted,
        keepable=keepable(table, as_of_days=as_of_days),
        kept=kept_stages(table, as_of_days=as_of_days),
        proposals=()
        if policy is None or is_contradicted
        else stage_proposals(table, policy, exponent=exponent, as_of_days=as_of_days),
    )


def name_of(cell: Cell) -> str:
    """A moment as a word: `order.low`."""
    return f"{cell[0]}.{cell[1]}"


def _counted(table: LogTable, name: str, rows: Bools) -> Part:
    decisions = table.decisions
    known = rows & ~np.isnan(decisions.outcome)
    by_machine = known & (decisions.action == MACHINE)
    return Part(
        name=name,
        decisions=int(rows.sum()),
        by_person=int((rows & (decisions.action == PERSON)).sum()),
        customers=len(np.unique(decisions.customer[known])),
        outcomes=int(known.sum()),
        good=int(decisions.outcome[known].sum()),
        machine_outcomes=int(by_machine.sum()),
        asked_afterwards=int(table.asked_afterwards[by_machine].sum()),
        complaints=int(table.complaint[known].sum()),
    )


def _moment(table: LogTable, part: Part, rows: Bools, as_of_days: float) -> Part:
    """A comparison that was chosen beforehand: its decisions alone, as one stage."""
    rows = rows & table.asked
    decisions = table.decisions.take(rows)
    customers = len(np.unique(decisions.customer[~np.isnan(decisions.outcome)]))
    if not len(decisions):
        return replace(part, why_not=WhyNot.NOT_ASKED)
    if customers < COMPARED_FROM:
        return replace(part, why_not=WhyNot.FEW_CUSTOMERS)
    as_one = replace(decisions, stage=np.zeros(len(decisions), np.int64), stages=(part.name,))
    found = evaluate(as_one, as_of_days=as_of_days)
    codes = {refusal.code for refusal in found.refusals}
    told = _with_measure(part, found.overall, [one for one in found.policies if one.stage is None], codes, told=1)
    if told.measured is None:
        return told
    complaints, asked = (
        harm_of(as_one, happened[rows], ess=told.measured.ess, as_of_days=as_of_days)
        for happened in (table.complaint, table.asked_afterwards)
    )
    return replace(told, measured=replace(told.measured, complaints=complaints, asked_afterwards=asked))


def _stages(table: LogTable, overall: Part, stages: list[Part], as_of_days: float) -> tuple[Part, list[Part]]:
    """Every stage, from `EVERYTHING_FROM` customers with an outcome on where both could have been drawn."""
    decisions = table.decisions
    compared = table.asked & ~np.isnan(decisions.outcome)
    if not compared.any():
        return replace(overall, why_not=WhyNot.NOT_ASKED), [replace(one, why_not=WhyNot.NOT_ASKED) for one in stages]
    if len(np.unique(decisions.customer[compared])) < EVERYTHING_FROM:
        few = WhyNot.FEW_CUSTOMERS
        return replace(overall, why_not=few), [replace(one, why_not=few) for one in stages]
    found = evaluate(decisions, as_of_days=as_of_days)
    told = sum(effect.person_minus_machine is not None for effect in found.stages)
    measured = []
    for part, effect in zip(stages, found.stages, strict=True):
        codes = {refusal.code for refusal in found.refusals if refusal.about == f"stage {effect.stage}"}
        values = [value for value in found.policies if value.stage == effect.stage]
        measured.append(_with_measure(part, effect, values, codes, told=told))
    codes = {refusal.code for refusal in found.refusals if refusal.about in ("overall", "log")}
    values = [value for value in found.policies if value.stage is None]
    return _with_measure(overall, found.overall, values, codes, told=1), measured


def _with_measure(part: Part, effect: Effect, values: Sequence[PolicyValue], codes: set[str], *, told: int) -> Part:
    """The part with its comparison, or with why there is none.

    Args:
        told: Comparisons that share the five in a hundred of a false claim.
    """
    by_name = {value.name: value for value in values}
    if effect.person_minus_machine is None or effect.low is None or effect.high is None or len(by_name) < len(_TARGETS):
        why = next((why for why in WhyNot if why.value in codes), WhyNot.TOO_FEW)
        return replace(part, why_not=why)
    alpha = ALPHA / told
    difference = _live(effect.person_minus_machine, effect.low, effect.high, effect.n, alpha)
    spans = {name: _live(one.value, one.low, one.high, one.n, ALPHA) for name, one in by_name.items()}
    return replace(
        part,
        measured=Measured(
            n=effect.n,
            customers=effect.customers,
            ess=effect.ess or 0.0,
            max_weight=effect.max_weight or 0.0,
            grade=effect.grade,
            difference=difference,
            fixed_low=effect.low,
            fixed_high=effect.high,
            machine=spans["machine"],
            person=spans["person"],
            today=spans["today"],
            verdict=_verdict(difference),
        ),
    )


_TARGETS = ("machine", "person", "today")


def _live(value: float, low: float, high: float, n: int, alpha: float) -> Span:
    error = (high - low) / (2 * Z_95)
    return Span(value, *always_valid(Estimate(value, error, n, n), alpha=alpha))


def _verdict(difference: Span) -> Verdict:
    if difference.low > 0:
        return Verdict.PERSON
    if difference.high < 0:
        return Verdict.MACHINE
    return Verdict.AS_GOOD if difference.high < AS_GOOD_WITHIN else Verdict.OPEN


def _hour(table: LogTable, parts: Sequence[Part], person_minutes: float, exponent: int) -> HourPrice | None:
    """The shadow price of a person's time where none is left: its best use among moments that machines meet now.

    None where a person is not shown to help, or nobody knows what is at stake.
    """
    decisions = table.decisions
    by_person = (decisions.action == PERSON) & ~np.isnan(table.minutes) & (table.minutes > 0)
    are_measured = int(by_person.sum()) >= LEAST_MINUTES
    minutes = float(table.minutes[by_person].mean()) if are_measured else person_minutes
    if minutes <= 0 or decisions.value is None:
        return None
    found: list[HourPrice] = []
    for part in parts:
        rows = np.isin(table.cell, [place for place, cell in enumerate(CELLS) if name_of(cell) == part.name])
        if part.name in decisions.stages:
            rows = decisions.stage == decisions.stages.index(part.name)
        unmet = rows & table.asked & (decisions.action == MACHINE)
        stake = float(decisions.value[unmet].mean()) if unmet.any() else 0.0
        if part.measured is None or part.measured.verdict is not Verdict.PERSON or stake <= 0:
            continue
        gain = part.measured.difference
        value, low, high = (
            round(60 / minutes * share * stake * 10**exponent) for share in (gain.value, gain.low, gain.high)
        )
        found.append(HourPrice(part.name, value, low, high, minutes, are_measured))
    return max(found, key=lambda one: one.value_minor, default=None)
