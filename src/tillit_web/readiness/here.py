"""Customers who are here, for decisions that cannot wait: what is said of them within milliseconds, or next time."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from django.db import connection

from tillit.events.hot import unpack
from tillit.events.sealing import sealed_upto
from tillit.readiness.now import Lived, Now
from tillit.readiness.recipe import Want
from tillit_web.collect.queries import storage
from tillit_web.readiness.now import MOST_RECENT, customer_now
from tillit_web.readiness.queries import switched_on
from tillit_web.warehouse.folders import open_log

logger = logging.getLogger("tillit_web.readiness")

PATIENCE_SECONDS = 0.003  # of a decision; what is not read by then is there for the next one
SECONDS_KEPT = 10.0  # of one customer: what they do meanwhile counts at the next decision after it
SWITCH_SECONDS = 5.0
MOST_HERE = 10_000

Said = Mapping[Want, Now]
_NOTHING: Said = {}


@dataclass(frozen=True, slots=True)
class _Kept:
    said: Said
    until: float


class HereReader:
    """Says what is switched on of one customer after another; one thread reads, so that it never takes a whole core."""

    def __init__(self, *, patience_seconds: float = PATIENCE_SECONDS, seconds_kept: float = SECONDS_KEPT) -> None:
        self._patience = patience_seconds
        self._seconds_kept = seconds_kept
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="readiness")
        self._recent = _Recent()
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()
        self._asked: dict[bytes, Future[Said]] = {}
        self._is_on = False
        self._looked_at = float("-inf")
        self._looking: Future[None] | None = None

    async def of(self, subject: bytes, *, at: int) -> Said:
        """What is said of a customer, by `customer_now`; empty without their yes, or if it takes too long this time.

        Args:
            at: Microseconds UTC.
        """
        await self._look()
        if not self._is_on:
            return _NOTHING
        kept = self._kept.get(subject)
        if kept is not None and kept.until > time.monotonic():
            return kept.said
        asked = self._asked.get(subject)
        if asked is None:
            asked = self._asked[subject] = self._thread.submit(self._read, subject, at)
        return _NOTHING if not await _in_time(asked, self._patience) else asked.result()

    def stop(self) -> None:
        """End the thread."""
        self._thread.shutdown()

    async def _look(self) -> None:
        """Whether anything is switched on, looked at now and then."""
        if time.monotonic() - self._looked_at < SWITCH_SECONDS:
            return
        if self._looking is None or self._looking.done():
            self._looking = self._thread.submit(self._read_switches)
        await _in_time(self._looking, self._patience)

    def _read_switches(self) -> None:
        try:
            self._is_on = any(switched_on(want) is not None for want in Want)
        except Exception:
            logger.exception("what is switched on could not be read; nothing is said of customers")
            self._is_on = False
        finally:
            connection.close()
        if not self._is_on:
            self._kept.clear()
        self._looked_at = time.monotonic()

    def _read(self, subject: bytes, at: int) -> Said:
        try:
            said: Said = customer_now(subject, at=at, recent=self._recent.of(subject))
        except Exception:
            # A decision is made without what cannot be read: by the matrix, as for everybody else.
            logger.exception("what a customer is near could not be read")
            said = _NOTHING
        finally:
            connection.close()
        self._kept[subject] = _Kept(said, time.monotonic() + self._seconds_kept)
        self._kept.move_to_end(subject)
        while len(self._kept) > MOST_HERE:
            self._kept.popitem(last=False)
        self._asked.pop(subject, None)
        return said


class _Recent:
    """What was collected and stands in no segment yet, by identifier; each row is read once."""

    def __init__(self) -> None:
        self._sealed = -1
        self._last = 0
        self._count = 0
        self._lived: dict[bytes, list[Lived]] = {}

    def of(self, subject: bytes) -> tuple[Lived, ...]:
        """Of one identifier, as far as events came with it."""
        with open_log() as log:
            sealed = sealed_upto(log)
        if sealed != self._sealed:
            self._sealed, self._last, self._count = sealed, sealed, 0
            self._lived.clear()
        with storage() as opened:
            rows = opened.unsealed(after=self._last, limit=max(0, MOST_RECENT - self._count))
        for row in rows:
            event = unpack(row.event)
            one = Lived(event.occurred_at, event.activity, event.sequence, event.event_id)
            self._lived.setdefault(event.subject, []).append(one)
        if rows:
            self._last = rows[-1].id
            self._count += len(rows)
        return tuple(self._lived.get(subject, ()))


async def _in_time(asked: Future[Said] | Future[None], seconds: float) -> bool:
    """Whether it is there within so many seconds; it goes on in any case."""
    if not asked.done():
        await asyncio.wait([asyncio.wrap_future(asked)], timeout=seconds)
    return asked.done()
