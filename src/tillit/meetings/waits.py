"""Honest waits, and what a minute of a specialist is worth right now."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tillit.errors import QueryError
from tillit.sentences import sentence

MEASURED_FROM = 200  # waits; a quantile of fewer is less sure than the model
STATED_QUANTILE = 0.80  # four of five wait no longer than they were told


@dataclass(frozen=True, slots=True)
class Line:
    """Customers who wait for one skill.

    Attributes:
        people: At work.
        arrivals_per_hour: Customers who come.
        handling_seconds: Mean time with one.
    """

    people: int
    arrivals_per_hour: float
    handling_seconds: float

    def __post_init__(self) -> None:
        """Refuse a line that cannot be."""
        numbers = (self.people, self.arrivals_per_hour, self.handling_seconds)
        if self.people < 0 or not all(math.isfinite(number) and number >= 0 for number in numbers):
            raise QueryError(sentence("A line has 0 or more people, arrivals and seconds, not {line}.", line=str(self)))


def p_wait(line: Line) -> float:
    """P(a customer has to wait), Erlang-C: arrivals at random, exponential handling, nobody gives up.

    1 where more come than can be helped, or nobody is at work.

    Source: Cooper (1981), Introduction to Queueing Theory, section 3.5; by way of Erlang B's recursion.
    """
    load = line.arrivals_per_hour * line.handling_seconds / 3600
    if load == 0:
        return 0.0 if line.people else 1.0
    if load >= line.people:
        return 1.0
    blocked = 1.0
    for people in range(1, line.people + 1):
        blocked = load * blocked / (people + load * blocked)
    return blocked / (1 - load / line.people * (1 - blocked))


def expected_wait_seconds(line: Line) -> float | None:
    """The mean wait of everyone who comes; None where the queue only grows."""
    load = line.arrivals_per_hour * line.handling_seconds / 3600
    if load >= line.people:
        return None
    return p_wait(line) * line.handling_seconds / (line.people - load)


def stated_wait_seconds(waits_seconds: Collection[float], line: Line) -> float | None:
    """What a customer is told: four of five wait no longer.

    Args:
        waits_seconds: As they were measured, in any order. From 200 on they count; below that Erlang-C does.

    Returns:
        None where the model says that the queue only grows.
    """
    if len(waits_seconds) >= MEASURED_FROM:
        in_order = sorted(waits_seconds)
        return float(in_order[math.ceil(STATED_QUANTILE * len(in_order)) - 1])
    load = line.arrivals_per_hour * line.handling_seconds / 3600
    if load >= line.people:
        return None
    waiting = p_wait(line)
    if waiting <= 1 - STATED_QUANTILE:
        return 0.0
    # P(wait > t) = P(wait) · exp(−(people − load) · t / handling)
    return math.log(waiting / (1 - STATED_QUANTILE)) * line.handling_seconds / (line.people - load)


@dataclass(frozen=True, slots=True)
class Demand:
    """A moment that could have a person: what that would bring, and how long it takes."""

    gain_minor: float
    minutes: float


def shadow_price(demands: Iterable[Demand], *, minutes: float) -> float:
    """What the next minute of a skill would bring, in minor units per minute.

    A person goes where gain / minutes is above the price. At that price the demands fit into the minutes, and at any
    lower one they would not; 0 where there are minutes for everyone who gains.
    """
    left = minutes
    worth = [demand for demand in demands if demand.gain_minor > 0 and demand.minutes > 0]
    for demand in sorted(worth, key=lambda each: each.gain_minor / each.minutes, reverse=True):
        left -= demand.minutes
        if left < 0:
            return demand.gain_minor / demand.minutes
    return 0.0
