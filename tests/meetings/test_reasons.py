"""A reason names what the decision turned on and nothing else: change what it names, and the outcome is another."""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from msgspec import UNSET

from tests.meetings.making import AT, DEFAULT, any_desk, any_moment, hostile_policy
from tillit.meetings.actions import ANYONE, MACHINES, Action
from tillit.meetings.decide import Decision, decide
from tillit.meetings.moment import Capacity, Moment
from tillit.meetings.policy import Learning, Policy, Stakes, Way
from tillit.meetings.reasons import customer_reason, staff_reason
from tillit.sentences import Sentence
from tillit.vocabulary import Errand

Change = Callable[[Moment, Policy], tuple[Moment, Policy]]

# What undoes each named reason, by its sentence; those for staff and those for customers name the same things.
UNDO: dict[str, Change] = {
    "The customer asked for a person.": lambda m, p: (replace(m, asked_for_person=False), p),
    "The customer complains.": lambda m, p: (_content(m, p), p),
    "The customer has said that a person is needed.": lambda m, p: (replace(m, has_stated_need=False), p),
    "A known customer has a case that is not solved.": lambda m, p: (replace(m, has_open_case=False), p),
    "A promise was not kept: {promises}.": lambda m, p: (replace(m, broken_promises=()), p),
    "More is at stake than the brand leaves to a machine.": lambda m, p: (m, replace(p, person_from_minor=None)),
    "A person is part of the brand when customers are {errand}.": lambda m, p: (m, replace(p, brand_errands=())),
}
SAID_TO_CUSTOMERS = {
    "You asked for a person.": "The customer asked for a person.",
    "Something went wrong for you, so a person takes care of it.": "The customer complains.",
    "You have told us that you want a person.": "The customer has said that a person is needed.",
    "Your earlier case is not solved, so a person takes care of it.": "A known customer has a case that is not solved.",
    "We did not keep a promise to you, so a person takes care of it.": "A promise was not kept: {promises}.",
    "With an errand of this size, a person helps you.": "More is at stake than the brand leaves to a machine.",
    "With this errand, a person always helps you.": "A person is part of the brand when customers are {errand}.",
}
MATRIX = "The matrix says for {errand} with {stakes}: {way}."
WORTH = "The matrix leaves {errand} with {stakes} open: a person adds more here than the minutes would elsewhere."
SCARCE = "The matrix leaves {errand} with {stakes} open: a person's minutes add more elsewhere right now."
COSTLY = "The matrix leaves {errand} with {stakes} open: as measured, a person adds less here than they cost."
RULE_WORTH = "By what was learned of {errand} at this stage, a person adds more than they cost."
RULE_SCARCE = "By what was learned of {errand} at this stage a person helps, but minutes add more elsewhere now."
RULE_COSTLY = "By what was learned of {errand} at this stage, a machine does as well for less."
TOLD = {
    WORTH: "By what we have measured, a person helps with this.",
    SCARCE: "Our people are needed most elsewhere right now.",
    COSTLY: "By what we have measured, this works as well without a person.",
    RULE_WORTH: "By what we have measured, a person helps with this.",
    RULE_SCARCE: "Our people are needed most elsewhere right now.",
    RULE_COSTLY: "By what we have measured, this works as well without a person.",
}
LOT = "Drawn by lot, to learn about {errand} with {stakes}: {share} of 100 such moments go this way."
NOBODY = "Nobody was free in time, so a time was promised."
PEACE = "Left in peace: {why}."


def _content(moment: Moment, policy: Policy) -> Moment:
    other = next(errand for errand in Errand if errand not in (Errand.COMPLAIN, *policy.brand_errands))
    errand = other if moment.errand is Errand.COMPLAIN else moment.errand
    return replace(moment, complaint=False, errand=errand)


def templates(said: Sentence) -> list[str]:
    return [part.template for part in said.values.values() if isinstance(part, Sentence)]


def same(decision: Decision, moment: Moment, policy: Policy) -> Decision:
    return decide(moment, policy, decision.desk, draw=decision.draw, decision_id="d")


def test_every_named_reason_was_one_and_no_other_is_named() -> None:
    dice = random.Random(25)
    seen: Counter[str] = Counter()
    for _ in range(9_000):
        policy, moment = hostile_policy(dice), any_moment(dice)
        policy = replace(
            DEFAULT,
            **{name: getattr(policy, name) for name in ("cells", "person_from_minor", "learning", "adds", "rules")},
        )
        policy = replace(policy, brand_errands=() if policy.learning else (dice.choice(list(Errand)),))
        decision = decide(moment, policy, any_desk(dice), draw=dice.random(), decision_id="d")
        named = templates(staff_reason(decision))
        seen.update(named)
        assert [UNDO[name] for name in named if name in UNDO] == [
            UNDO[SAID_TO_CUSTOMERS[name]] for name in templates(customer_reason(decision)) if name in SAID_TO_CUSTOMERS
        ]
        if "No machine can help at this place." in named:
            with_one = replace(moment, offers=(*moment.offers, Action.SELF_SERVICE))
            free = same(
                decision,
                _undone(with_one, policy, list(UNDO))[0],
                replace(policy, person_from_minor=None, brand_errands=()),
            )
            assert {option.action for option in free.options} & MACHINES
        elif any(name in UNDO for name in named):
            without, other = _undone(moment, policy, named)
            assert {option.action for option in same(decision, without, other).options} & MACHINES, named
            unnamed = _undone(moment, policy, [name for name in UNDO if name not in named])
            assert same(decision, *unnamed).options == decision.options, "what is not named changes nothing"
        elif LOT in named:
            others = {replace_draw(decision, policy, place / 20).action for place in range(20)}
            assert len(others) > 1
        elif tipped := [name for name in named if name in TOLD]:
            assert TOLD[tipped[0]] in templates(customer_reason(decision))
            assert _turned(decision, moment, policy, tipped[0]).is_machine != decision.is_machine
        else:
            assert MATRIX in named
            cell = (moment.errand, decision.stakes)
            opposite = Way.MACHINE if decision.way.prefers_person else Way.PERSON
            turned = replace(policy, cells={**policy.cells, cell: opposite}, learning=None)
            assert same(decision, moment, turned).is_machine != decision.is_machine
        if PEACE in named:
            met = same(decision, replace(moment, near=UNSET), policy)
            assert (met.is_machine, met.action is decision.action) == (True, False)
            assert "We leave you in peace here." in templates(customer_reason(decision))
        if NOBODY in named:
            desk = {moment.skill or ANYONE: Capacity(free=1)}
            assert decide(moment, policy, desk, draw=decision.draw, decision_id="d").action is not decision.action
    for name in (*UNDO, MATRIX, LOT, NOBODY, WORTH, SCARCE, COSTLY, PEACE, RULE_WORTH, RULE_SCARCE, RULE_COSTLY):
        assert seen[name] > 10, (name, seen)


def _turned(decision: Decision, moment: Moment, policy: Policy, named: str) -> Decision:
    """The same, but for the one thing that was named: the price of minutes, or what a person adds."""
    skill = moment.skill or ANYONE
    price = {WORTH: 10.0**12, SCARCE: 0.0, RULE_WORTH: 10.0**12, RULE_SCARCE: 0.0}.get(
        named, decision.desk[skill].price_minor
    )
    desk = {skill: replace(decision.desk[skill], price_minor=price)}
    if named == COSTLY:
        cell = (moment.errand, decision.stakes)
        # What was measured, and what they cost: both are named.
        free = replace(policy.costs, person_minute_minor=0)
        policy = replace(policy, adds={**policy.adds, cell: 1.0}, costs=free)
        desk = {skill: replace(desk[skill], price_minor=0.0)}
    if named == RULE_COSTLY:
        rules = tuple(replace(rule, gain_minor=10**9) for rule in policy.rules)
        policy, desk = replace(policy, rules=rules), {skill: replace(desk[skill], price_minor=0.0)}
    return decide(moment, policy, desk, draw=decision.draw, decision_id="d")


def replace_draw(decision: Decision, policy: Policy, draw: float) -> Decision:
    return decide(decision.moment, policy, decision.desk, draw=draw, decision_id="d")


def _undone(moment: Moment, policy: Policy, named: list[str]) -> tuple[Moment, Policy]:
    for name in named:
        if name in UNDO:
            moment, policy = UNDO[name](moment, policy)
    return moment, policy


def test_every_number_in_a_reason_is_in_the_row() -> None:
    dice = random.Random(26)
    for _ in range(2_000):
        policy = replace(hostile_policy(dice), version=dice.randrange(1, 99))
        decision = decide(any_moment(dice), policy, any_desk(dice), draw=dice.random(), decision_id="d")
        wait = decision.to_person.wait_seconds
        allowed = {decision.policy_version, 100, *(round(100 * option.propensity) for option in decision.options)}
        if wait:
            allowed.add(math.ceil(wait / 60))
        for said in (staff_reason(decision), customer_reason(decision)):
            assert {int(number) for number in re.findall(r"\d+", said)} <= allowed, said


@pytest.mark.parametrize(
    ("moment", "staff", "customer"),
    [
        (
            Moment("ana", AT, Errand.REPAIR),
            "A person now (service). The matrix says for getting something repaired with low stakes: a person. "
            "Policy 1.",
            "We meet you this way by our standing rule; we have not measured it yet. A person is there in about 4 min. "
            "You can also go on by yourself.",
        ),
        (
            Moment("ana", AT, Errand.LOOK_UP, asked_for_person=True, complaint=True),
            "A person now (service). The customer asked for a person. The customer complains. So a machine was not "
            "allowed. Policy 1.",
            "You asked for a person. Something went wrong for you, so a person takes care of it. A person is there in "
            "about 4 min.",
        ),
        (
            Moment("ana", AT, Errand.LOOK_UP),
            "Self-service. The matrix says for looking something up with low stakes: a machine. Policy 1.",
            "We meet you this way by our standing rule; we have not measured it yet. A machine helps you here. You can "
            "talk to a person in about 4 min, whenever you like.",
        ),
    ],
)
def test_how_it_reads(moment: Moment, staff: str, customer: str) -> None:
    desk = {ANYONE: Capacity(queue=3, wait_seconds=230.0)}
    decision = decide(moment, DEFAULT, desk, draw=0.0, decision_id="d")
    assert (str(staff_reason(decision)), str(customer_reason(decision))) == (staff, customer)


def test_the_lot_is_said_to_the_customer() -> None:
    policy = replace(DEFAULT, learning=Learning(Errand.CHOOSE, Stakes.LOW))
    decision = decide(Moment("ana", AT, Errand.CHOOSE), policy, {}, draw=0.0, decision_id="d")
    assert "decided by lot" in customer_reason(decision)
