"""Rules finer than a moment, from a company's own log: proposed stage by stage, approved by a person or not at all.

Five customers in ten choose a tree for each stage, three judge its leaves, two say what all of it is worth; who does
what is settled for ever by a customer's lot, so that looking again is no new try: this is for a page that is read every
day, and `learning.propose` for a log that is read once. A leaf asks about the errand and what is at stake, and about
nothing that somebody is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tillit.evaluation.claims import ALPHA, always_valid
from tillit.evaluation.decisions import Bools, Decisions, Floats, Ints
from tillit.evaluation.harm import NO_WORSE_WITHIN, Harm, Lacking, harm_of
from tillit.evaluation.learning import LEAST_CUSTOMERS, chosen
from tillit.evaluation.leaves import JudgedLeaf, judged
from tillit.evaluation.log_table import CELLS, MACHINE, PERSON, LogTable
from tillit.evaluation.outcome_model import cross_fitted
from tillit.evaluation.results import Span
from tillit.evaluation.scores import aipw, clustered, effective_size, importance
from tillit.evaluation.tree import Leaf, reached
from tillit.meetings.decide import prefers_person
from tillit.meetings.policy import Policy, StageRule
from tillit.vocabulary import Errand, Stage

CHOOSES, JUDGES = 5, 8  # lots below the first choose, below the second judge, the others value
LEAST_ESS = 100  # decisions of the rarer side that judge a leaf; a rule on fewer is not worth a reader's time
ERRANDS = tuple(Errand)
STAKE = "stake"


@dataclass(frozen=True, slots=True)
class ProposedRule:
    """One leaf.

    Attributes:
        gain: What the change brings over today's rule per such moment, in minor units; the range holds at every look.
        n: Decisions that judged it, of `customers`; they did not choose it.
        complaints: How much more often, with the change; None where nothing can be said. `asked_afterwards` likewise.
        lacking: Empty where somebody may approve it.
    """

    rule: StageRule
    gain: Span
    n: int
    customers: int
    complaints: Harm | None
    asked_afterwards: Harm | None
    lacking: tuple[Lacking, ...]


@dataclass(frozen=True, slots=True)
class StageProposal:
    """What is proposed at a stage.

    Attributes:
        today: P(good outcome) there by the rules of today, `proposed` with every rule that may be approved; from
            customers who neither chose nor judged. None while they are too few to say.
    """

    stage: str
    rules: tuple[ProposedRule, ...]
    today: Span | None
    proposed: Span | None


def stage_proposals(table: LogTable, policy: Policy, *, exponent: int, as_of_days: float) -> tuple[StageProposal, ...]:
    """What the log speaks for beyond today's policy; () below LEAST_CUSTOMERS.

    Args:
        exponent: How many decimals of the currency a minor unit is.
    """
    rows = table.asked & table.linked & ~np.isnan(table.decisions.outcome)
    told = table.take(rows)
    if len(np.unique(told.decisions.customer)) < LEAST_CUSTOMERS:
        return ()
    unit = 10**exponent
    asked = _Asked(told, _asked_about(told, policy, unit), np.digitize(told.lot, [CHOOSES, JUDGES]), unit, as_of_days)

    def today(decisions: Decisions) -> Ints:
        return _by_policy(decisions, policy, unit)

    of_teachers = asked.decisions.take(asked.part == 0)
    leaves = chosen(of_teachers, today(of_teachers))
    found = judged(asked.decisions.take(asked.part == 1), leaves, today)
    proposals = []
    for place, name in enumerate(asked.decisions.stages):
        here = [_proposed(asked, one, tried=len(found)) for one in found if one.leaf.stage == place and name]
        rules = tuple(rule for rule in here if rule is not None)
        if rules:
            may = replace(policy, rules=(*(one.rule for one in rules if not one.lacking), *policy.rules))
            at_stage = asked.decisions.take((asked.part == 2) & (asked.decisions.stage == place))
            proposals.append(StageProposal(str(name), rules, *_values(at_stage, policy, may, unit)))
    return tuple(proposals)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The drawn decisions with outcomes, and the same with what a tree may ask about.

    Attributes:
        part: Shape (n,); 0 of a customer who chooses, 1 who judges, 2 who values.
    """

    told: LogTable
    decisions: Decisions
    part: Ints
    unit: int
    as_of_days: float


def _asked_about(told: LogTable, policy: Policy, unit: int) -> Decisions:
    """The decisions with what a tree may ask about, and what they brought less what a person costs."""
    decisions = told.decisions
    errand = np.array([ERRANDS.index(errand) for errand, _ in CELLS])[told.cell]
    stake = decisions.value if decisions.value is not None else np.zeros(len(decisions))
    cost = policy.costs.person_minute_minor * policy.costs.minutes / unit
    return replace(
        decisions,
        context=np.column_stack([stake, np.eye(len(ERRANDS))[errand]]),
        context_names=(STAKE, *ERRANDS),
        value=stake,
        reward=stake * decisions.outcome - cost * (decisions.action == PERSON),
        known_share=None,
    )


def _by_policy(asked: Decisions, policy: Policy, unit: int) -> Ints:
    """Shape (n,); the side that a policy prefers, by each stage, errand and stake once."""
    errand = asked.context[:, 1:].argmax(axis=1)
    stake = np.rint(asked.context[:, 0] * unit).astype(np.int64)
    keys, code = np.unique(np.column_stack([asked.stage, errand, stake]), axis=0, return_inverse=True)
    sides = [
        PERSON
        if prefers_person(policy, Stage(name) if (name := asked.stages[place]) else None, ERRANDS[at], int(minor))
        else MACHINE
        for place, at, minor in keys.tolist()
    ]
    return np.array(sides, np.int64)[code.ravel()]


def _proposed(asked: _Asked, one: JudgedLeaf, *, tried: int) -> ProposedRule | None:
    """A leaf that changes something, with what is lacking.

    Args:
        tried: Leaves that share the five in a hundred of a false claim.
    """
    leaf, found = one.leaf, one.gain
    to_person = leaf.action == PERSON
    low, high = always_valid(found, alpha=ALPHA / tried)
    gain = Span(*(end * asked.unit for end in (found.value, low, high)))
    in_leaf = reached(leaf, asked.decisions)
    here = (asked.part == 1) & in_leaf
    above, up_to = _stakes(leaf)
    rule = StageRule(
        Stage(str(asked.decisions.stages[leaf.stage])),
        frozenset(CELLS[place] for place in np.unique(asked.told.cell[in_leaf])),
        None if above is None else round(above * asked.unit),
        None if up_to is None else round(up_to * asked.unit),
        max(1, round(gain.value)) if to_person else min(-1, round(-gain.value)),
    )
    ess = _ess(asked, here)
    if gain.value <= 0 or ess < LEAST_ESS:
        return None
    harms = [_harm(asked, here, of, ess) for of in (asked.told.complaint, asked.told.asked_afterwards)]
    complaints, afterwards = (harm if harm is None or to_person else harm.turned for harm in harms)
    watched = ((Lacking.COMPLAINTS, complaints), (Lacking.ASKED_AFTERWARDS, afterwards))
    lacking = [name for name, harm in watched if harm is None or harm.at_most >= NO_WORSE_WITHIN]
    if gain.low <= 0:
        lacking = [Lacking.DIFFERENCE, *lacking]
    customers = len(np.unique(asked.decisions.customer[here]))
    return ProposedRule(rule, gain, found.n, customers, complaints, afterwards, tuple(lacking))


def _stakes(leaf: Leaf) -> tuple[float | None, float | None]:
    """The interval of stakes of a leaf, by its questions: above the one, up to the other."""
    told = [(question.threshold, answer) for question, answer in leaf.answers if question.name == STAKE]
    above, up_to = ([mark for mark, answer in told if answer is side] for side in (False, True))
    return max(above, default=None), min(up_to, default=None)


def _ess(asked: _Asked, here: Bools) -> float:
    """As many equally weighted decisions of the rarer side as judge a leaf."""
    weight, action = 1 / asked.decisions.taken_propensity[here], asked.decisions.action[here]
    return min(effective_size(weight[action == side]) for side in (MACHINE, PERSON))


def _harm(asked: _Asked, here: Bools, happened: Floats, ess: float) -> Harm | None:
    """How much more often something bad follows a person in a leaf."""
    own = asked.told.decisions.take(here)
    as_one = replace(own, stage=np.zeros(len(own), np.int64), stages=("leaf",))
    return harm_of(as_one, happened[here], ess=ess, as_of_days=asked.as_of_days)


def _values(decisions: Decisions, policy: Policy, may: Policy, unit: int) -> tuple[Span | None, Span | None]:
    """P(good outcome) by the policy of today and by the proposed one."""
    if len(np.unique(decisions.customer)) < 100:
        return None, None
    model = cross_fitted(decisions, np.ones(len(decisions), np.bool_))
    spans = []
    for one in (policy, may):
        target = np.eye(len(decisions.actions))[_by_policy(decisions, one, unit)]
        if effective_size(importance(decisions, target)) < 100:
            return None, None
        scores = aipw(decisions, target, decisions.outcome, model, np.ones(len(decisions)))
        found = clustered(scores, decisions.customer)
        spans.append(Span(found.value, *always_valid(found)))
    return spans[0], spans[1]
