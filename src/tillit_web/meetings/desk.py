"""What each skill can take on now: shifts are read anew each minute, what is in hand is counted as it comes."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import heappop, heappush
from itertools import islice
from pathlib import Path

from django.db import connection

from tillit.meetings.actions import ANYONE, PEOPLE, Action
from tillit.meetings.capacity import Asked, Declared, Pace, capacity_now, pace_of
from tillit.meetings.decide import Decision
from tillit.meetings.log import Delivered, Outcome, open_log
from tillit.meetings.moment import Capacity
from tillit.meetings.policy import Policy
from tillit.meetings.slots import Caller, offered
from tillit.meetings.staffing import CALENDAR_DAYS, Calendar, Staffing
from tillit_web.booking.queries import free_times
from tillit_web.meetings.staffing import staffed

logger = logging.getLogger("tillit_web.meetings")

SECONDS_KEPT = 60.0
MOST_CONSIDERED = 60  # free times, and callers who wait for one: more make no difference to whoever asks now
MICROS_PER_DAY = 86_400_000_000
PAST_DAYS = 28  # whole weeks, since a Monday is no Saturday
MOST_MEASURED = 1_000  # waits and minutes of one skill; the latest tell how it is now
MOST_SKILLS = 1_000  # that free times are kept of; skills are words that a server tells
MOST_KNOWN = 100_000  # decisions whose outcome may still say how long it took
LEAD_MICROS = 300_000_000  # no call is promised within the next five minutes

FreeTimes = Callable[[str, int], Sequence[int]]  # of a skill from an instant on; microseconds UTC


def no_free_times(_skill: str, _at: int) -> Sequence[int]:
    """While no calendar can be booked."""
    return ()


@dataclass(slots=True)
class _Line:
    """One skill, as its decisions came in."""

    asked: deque[Asked] = field(default_factory=deque)
    waits: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_MEASURED))
    minutes: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_MEASURED))
    in_hand: dict[str, int] = field(default_factory=dict)  # decision: until when, unless it is told before
    calls: dict[str, Caller] = field(default_factory=dict)
    ends: list[tuple[int, str]] = field(default_factory=list)  # a heap of when either is over, by the clock alone


@dataclass(frozen=True, slots=True)
class _Picture:
    """What holds for a minute."""

    staffing: Staffing
    paces: Mapping[str, Pace]
    ahead: Mapping[str, Calendar]


class DeskKeeper:
    """Keeps count for one process. Decisions of an earlier one are read from the log at the first question."""

    def __init__(
        self, directory: Path, *, free_times: FreeTimes = no_free_times, seconds_kept: float = SECONDS_KEPT
    ) -> None:
        """`free_times` says which times a skill has free for calls; it is asked in a thread of its own."""
        self._directory = directory
        self._seconds_kept = seconds_kept
        self._free_times = free_times
        self._free: dict[str, tuple[float, Sequence[int]]] = {}  # by skill: read when, and what
        self._lines: defaultdict[str, _Line] = defaultdict(_Line)
        self._skill_of: dict[str, str] = {}
        self._picture = _Picture(Staffing((), "UTC"), {}, {})
        self._read_at = float("-inf")
        self._is_filled = False
        self._reading = threading.Lock()
        self._counting = threading.Lock()  # requests of Django count beside those of the collector's loop

    async def refresh(self, policy: Policy, skill: str, *, at: int) -> None:
        """Read what is more than a minute old; before anything is counted, what the log has."""
        if time.monotonic() - self._read_at >= self._seconds_kept:
            await asyncio.to_thread(_and_let_go, self._read, policy, at)
        if self._is_free_old(skill):
            await asyncio.to_thread(_and_let_go, self._read_free, skill, at)

    def refresh_now(self, policy: Policy, skill: str, *, at: int) -> None:
        """As `refresh`, for whoever is in a thread of their own."""
        if time.monotonic() - self._read_at >= self._seconds_kept:
            self._read(policy, at)
        if self._is_free_old(skill):
            self._read_free(skill, at)

    def capacity(self, skill: str, *, at: int) -> Capacity:
        """What the next customer of this skill meets; nobody at work where no shift has it."""
        picture = self._picture
        pace, ahead = picture.paces.get(skill), picture.ahead.get(skill)
        if pace is None or ahead is None:
            return Capacity()
        line = self._lines[skill]
        with self._counting:
            _forget_done(line, at)
            in_hand, calls = len(line.in_hand), len(line.calls)
        people = picture.staffing.at_work(skill, at)
        return capacity_now(pace, people=people, in_hand=in_hand, calls=calls, ahead=ahead)

    def slots(self, skill: str, policy: Policy, *, at: int) -> tuple[int, ...]:
        """Times that a customer who asks now may choose for a call, given everyone who waits for one."""
        _, times = self._free.get(skill, (0.0, ()))
        times = times[:MOST_CONSIDERED]
        if not times:
            return ()
        within = policy.call_within_hours * 3_600_000_000
        with self._counting:
            waiting = list(islice(self._lines[skill].calls.values(), MOST_CONSIDERED))
        return offered([*waiting, Caller(at, at + within)], times)[-1]

    def note(self, entry: Decision | Delivered | Outcome) -> None:
        """Count an entry of the log: a customer comes into somebody's hands, or leaves them."""
        with self._counting:
            self._note(entry)

    def _note(self, entry: Decision | Delivered | Outcome) -> None:
        if isinstance(entry, Decision):
            self._begin(entry)
            return
        skill = self._skill_of.get(entry.decision)
        if skill is None:
            return
        line = self._lines[skill]
        if isinstance(entry, Outcome):
            if entry.minutes is not None:
                line.minutes.append(entry.minutes)
            line.in_hand.pop(entry.decision, None)
        elif entry.waited_seconds is not None:
            line.waits.append(entry.waited_seconds)
        if isinstance(entry, Outcome) or entry.action is not Action.BOOKED_CALL:
            line.calls.pop(entry.decision, None)
        if isinstance(entry, Delivered) and entry.action not in PEOPLE:
            line.in_hand.pop(entry.decision, None)

    def _begin(self, decision: Decision) -> None:
        moment = decision.moment
        skill = moment.skill or ANYONE
        line = self._lines[skill]
        cell = (moment.errand, decision.stakes)
        is_open = any(option.skill is None for option in decision.options)
        line.asked.append(Asked(moment.at, skill, cell, moment.stake_minor, is_open, by_person=not decision.is_machine))
        self._skill_of[decision.id] = skill
        if len(self._skill_of) > MOST_KNOWN:
            del self._skill_of[next(iter(self._skill_of))]
        if decision.action is Action.BOOKED_CALL and decision.promised_at is not None:
            line.calls[decision.id] = Caller(moment.at, decision.promised_at, 1.0 + len(decision.guardrails))
            heappush(line.ends, (decision.promised_at + MICROS_PER_DAY, decision.id))
        elif not decision.is_machine:
            pace = self._picture.paces.get(skill)
            minutes = 10.0 if pace is None else pace.minutes
            wait = decision.to_person.wait_seconds or 0.0
            until = moment.at + round((wait + minutes * 60) * 1e6)
            line.in_hand[decision.id] = until
            heappush(line.ends, (until, decision.id))

    def _read(self, policy: Policy, at: int) -> None:
        with self._reading:
            if time.monotonic() - self._read_at < self._seconds_kept:
                return
            try:
                if not self._is_filled:
                    self._fill(at)
                self._picture = self._seen(policy, at)
            except Exception:
                # Shifts that cannot be read send nobody to anybody: a time is promised, as by night.
                logger.exception("who can meet customers could not be read")
            self._read_at = time.monotonic()

    def _is_free_old(self, skill: str) -> bool:
        if self._free_times is no_free_times:
            return False
        read_at, _ = self._free.get(skill, (float("-inf"), ()))
        return time.monotonic() - read_at >= self._seconds_kept

    def _read_free(self, skill: str, at: int) -> None:
        times: Sequence[int] = ()
        try:
            times = tuple(self._free_times(skill, at))
        except Exception:
            # Without times to choose from a time is promised, as before anything could be booked.
            logger.exception("free times could not be read")
        if len(self._free) > MOST_SKILLS:
            self._free.clear()
        self._free[skill] = (time.monotonic(), times)

    def _fill(self, at: int) -> None:
        self._lines.clear()
        with open_log(self._directory) as log:
            for one in log.logged(since=at - PAST_DAYS * MICROS_PER_DAY, uncounted=True):
                for entry in (one.decision, one.delivered, one.outcome):
                    if entry is not None:
                        self.note(entry)
        self._is_filled = True

    def _seen(self, policy: Policy, at: int) -> _Picture:
        now = staffed()
        since = at - PAST_DAYS * MICROS_PER_DAY
        paces, ahead = {}, {}
        for skill in now.staffing.skills:
            line = self._lines[skill]
            while line.asked and line.asked[0].at < since:
                line.asked.popleft()
            asked = tuple(line.asked)
            # A log that began last week says nothing about the weeks before.
            first = max(since, asked[0].at) if asked else since
            paces[skill] = pace_of(
                asked,
                waits_seconds=tuple(line.waits),
                minutes=tuple(line.minutes),
                past=now.staffing.calendar(skill, first, at),
                declared=now.declared.get(skill, Declared(4.0, policy.costs.minutes)),
                policy=policy,
            )
            last = at + CALENDAR_DAYS * MICROS_PER_DAY
            ahead[skill] = now.staffing.calendar(skill, at + LEAD_MICROS, last)
        return _Picture(now.staffing, paces, ahead)


@lru_cache(maxsize=1)
def desk_keeper(directory: Path) -> DeskKeeper:
    """The one of this process, whoever asks."""
    return DeskKeeper(directory, free_times=free_times)


def _and_let_go(read: Callable[..., None], *what: object) -> None:
    """Read in a thread that nobody else uses, and close its connection."""
    try:
        read(*what)
    finally:
        connection.close()


def _forget_done(line: _Line, at: int) -> None:
    """Whoever has had their time is not in hand any more; a call whose day is over was made, or is broken."""
    while line.ends and line.ends[0][0] <= at:
        _, decision = heappop(line.ends)
        line.in_hand.pop(decision, None)
        line.calls.pop(decision, None)
