"""The write keys as the collector knows them: read again every few seconds, and kept when they cannot be read."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from dataclasses import dataclass

from django.db import connection

from tillit.events.subject import country_of_zone
from tillit.vocabulary import MeasurementMode
from tillit_web.collect.actions import key_digest, signing_secret
from tillit_web.collect.models import WriteKey
from tillit_web.people.queries import company

logger = logging.getLogger("tillit_web.collect")

SECONDS_KEPT = 5.0
SECONDS_BETWEEN_LOOKS = 0.5  # for a key that is not known: it may have been made this moment


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """One write key that is not revoked."""

    id: int
    is_server: bool
    origins: frozenset[str]
    signing_secret: str


@dataclass(frozen=True, slots=True)
class Ring:
    """All keys that may send now, and what the company says of amounts, phone numbers and measurement."""

    keys: dict[bytes, KeyFacts]
    origins: frozenset[str]
    currency: str | None
    region: str | None
    mode: MeasurementMode


class KeyRing:
    """Finds keys without asking the database at each request."""

    def __init__(self) -> None:
        self._ring = Ring({}, frozenset(), None, None, MeasurementMode.COUNT_ONLY)
        self._read_at = float("-inf")
        self._reading = threading.Lock()

    async def find(self, text: str) -> tuple[KeyFacts | None, Ring]:
        """The key with this text, or None, and the ring it is from."""
        digest = key_digest(text)
        await self._refresh(SECONDS_KEPT)
        if digest not in self._ring.keys:
            await self._refresh(SECONDS_BETWEEN_LOOKS)
        return self._ring.keys.get(digest), self._ring

    async def mode(self) -> MeasurementMode:
        """How far the company measures its site."""
        await self._refresh(SECONDS_KEPT)
        return self._ring.mode

    async def origins(self) -> frozenset[str]:
        """Every origin that some key has."""
        await self._refresh(SECONDS_KEPT)
        return self._ring.origins

    async def _refresh(self, seconds: float) -> None:
        if time.monotonic() - self._read_at >= seconds:
            await asyncio.to_thread(self._read, seconds)

    def _read(self, seconds: float) -> None:
        with self._reading:
            if time.monotonic() - self._read_at < seconds:
                return
            try:
                self._ring = read_ring()
            except Exception:
                # The pages' database is busy or broken. Events of known keys are still taken: collection fails open.
                logger.exception("the write keys could not be read")
            finally:
                connection.close()
            self._read_at = time.monotonic()


def read_ring() -> Ring:
    """The ring as the database has it now."""
    facts = company()
    keys = {
        bytes(row.key_digest): KeyFacts(
            row.pk, row.kind == WriteKey.Kind.SERVER, frozenset(row.origins), signing_secret(row.pk)
        )
        for row in WriteKey.objects.filter(revoked_at=None)
    }
    origins = frozenset(origin for key in keys.values() for origin in key.origins)
    return Ring(keys, origins, facts.currency or None, country_of_zone(facts.timezone), facts.measurement_mode)
