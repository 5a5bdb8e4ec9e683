"""Live updates: one look at the database for everybody, and what is new told to each open stream.

A stream that is read too slowly holds up no other: it is ended, and its browser asks again from where it was. While
nobody follows anything, nothing is looked at.
"""

from __future__ import annotations

import asyncio
import logging
import resource
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Sequence, Set
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

logger = logging.getLogger("tillit_web.desk")

SECONDS_BETWEEN_LOOKS = 0.15
MOST_WAITING = 100  # events that one stream may be behind
MOST_OF_ONE_ADDRESS = 30  # a household or a shop behind one address; above it browsers ask now and then instead
MOST_STREAMS = 2_000
FILES_FOR_THE_REST = 256  # each stream is an open file; pages, the log and the stores need theirs


Topic = int | str  # a conversation's number, or who hears of them all


class TooMany(Exception):
    """No further stream is opened now: too many from this address or in all, or tillit is stopping."""


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event.

    Attributes:
        data: One line of JSON.
        id: What the browser sends back as Last-Event-ID; None for an event that moves no position.
    """

    name: str
    data: bytes
    id: int | None = None

    def encoded(self) -> bytes:
        """As it goes over the wire."""
        place = b"" if self.id is None else b"id: %d\n" % self.id
        return b"%sevent: %s\ndata: %s\n\n" % (place, self.name.encode(), self.data)


@dataclass(frozen=True, slots=True)
class News:
    """An event for everyone who follows `topic`."""

    topic: Topic
    event: Event


class Source(Protocol):
    """Where news comes from. It is called in threads, never twice at once."""

    def begin(self) -> None:
        """Forget what was before: only what is committed from now on is news."""

    def news(self, followed: Set[Topic]) -> Sequence[News]:
        """What was committed since the last call, in its order; of topics that nobody follows it may be left out."""


class Follower:
    """One open stream's side of the hub."""

    def __init__(self, *, most_waiting: int = MOST_WAITING) -> None:
        self._waiting: deque[Event] = deque()
        self._most = most_waiting
        self._woken = asyncio.Event()
        self.is_over = False

    def tell(self, event: Event) -> None:
        """Have the stream send this event, unless it is too far behind: then it is over."""
        if len(self._waiting) >= self._most:
            self.end()
        elif not self.is_over:
            self._waiting.append(event)
            self._woken.set()

    def end(self) -> None:
        """No more comes; what waits is still given out."""
        self.is_over = True
        self._woken.set()

    @property
    def has_more(self) -> bool:
        """Whether anything waits or may still come."""
        return bool(self._waiting) or not self.is_over

    async def heard(self, seconds: float) -> list[Event]:
        """What was told, as soon as there is something; nothing after so many seconds, or when it is over."""
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return []
        told = list(self._waiting)
        self._waiting.clear()
        if not self.is_over:
            self._woken.clear()
        return told


class Hub:
    """The streams of one process."""

    def __init__(
        self,
        source: Source,
        *,
        seconds_between_looks: float = SECONDS_BETWEEN_LOOKS,
        most_of_one_address: int = MOST_OF_ONE_ADDRESS,
        most: int | None = None,
    ) -> None:
        """`most` streams in all; by default what the system's limit of open files leaves."""
        self._source = source
        self._seconds = seconds_between_looks
        self._most_of_one = most_of_one_address
        self._most = _most_streams() if most is None else most
        self._followers: defaultdict[Topic, set[Follower]] = defaultdict(set)
        self._addresses: Counter[str] = Counter()
        self._beginning = asyncio.Lock()
        self._looking: asyncio.Task[None] | None = None
        self._is_stopping = False

    def stop(self) -> None:
        """End every stream within one look. May be called from a signal's handler: it only sets a flag."""
        self._is_stopping = True

    @asynccontextmanager
    async def following(self, topic: Topic, *, address: str) -> AsyncIterator[Follower]:
        """Follow a topic. What is committed from now on is told; what was before, the caller reads after this began.

        Args:
            address: Whose streams are counted together; empty for a signed-in member.

        Raises:
            TooMany: Ask now and then instead.
        """
        if self._is_stopping or self._addresses.total() >= self._most:
            raise TooMany
        if address and self._addresses[address] >= self._most_of_one:
            raise TooMany
        follower = Follower()
        self._addresses[address] += 1
        self._followers[topic].add(follower)
        try:
            await self._begin()
            yield follower
        finally:
            self._followers[topic].discard(follower)
            if not self._followers[topic]:
                del self._followers[topic]
            self._addresses[address] -= 1
            if not self._addresses[address]:
                del self._addresses[address]

    async def _begin(self) -> None:
        async with self._beginning:
            if self._looking is None or self._looking.done():
                await asyncio.to_thread(self._source.begin)
                self._looking = asyncio.create_task(self._look())

    async def _look(self) -> None:
        while self._followers and not self._is_stopping:
            await asyncio.sleep(self._seconds)
            try:
                found = await asyncio.to_thread(self._source.news, frozenset(self._followers))
            except Exception:
                # Whatever was not read now is news at the next look.
                logger.exception("news of the desk could not be read")
                continue
            for one in found:
                for follower in tuple(self._followers.get(one.topic, ())):
                    follower.tell(one.event)
        for followers in self._followers.values():
            for follower in followers:
                follower.end()


def _most_streams() -> int:
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return MOST_STREAMS if files == resource.RLIM_INFINITY else max(16, min(MOST_STREAMS, files - FILES_FOR_THE_REST))
