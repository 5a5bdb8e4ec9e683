"""Group commit: whatever arrived while the last commit ran goes into the next; nobody hears yes before it is down."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tillit_web.collect.storage import Arrival, Outcome, Refusal, Storage, StorageUnavailable

logger = logging.getLogger("tillit_web.collect")

# What may wait for a commit. More means that the disk stands still, and then "try again" is the honest answer.
MOST_WAITING = 20_000
MOST_IN_A_GROUP = 5_000


class Busy(Exception):
    """Too much is waiting for the disk; nothing of this was taken."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    arrived: Sequence[Arrival | Refusal]
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[list[Outcome]]


class Committer:
    """The one thread that writes what arrives."""

    def __init__(self, open_storage: Callable[[], Storage]) -> None:
        """Start the thread; it opens the storage itself when the first group comes."""
        self._open_storage = open_storage
        self._changed = threading.Condition()
        self._waiting: list[_Waiting] = []
        self._waiting_events = 0
        self._alarms: list[tuple[str, str, int]] = []
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="committer", daemon=True)
        self._thread.start()

    async def put(self, arrived: Sequence[Arrival | Refusal]) -> list[Outcome]:
        """Put these on stable storage, together, and say what became of each.

        Raises:
            Busy: Nothing was taken.
            StorageUnavailable: Nothing is there.
        """
        loop = asyncio.get_running_loop()
        waiting = _Waiting(arrived, loop, loop.create_future())
        with self._changed:
            if self._waiting_events + len(arrived) > MOST_WAITING:
                raise Busy(f"{self._waiting_events} events wait for the disk")
            self._waiting.append(waiting)
            self._waiting_events += len(arrived)
            self._changed.notify()
        return await waiting.answer

    def alarm(self, code: str, detail: str) -> None:
        """Note trouble beside the next group; whoever met it does not wait for that."""
        with self._changed:
            if len(self._alarms) < MOST_IN_A_GROUP:
                self._alarms.append((code, detail, time.time_ns() // 1000))
                self._changed.notify()

    def stop(self) -> None:
        """Write what waits, and end."""
        with self._changed:
            self._ending = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        storage: Storage | None = None
        while True:
            with self._changed:
                while not self._waiting and not self._alarms and not self._ending:
                    self._changed.wait()
                group, alarms = self._next_group(), self._alarms
                self._alarms = []
                if not group and not alarms:
                    break
            try:
                storage = storage or self._open_storage()
                outcomes = storage.accept([one for waiting in group for one in waiting.arrived]) if group else []
            except Exception as error:
                logger.exception("a group of events was not written")
                _tell(group, error)
                continue
            _tell(group, outcomes)
            for code, detail, at in alarms:
                try:
                    storage.alarm(code, detail, at=at)
                except Exception:
                    logger.exception("an alarm was not written", extra={"facts": {"code": code}})
        if storage is not None:
            storage.close()

    def _next_group(self) -> list[_Waiting]:
        size = taken = 0
        for waiting in self._waiting:
            size += len(waiting.arrived)
            taken += 1
            if size >= MOST_IN_A_GROUP:
                break
        group, self._waiting = self._waiting[:taken], self._waiting[taken:]
        self._waiting_events -= size
        return group


def _tell(group: Sequence[_Waiting], found: list[Outcome] | Exception) -> None:
    """Answer everyone of a group, each in the thread where they wait."""
    told: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[list[Outcome]], list[Outcome] | Exception]]] = {}
    place = 0
    for waiting in group:
        answer: list[Outcome] | Exception
        if isinstance(found, list):
            answer = found[place : place + len(waiting.arrived)]
            place += len(waiting.arrived)
        else:
            answer = found if isinstance(found, StorageUnavailable) else StorageUnavailable(str(found))
        told.setdefault(waiting.loop, []).append((waiting.answer, answer))
    for loop, answers in told.items():
        try:
            loop.call_soon_threadsafe(_settle, answers)
        except RuntimeError:  # the server is gone, and with it those who asked
            logger.warning("nobody waits for an answer any more")


def _settle(answers: Sequence[tuple[asyncio.Future[list[Outcome]], list[Outcome] | Exception]]) -> None:
    for future, answer in answers:
        if future.done():
            continue
        if isinstance(answer, list):
            future.set_result(answer)
        else:
            future.set_exception(answer)
