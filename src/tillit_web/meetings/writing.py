"""One thread writes the log: what came while the last commit ran goes into the next; nobody hears before it is down.

Moving what was committed from the write-ahead log into the file takes as long as twenty commits, so SQLite does not do
that inside one: the thread does it when nobody waits, and at the latest after some thousands of entries.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tillit.errors import LedgerError
from tillit.ledger.ledger import SALT_BYTES
from tillit.meetings.log import DecisionLog, Entry

MOST_WAITING = 5_000
CHECKPOINT_AFTER = 200  # entries, if nobody waits
CHECKPOINT_AT_LAST = 5_000  # entries, some 150 MB of write-ahead log


class Overloaded(Exception):
    """Too much waits for the disk; nothing was written."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    entry: Entry
    loop: asyncio.AbstractEventLoop
    written: asyncio.Future[None]


class Writer:
    """Puts entries into the log of a data directory, many at a time."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._changed = threading.Condition()
        self._waiting: list[_Waiting] = []
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="decisions", daemon=True)
        self._thread.start()

    async def put(self, entry: Entry) -> None:
        """Put an entry on stable storage.

        Raises:
            LedgerError: The log refuses it.
            Overloaded: Nothing was written; try again.
        """
        loop = asyncio.get_running_loop()
        waiting = _Waiting(entry, loop, loop.create_future())
        with self._changed:
            if len(self._waiting) >= MOST_WAITING:
                raise Overloaded(f"{len(self._waiting)} entries wait for the disk")
            self._waiting.append(waiting)
            self._changed.notify()
        await waiting.written

    def stop(self) -> None:
        """Write what waits, and end."""
        with self._changed:
            self._ending = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        log = DecisionLog.open(self._directory, checkpoints_itself=False)
        since = 0
        try:
            while True:
                with self._changed:
                    while not self._waiting and not self._ending:
                        self._changed.wait()
                    group, self._waiting = self._waiting, []
                if not group:
                    return
                _write(log, group)
                since += len(group)
                if since >= (CHECKPOINT_AT_LAST if self._waiting else CHECKPOINT_AFTER):
                    log.checkpoint()
                    since = 0
        finally:
            log.close()


def _write(log: DecisionLog, group: Sequence[_Waiting]) -> None:
    """All in one transaction; if the log refuses one of them, each by itself, so that it alone is refused."""
    try:
        log.append([(one.entry, secrets.token_bytes(SALT_BYTES)) for one in group], at=time.time_ns() // 1000)
    except LedgerError as refused:
        if len(group) == 1:
            _tell(group, refused)
            return
        for one in group:
            _write(log, [one])
        return
    except Exception as error:
        _tell(group, Overloaded(str(error)))
        return
    _tell(group, None)


def _tell(group: Sequence[_Waiting], error: Exception | None) -> None:
    """Wake each loop once for all who wait in it: waking costs more than a decision."""
    for loop in {one.loop for one in group}:
        written = [one.written for one in group if one.loop is loop]
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, written, error)


def _settle(written: Sequence[asyncio.Future[None]], error: Exception | None) -> None:
    for one in written:
        if one.done():
            continue
        if error is None:
            one.set_result(None)
        else:
            one.set_exception(error)
