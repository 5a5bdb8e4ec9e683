"""Times at which somebody is free: opening hours less what is taken, on the clock of the place.

All instants are microseconds UTC. Hours are local: a day of 23 or 25 hours opens and closes by the clock on the wall.
"""

from __future__ import annotations

from bisect import bisect_left
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
        begun: Starts at which they meet a group of this kind that has a place left; their time is taken then.
    """

    key: int
    hours: OpeningHours
    taken: tuple[Span, ...] = ()
    begun: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Room:
    """Somewhere to meet: a room, a shop, a machine that is shown.

    Attributes:
        hours: When it is open; None for whenever its hosts work.
        taken: As of a host.
    """

    key: int
    hours: OpeningHours | None = None
    taken: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """A start that is offered.

    Attributes:
        hosts: Whom of the hosts it fits, in their order.
        rooms: Which of the rooms are free then, in their order; none where the meeting needs none.
        begun: Those of `hosts` who meet a group then that has a place left, in the room they have.
    """

    starts: int
    ends: int
    hosts: tuple[int, ...]
    rooms: tuple[int, ...] = ()
    begun: tuple[int, ...] = ()


def free_slots(
    kind: MeetingKind,
    hosts: Sequence[Host],
    zone: str,
    *,
    first: int,
    last: int,
    now: int,
    rooms: Sequence[Room] | None = None,
) -> tuple[Slot, ...]:
    """Every start from `first` to before `last` that fits at least one host, in order.

    A meeting lies within the hours that its host works and its room is open; pauses may lie outside them, but not in
    what is taken.

    Args:
        rooms: Where it can be, one of which it takes; None where it needs no room of its own.
    """
    since = max(first, now + kind.notice * MINUTE)
    fits: dict[int, list[int]] = {}
    begun: dict[int, list[int]] = {}
    free_rooms: dict[int, tuple[int, ...]] = {}
    open_rooms = None if rooms is None else [_Open(room, zone, first, last) for room in rooms]
    for host in hosts:
        taken = merged(host.taken)
        for starts in host.begun:
            if since <= starts < last:
                fits.setdefault(starts, []).append(host.key)
                begun.setdefault(starts, []).append(host.key)
        open_spans = open_time(host.hours, zone, first, last)
        for opens, closes in zip(open_spans.opens.tolist(), open_spans.closes.tolist(), strict=True):
            for starts in range(opens, closes - kind.minutes * MINUTE + 1, kind.every * MINUTE):
                if not since <= starts < last or overlaps(kind.takes(starts), taken):
                    continue
                if open_rooms is not None and starts not in free_rooms:
                    free_rooms[starts] = tuple(room.key for room in open_rooms if room.fits(kind, starts))
                if open_rooms is None or free_rooms[starts]:
                    fits.setdefault(starts, []).append(host.key)
    return tuple(
        Slot(
            starts,
            starts + kind.minutes * MINUTE,
            tuple(fits[starts]),
            free_rooms.get(starts, ()),
            tuple(begun.get(starts, ())),
        )
        for starts in sorted(fits)
    )


class _Open:
    """A room in the days that are asked for."""

    def __init__(self, room: Room, zone: str, first: int, last: int) -> None:
        self.key = room.key
        self._taken = merged(room.taken)
        self._spans: list[Span] | None = None
        if room.hours is not None:
            spans = open_time(room.hours, zone, first, last)
            self._spans = list(zip(spans.opens.tolist(), spans.closes.tolist(), strict=True))

    def fits(self, kind: MeetingKind, starts: int) -> bool:
        ends = starts + kind.minutes * MINUTE
        is_open = self._spans is None or any(opens <= starts and ends <= closes for opens, closes in self._spans)
        return is_open and not overlaps(kind.takes(starts), self._taken)


def apart(kind: MeetingKind, slots: Iterable[Slot]) -> tuple[int, ...]:
    """Starts that can all be kept: no two of one host overlap. One for each host that is free then, in order.

    Where starts are offered closer than a meeting lasts, the earliest of each host are taken.
    """
    free_from: dict[int, int] = {}
    kept = []
    for slot in slots:
        begins, ends = kind.takes(slot.starts)
        for host in slot.hosts:
            if begins >= free_from.get(host, begins):
                free_from[host] = ends
                kept.append(slot.starts)
    return tuple(kept)


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
    """Whether a span shares any time with one of some disjoint spans in order (`merged`); touching is not sharing."""
    later = bisect_left(taken, (span[1], span[1]))  # the first that begins when this one is over
    return later > 0 and taken[later - 1][1] > span[0]


def steps_of(span: Span) -> range:
    """The steps of five minutes since 1970 that a span touches: two spans overlap only if they share one."""
    step = STEP_MINUTES * MINUTE
    return range(span[0] // step, -(-span[1] // step))


def fairest(hosts: Sequence[int], booked: dict[int, int]) -> int:
    """Of those who are free, whoever was booked least; of equals the first."""
    return min(hosts, key=lambda host: (booked.get(host, 0), hosts.index(host)))
