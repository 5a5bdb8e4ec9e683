"""What a skill can take on now, from who is at work, what came before, and what is in hand. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tillit.meetings.decide import gain_minor
from tillit.meetings.moment import Capacity
from tillit.meetings.policy import Cell, Policy
from tillit.meetings.staffing import Calendar
from tillit.meetings.waits import Demand, Line, shadow_price, stated_wait_seconds

MEASURED_ARRIVALS = 20  # meetings; from fewer no pace can be told, and what was declared counts
MEASURED_HANDLING = 30  # meetings with known minutes


@dataclass(frozen=True, slots=True)
class Asked:
    """A logged decision as capacity sees it.

    Attributes:
        at: Microseconds UTC.
        skill: What was needed.
        cell: Errand and stakes; with `stake_minor` what a person would bring.
        is_open: A machine was allowed, so that a person was a choice.
        by_person: A person was assigned.
    """

    at: int
    skill: str
    cell: Cell
    stake_minor: int
    is_open: bool
    by_person: bool


@dataclass(frozen=True, slots=True)
class Declared:
    """What a manager expects of a skill until it is measured: customers an hour, and minutes with each."""

    arrivals_per_hour: float
    minutes: float


@dataclass(frozen=True, slots=True)
class Pace:
    """How much comes to one skill, and how long it takes.

    Attributes:
        waits_seconds: As they were measured.
        price_minor: What a minute brings where it is worth most, in minor units.
    """

    arrivals_per_hour: float
    minutes: float
    waits_seconds: tuple[float, ...]
    price_minor: float


def pace_of(
    asked: Sequence[Asked],
    *,
    waits_seconds: Sequence[float],
    minutes: Sequence[float],
    past: Calendar,
    declared: Declared,
    policy: Policy,
) -> Pace:
    """The pace of one skill.

    Args:
        asked: Its decisions in the time of `past`.
        waits_seconds: Of customers who were met by it; the latest, in any order.
        minutes: That people spent with a customer, where they told.
        past: The hours that were staffed in that time.
    """
    met = sum(one.by_person for one in asked)
    hours = past.open_minutes / 60
    arrivals = met / hours if met >= MEASURED_ARRIVALS and hours > 0 else declared.arrivals_per_hour
    each = sum(minutes) / len(minutes) if len(minutes) >= MEASURED_HANDLING else declared.minutes
    price = price_of(asked, policy, minutes=each, person_minutes=past.person_minutes)
    return Pace(arrivals, each, tuple(sorted(waits_seconds)), price)


def price_of(asked: Iterable[Asked], policy: Policy, *, minutes: float, person_minutes: float) -> float:
    """The shadow price of a minute: what the minutes left over from what is due bring where they bring most.

    0 where there are minutes for everyone, or nobody has measured what a person brings.
    """
    demands: list[Demand] = []
    due = 0.0
    for one in asked:
        gain = gain_minor(policy, one.cell, one.stake_minor) if one.is_open else None
        if gain is not None:
            demands.append(Demand(gain, minutes))
        elif one.by_person:
            due += minutes
    return shadow_price(demands, minutes=max(0.0, person_minutes - due)) if person_minutes > 0 else 0.0


def capacity_now(pace: Pace, *, people: int, in_hand: int, calls: int, ahead: Calendar) -> Capacity:
    """What the next customer of a skill meets.

    Args:
        people: At work now.
        in_hand: Customers who are with them or wait for them.
        calls: Calls promised and not made yet.
        ahead: The hours staffed from now on.

    Returns:
        No wait where nobody is at work or the queue only grows: then a time is promised. The stated wait is no shorter
        than what those before them in the queue will take.
    """
    next_call_at = ahead.when((calls + in_hand + 1) * pace.minutes)
    queue = max(0, in_hand - people)
    line = Line(people, pace.arrivals_per_hour, pace.minutes * 60)
    stated = stated_wait_seconds(pace.waits_seconds, line) if people else None
    if stated is None:
        return Capacity(0, queue, None, pace.price_minor, next_call_at)
    before_them = max(0, in_hand - people + 1) * pace.minutes * 60 / people
    return Capacity(max(0, people - in_hand), queue, max(stated, before_them), pace.price_minor, next_call_at)
