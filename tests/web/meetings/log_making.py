"""A log of decisions of a shop whose truth is known."""

from __future__ import annotations

import hashlib
import itertools
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tillit.meetings.actions import ANYONE
from tillit.meetings.decide import Decision, decide
from tillit.meetings.log import Outcome, open_log
from tillit.meetings.moment import Capacity, Moment
from tillit.meetings.policy import Policy, Stakes
from tillit.meetings.policy_files import policy_text
from tillit.vocabulary import Errand, Stage
from tillit_web.meetings.queries import policy as policy_in_force

FREE = {ANYONE: Capacity(free=1)}
DAY = 86_400_000_000
_numbers = itertools.count()
ORDERS = (Errand.ORDER, Stage.DECIDE)


@dataclass(frozen=True, slots=True)
class World:
    """What is true: the share of meetings that end well with a machine, and what a person adds, by errand."""

    machine: float = 0.45
    adds: Mapping[Errand, float] = ()  # type: ignore[assignment]
    complaints: float = 0.02
    asked_afterwards: float = 0.05

    def chance(self, decision: Decision) -> float:
        """P(good outcome)."""
        return self.machine + (0.0 if decision.is_machine else dict(self.adds).get(decision.moment.errand, 0.0))


def salts() -> Iterator[bytes]:
    """Salts that were never used before."""
    return (hashlib.sha256(str(next(_numbers)).encode()).digest()[:16] for _ in itertools.count())


def follow(directory: Path, change: Callable[[Policy], Policy], *, at: int | None = None) -> Policy:
    """Keep a changed policy as the newest one."""
    changed = change(policy_in_force(directory, currency="SEK"))
    with open_log(directory) as log:
        now = time.time_ns() // 1000 if at is None else at
        return log.save_policy(policy_text(changed, currency="SEK"), at=now, name="policy", currency="SEK")


def fill(
    directory: Path,
    count: int,
    world: World,
    *,
    seed: int = 1,
    visits: tuple[tuple[Errand, Stage], ...] = (ORDERS,),
    days: float = 28,
    until: int | None = None,
    customers: int | None = None,
    policy: Policy | None = None,
    stake_minor: int = 20_000,
) -> None:
    """Decisions by the policy in force over the days before now, each with its outcome a day later."""
    dice = random.Random(seed)
    followed = policy or policy_in_force(directory, currency="SEK")
    end = time.time_ns() // 1000 - DAY if until is None else until
    salt = salts()
    moments = sorted(end - round(dice.random() * days * DAY) for _ in range(count))
    with open_log(directory) as log:
        entries: list[tuple[Decision | Outcome, bytes]] = []
        for place, at in enumerate(moments):
            errand, stage = dice.choice(visits)
            customer = f"c{seed}-{place if customers is None else dice.randrange(customers)}"
            moment = Moment(customer, at, errand, stage=stage, stake_minor=stake_minor)
            decision = decide(moment, followed, FREE, draw=dice.random(), decision_id=f"{dice.getrandbits(128):032x}")
            outcome = Outcome(
                decision.id,
                good=dice.random() < world.chance(decision),
                matured_at=at + DAY,
                complaint=dice.random() < world.complaints,
                reached_person_anyway=decision.is_machine and dice.random() < world.asked_afterwards,
                minutes=None if decision.is_machine else dice.uniform(6, 10),
            )
            entries += [(decision, next(salt)), (outcome, next(salt))]
        log.append(entries, at=end + DAY)


def with_floors(policy: Policy) -> Policy:
    """The other side is drawn now and then wherever it may be."""
    return replace(policy, floors=frozenset((errand, stakes) for errand in Errand for stakes in Stakes))
