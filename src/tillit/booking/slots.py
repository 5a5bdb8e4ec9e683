"""Times at which somebody is free: opening hours less what is taken, on the clock of the place.

All instants are microseconds UTC. Hours are local: a day of 23 or 25 hours opens and closes by the clock on the wall.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tillit.errors import QueryError
from tillit.journeys.opening import OpeningHours, open_time
from tillit.sentences import sentence

MINUTE = 60_000_000
STEP_MINUTES = 5  # what is taken is counted in steps of this, so that the database itself can forbid an overlap

Span = tuple[int, int]  # [starts, ends)


@dataclass(frozen=True, slots=True)
class MeetingKind:
    """What can be booked.

    Attributes:
        minutes: How long it lasts.
        before, after: Minutes that its host needs around it.
        every: Minutes from one start to the next that is offered.
        notice: Minutes that must lie between booking and start.
    """

    minutes: int
    before: int = 0
    after: int = 0
    every: int = 30
    notice: int = 120

    def __post_init__(self) -> None:
        lengths = (self.minutes, self.before, self.after, self.every)
        if self.minutes <= 0 or self.every <= 0 or min(lengths) < 0 or any(length % STEP_MINUTES for length in lengths):
            raise QueryError(
                sentence(
                    "A meeting's length, its pauses and its steps are whole multiples of {step} minutes.",
                    step=STEP_MINUTES,
                )
            )

    def takes(self, starts: int) -> Span:
        """What of its host's time a meeting takes, pauses included."""
        return starts - self.before * MINUTE, starts + (self.minutes + self.after) * MINUTE


@dataclass(frozen=True, slots=True)
class Host:
    """Somebody who can be met.

    Attributes:
        taken: What is taken of their time, in any order, overlapping or not.
    """

    key: int
    hours: OpeningHours
    taken: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """A start that is offered, and whom of the hosts it fits, in their order."""

    starts: int
    ends: int
    hosts: tuple[int, ...]


def free_slots(
    kind: MeetingKind, hosts: Sequence[Host], zone: str, *, first: int, last: int, now: int
) -> tuple[Slot, ...]:
    """Every start from `first` to before `last` that fits at least one host, in order.

    A meeting lies within the hours that its host works; pauses may lie outside them, but not in what is taken.
    """
    fits: dict[int, list[int]] = {}
    for host in hosts:
        open_spans = open_time(host.hours, zone, first, last)
        taken = merged(host.taken)
        for opens, closes in zip(open_spans.opens.tolist(), open_spans.closes.tolist(), strict=True):
            for starts in range(opens, closes - kind.minutes * MINUTE + 1, kind.every * MINUTE):
                early = starts < max(first, now + kind.notice * MINUTE)
                if not early and starts < last and not overlaps(kind.takes(starts), taken):
                    fits.setdefault(starts, []).append(host.key)
    return tuple(Slot(starts, starts + kind.minutes * MINUTE, tuple(fits[starts])) for starts in sorted(fits))


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same time as disjoint spans in order; empty ones are gone, touching ones are one."""
    joined: list[Span] = []
    for starts, ends in sorted(span for span in spans if span[0] < span[1]):
        if joined and starts <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], ends)
        else:
            joined.append((starts, ends))
    return tuple(joined)


def overlaps(span: Span, taken: Sequence[Span]) -> bool:
    """Whether a span shares any time with one of the others; touching is not sharing."""
    return any(span[0] < ends and starts < span[1] for starts, ends in taken)


def steps_of(span: Span) -> range:
    """The steps of five minutes since 1970 that a span touches: two spans overlap only if they share one."""
    step = STEP_MINUTES * MINUTE
    return range(span[0] // step, -(-span[1] // step))


def fairest(hosts: Sequence[int], booked: dict[int, int]) -> int:
    """Of those who are free, whoever was booked least; of equals the first."""
    return min(hosts, key=lambda host: (booked.get(host, 0), hosts.index(host)))
