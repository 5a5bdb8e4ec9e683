"""How Exempelbutiken met its customers: decisions drawn by its own policies, and what came of them by a known law.

Whether a moment ends well depends on the customer's luck and on who met them, by the table below and by nothing else;
the happenings only say who came when, and with what errand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from tillit.meetings.actions import ANYONE, Action
from tillit.meetings.decide import Decision, decide
from tillit.meetings.log import By, Delivered, Entry, Outcome
from tillit.meetings.moment import Capacity, Desk, Moment
from tillit.meetings.policy import Learning, Policy, Stakes
from tillit.simulate import rhythm
from tillit.simulate.company import Company, Happening
from tillit.vocabulary import Errand, Stage

MICROS = 1_000_000
DAY, WEEK = 86_400, 7 * 86_400
VISIT_SECONDS = 1_800  # a moment a visit: looking at one thing after another is one errand
OPEN_HOURS = range(8, 18)

# activity: errand, stage, P(ends well) with a machine, what a person adds to it
MOMENTS = {
    "products_searched": (Errand.LOOK_UP, Stage.NEED, 0.62, -0.05),
    "product_viewed": (Errand.CHOOSE, Stage.EXPLORE, 0.54, -0.20),  # an unasked person disturbs
    "products_compared": (Errand.CHOOSE, Stage.COMPARE, 0.54, -0.20),
    "product_added": (Errand.ORDER, Stage.DECIDE, 0.42, 0.22),
    "order_delivered": (Errand.START, Stage.RECEIVE, 0.70, 0.05),
    "ticket_opened": (Errand.REPAIR, Stage.USE, 0.55, 0.20),
    "complaint_made": (Errand.COMPLAIN, Stage.USE, 0.40, 0.20),
    "product_reviewed": (Errand.RENEW, Stage.STAY, 0.66, 0.0),
}
LUCK = 0.12  # the customer's own, up to so much more or less for every moment of theirs
STEPS = ((0, None), (7, Errand.CHOOSE), (66, Errand.ORDER))  # from which day on what is learnt about


@dataclass(frozen=True, slots=True)
class Decided:
    """What a company's log of decisions holds, and what nobody outside a simulation could know.

    Attributes:
        policies: Every version, from 1, with when it began; microseconds UTC.
        entries: In order of time.
        truth: What a person adds, P(good outcome) with one minus with a machine, over the moments that were allowed
            both: by stage, by moment as `order.medium`, and for `all`.
    """

    policies: tuple[tuple[int, Policy], ...]
    entries: tuple[Entry, ...]
    truth: Mapping[str, float]


def decided(
    company: Company,
    first: Policy,
    rng: np.random.Generator,
    *,
    until: int,
    subjects: Mapping[int, str],
) -> Decided:
    """Meet the customers of a company.

    Args:
        first: The policy of the first day; later ones learn about one moment each.
        until: Now, microseconds UTC. Everything is moved by whole weeks so that it ends in the week before.
        subjects: By the customer's number, the pseudonym that the log knows them by.
    """
    moved = (until // MICROS - company.ends_at) // WEEK * WEEK
    begins = company.happenings[0].at + moved
    policies = tuple(
        ((begins + days * DAY) * MICROS, replace(first, version=place, learning=_learning(errand)))
        for place, (days, errand) in enumerate(STEPS, 1)
    )
    luck = {customer.number: float(rng.uniform(-LUCK, LUCK)) for customer in company.customers}
    entries: list[tuple[int, Entry]] = []
    adds: dict[str, list[float]] = {}
    for happening in _moments(company):
        at = (happening.at + moved) * MICROS
        errand, stage, well, person_adds = MOMENTS[happening.activity]
        policy = next(policy for since, policy in reversed(policies) if since <= at)
        moment = Moment(
            subjects[happening.customer],
            at,
            errand,
            stage=stage,
            stake_minor=happening.price_minor or 0,
            asked_for_person=rng.random() < 0.03,
            complaint=errand is Errand.COMPLAIN,
            is_known_customer=happening.need > 1,
        )
        decision = decide(
            moment, policy, _desk(happening, rng), draw=float(rng.random()), decision_id=rng.bytes(16).hex()
        )
        chance = well + luck[happening.customer] + (0.0 if decision.is_machine else person_adds)
        entries.append((at, decision))
        entries += _came_of(decision, chance, rng, until=until)
        if any(option.skill is None for option in decision.options):
            for name in (stage.value, f"{errand}.{decision.stakes}", "all"):
                adds.setdefault(name, []).append(person_adds)
    entries.sort(key=lambda entry: entry[0])
    return Decided(
        policies,
        tuple(entry for _, entry in entries),
        {name: float(np.mean(every)) for name, every in sorted(adds.items())},
    )


def _learning(errand: Errand | None) -> Learning | None:
    return None if errand is None else Learning(errand, Stakes.MEDIUM)


def _moments(company: Company) -> Iterator[Happening]:
    """The happenings at which somebody could be met: the first of its errand in a visit."""
    last: dict[tuple[int, Errand], int] = {}
    for happening in company.happenings:
        if happening.activity in MOMENTS:
            errand = MOMENTS[happening.activity][0]
            before = last.get((happening.customer, errand))
            last[happening.customer, errand] = happening.at
            if before is None or happening.at - before > VISIT_SECONDS:
                yield happening


def _desk(happening: Happening, rng: np.random.Generator) -> Desk:
    """Three people at a desk that is open by day; at night it has no wait to state."""
    if datetime.fromtimestamp(happening.at, rhythm.ZONE).hour not in OPEN_HOURS:
        return {ANYONE: Capacity()}
    free, queue = int(rng.integers(0, 4)), int(rng.poisson(1.0))
    return {ANYONE: Capacity(free=free, queue=0 if free else queue, wait_seconds=0.0 if free else 150.0 * (queue + 1))}


def _came_of(
    decision: Decision, chance: float, rng: np.random.Generator, *, until: int
) -> Iterator[tuple[int, Delivered | Outcome]]:
    """What followed, as far as it is known by now."""
    good = bool(rng.random() < chance)
    days = rng.exponential(2.0 if decision.action is Action.BOOKED_CALL else 0.8)
    minutes = None if decision.is_machine else float(np.round(rng.gamma(4.0, 2.5), 1))
    turns_to_person = bool(decision.is_machine and not good and rng.random() < 0.25)
    complains = bool(not good and rng.random() < 0.03)
    at = decision.moment.at
    if turns_to_person:
        yield at + 60 * MICROS, Delivered(decision.id, decision.to_person.action, By.CUSTOMER, decision.to_person.skill)
    matured_at = at + 120 * MICROS + int(days * DAY) * MICROS
    if matured_at <= until:
        value = decision.moment.stake_minor if good and decision.moment.errand is Errand.ORDER else None
        outcome = Outcome(decision.id, good, matured_at, value, complains, turns_to_person, minutes)
        yield matured_at, outcome
