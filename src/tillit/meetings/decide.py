"""The decision: guardrails, then what is eligible, then its probabilities, then the draw. Pure; the draw is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from msgspec import UNSET, UnsetType

from tillit.errors import QueryError
from tillit.meetings.actions import ANYONE, MACHINES, Action, Option
from tillit.meetings.guardrails import Guardrail, guardrails_of
from tillit.meetings.keeping import KEPT, experiment_of
from tillit.meetings.moment import Capacity, Desk, Moment
from tillit.meetings.policy import MICROS_PER_HOUR, Cell, Policy, StageRule, Stakes, Way, leaves_open
from tillit.sentences import sentence
from tillit.vocabulary import Errand, Stage


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a person would bring at a moment that the matrix leaves open, against what their minutes bring elsewhere.

    Attributes:
        gain_minor: What is at stake times the share of moments that a person adds, less what the person costs.
        price_minor: The shadow price of those minutes.
        rule: What was learned for such moments, where that tipped it.
    """

    gain_minor: float
    price_minor: float
    rule: StageRule | UnsetType = UNSET

    @property
    def is_worth_it(self) -> bool:
        return self.gain_minor > self.price_minor


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision, with everything that led to it: enough to decide it again, and to learn from it.

    Attributes:
        id: Unlike any other's.
        way: What the matrix says here.
        guardrails: Why a person is due; empty where both sides were allowed.
        options: Every eligible action; their propensities sum to 1.
        draw: In [0, 1).
        action: What was assigned. What was delivered is noted apart.
        promised_at: When the customer is called, microseconds UTC; None unless that is the action.
        to_person: The way to a person that the customer has in any case; `to_person_at` as `promised_at`.
        desk: Of every skill that was asked about, what it could take on.
        consent_row: The entry of the ledger of consents that allows it; None where none is needed.
        experiment: The side of the lot of those who are kept on an earlier table (`experiment_of`); None outside.
        weighed: What tipped a moment that the matrix leaves open; None where the matrix alone decides.
        slots: Times that the customer may choose for a call, the best first; microseconds UTC.
    """

    id: str
    moment: Moment
    policy_version: int
    stakes: Stakes
    way: Way
    guardrails: tuple[Guardrail, ...]
    options: tuple[Option, ...]
    draw: float
    action: Action
    skill: str | None
    promised_at: int | None
    to_person: Option
    to_person_at: int | None
    desk: Mapping[str, Capacity]
    consent_row: int | None = None
    experiment: str | None = None
    weighed: Weighed | None = None
    slots: tuple[int, ...] = ()

    @property
    def is_drawn(self) -> bool:
        """Whether chance had a say."""
        return sum(option.propensity > 0 for option in self.options) > 1

    @property
    def is_machine(self) -> bool:
        return self.action in MACHINES


def decide(
    moment: Moment,
    policy: Policy,
    desk: Desk,
    *,
    draw: float,
    decision_id: str,
    consent_row: int | None = None,
    slots: tuple[int, ...] = (),
) -> Decision:
    """Decide how a customer is met.

    Where a guardrail holds, no machine is eligible; with nobody free the customer is promised a time.

    Args:
        draw: A random number in [0, 1); it matters only where the policy learns.
        slots: Free times that this customer may have (`slots.offered`); () while nothing can be booked.

    Raises:
        QueryError: The draw is outside its range.
    """
    if not 0 <= draw < 1:
        raise QueryError(sentence("A draw lies in [0, 1), not at {draw}.", draw=draw))
    experiment = experiment_of(moment, policy)
    if experiment is not None and experiment.startswith(KEPT):
        policy = policy.as_kept()
    stakes = policy.stakes_of(moment.stake_minor)
    cell = (moment.errand, stakes)
    guardrails = guardrails_of(moment, policy)
    machines = () if guardrails else tuple(machines_at(moment))
    asked = desk.get(moment.skill or ANYONE, Capacity())
    weighed = _weighed(moment, policy, cell, asked) if machines else None
    prefers = None if weighed is None else weighed.is_worth_it
    share = policy.person_share(cell, may_vary=moment.may_vary, prefers=prefers) if machines else 1.0
    floor = min(share, 1 - share) if 0 < share < 1 else 0.0
    person, *other_people = _people(moment, policy, desk)
    costs = policy.costs
    chances = [(action, 1 - share if place == 0 else 0.0) for place, action in enumerate(machines)]
    options = [
        Option(action, None, chance, floor if chance else 0.0, costs.delight_minor * (action is Action.DELIGHT), 0.0)
        for action, chance in chances
    ]
    own_minutes = costs.person_minute_minor * costs.minutes
    for place, (action, skill, wait) in enumerate((person, *other_people)):
        chance = share if place == 0 else 0.0
        options.append(Option(action, skill, chance, floor if chance else 0.0, own_minutes, wait))
    drawn = _drawn(options, draw)
    to_person = options[len(machines)]
    skill = to_person.skill or ANYONE
    slots = tuple(slot for slot in slots if slot >= moment.at)
    call_at = slots[0] if slots else _call_at(moment, policy, asked)
    return Decision(
        id=decision_id,
        moment=moment,
        policy_version=policy.version,
        stakes=stakes,
        way=policy.cells[cell],
        guardrails=guardrails,
        options=tuple(options),
        draw=draw,
        action=drawn.action,
        skill=drawn.skill,
        promised_at=call_at if drawn.action is Action.BOOKED_CALL else None,
        to_person=to_person,
        to_person_at=call_at if to_person.action is Action.BOOKED_CALL else None,
        desk={skill: asked},
        consent_row=consent_row,
        experiment=experiment,
        weighed=weighed,
        slots=slots,
    )


def replay(decision: Decision, policy: Policy) -> Decision:
    """Decide again from a logged decision alone; under the policy of its version the answer is the same, bit for bit.

    Under another policy it says what that one would have done with the same customer, desk and draw.
    """
    return decide(
        decision.moment,
        policy,
        decision.desk,
        draw=decision.draw,
        decision_id=decision.id,
        consent_row=decision.consent_row,
        slots=decision.slots,
    )


def gain_minor(policy: Policy, cell: Cell, stake_minor: int) -> float | None:
    """What a person brings over a machine, in minor units and before their minutes' price.

    None where the matrix decides alone: it leaves nothing open, nobody measured what a person adds, or the stake is
    not known.
    """
    adds = policy.adds.get(cell)
    if adds is None or stake_minor == 0 or not leaves_open(policy.cells[cell]):
        return None
    return adds * stake_minor - policy.costs.person_minute_minor * policy.costs.minutes


def prefers_person(policy: Policy, stage: Stage | None, errand: Errand, stake_minor: int) -> bool:
    """The side that a policy prefers where a machine is allowed, while there are minutes for everyone."""
    cell = (errand, policy.stakes_of(stake_minor))
    rule = policy.rule_at(stage, errand, stake_minor)
    gain = gain_minor(policy, cell, stake_minor) if rule is None else rule.gain_minor
    return policy.cells[cell].prefers_person if gain is None else gain > 0


def machines_at(moment: Moment) -> Iterator[Action]:
    """The machines that this place offers, the first of which would meet the customer.

    To leave them alone comes first where something speaks against an offer.
    """
    offers = moment.offers
    if moment.is_left_in_peace and Action.LEAVE_ALONE in offers:
        offers = (Action.LEAVE_ALONE, *offers)
    for action in dict.fromkeys(offers):
        # A gift in the middle of an order would be tied to the purchase.
        if action in MACHINES and not (action is Action.DELIGHT and moment.errand is Errand.ORDER):
            yield action


def _people(moment: Moment, policy: Policy, desk: Desk) -> list[tuple[Action, str, float | None]]:
    """The ways to a person, the best first. A booked call is always one of them, so there is always a way."""
    skill = moment.skill or ANYONE
    now = Action.PERSON_NOW if moment.skill is None else Action.SPECIALIST
    capacity = desk.get(skill, Capacity())
    wait = 0.0 if capacity.wait_seconds is None and capacity.free > 0 else capacity.wait_seconds
    found: list[tuple[Action, str, float | None]] = []
    if now in moment.offers and wait is not None and wait <= policy.longest_wait_seconds:
        found.append((now, skill, wait))
    return [*found, (Action.BOOKED_CALL, skill, None)]


def _weighed(moment: Moment, policy: Policy, cell: Cell, capacity: Capacity) -> Weighed | None:
    rule = policy.rule_at(moment.stage, moment.errand, moment.stake_minor)
    if rule is not None:
        return Weighed(rule.gain_minor, capacity.price_minor * policy.costs.minutes, rule)
    gain = gain_minor(policy, cell, moment.stake_minor)
    return None if gain is None else Weighed(gain, capacity.price_minor * policy.costs.minutes)


def _call_at(moment: Moment, policy: Policy, capacity: Capacity) -> int:
    if capacity.next_call_at is not None and capacity.next_call_at >= moment.at:
        return capacity.next_call_at
    return moment.at + policy.call_within_hours * MICROS_PER_HOUR


def _drawn(options: list[Option], draw: float) -> Option:
    reached = 0.0
    possible = [option for option in options if option.propensity > 0]
    for option in possible:
        reached += option.propensity
        if draw < reached:
            return option
    return possible[-1]  # a draw just below 1, of shares that sum to 0.999…
