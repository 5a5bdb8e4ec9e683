"""What customers said they need: by themselves, or noted by staff at their wish. Never inferred; it ends by itself.

A need makes a person due at every moment while it holds. No model sees it: the log holds that a person was due because
of a need, and `tillit export-decisions` not even that it was there.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Collection, Mapping
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from tillit_web.meetings.models import Need

logger = logging.getLogger("tillit_web.meetings")

HOLDS_FOR = timedelta(days=365)  # then it is asked anew, or was forgotten by both
SECONDS_KEPT = 5.0  # for what another process wrote; what this one wrote counts at once


def needs_of(subjects: Collection[bytes]) -> tuple[Need, ...]:
    """What holds now for a customer, each kind once."""
    rows = Need.objects.filter(subject__in=list(subjects), ends_at__gt=timezone.now()).order_by("kind", "-ends_at")
    return tuple({row.kind: row for row in reversed(rows)}.values())


@transaction.atomic
def note_need(subjects: Collection[bytes], kind: Need.Kind, *, said_to: Need.SaidTo) -> None:
    """Note a need for every identifier of a customer; noted again it holds a year from now."""
    ends_at = timezone.now() + HOLDS_FOR
    for subject in subjects:
        Need.objects.update_or_create(
            subject=subject, kind=kind.value, defaults={"said_to": said_to.value, "ends_at": ends_at}
        )
    transaction.on_commit(_changes.happened)


@transaction.atomic
def end_need(subjects: Collection[bytes], kind: Need.Kind) -> None:
    """Forget a need."""
    Need.objects.filter(subject__in=list(subjects), kind=kind.value).delete()
    transaction.on_commit(_changes.happened)


def needs_about(subjects: Collection[bytes]) -> QuerySet[Need]:
    """Every row about these subjects, ended or not; for erasure."""
    return Need.objects.filter(subject__in=list(subjects))


def forget_ended() -> int:
    """Remove what has ended. Returns how many."""
    return Need.objects.filter(ends_at__lte=timezone.now()).delete()[0]


class NeedReader:
    """Which subjects have a need now, without asking the database at each decision."""

    def __init__(self) -> None:
        self._ends_at: Mapping[bytes, float] = {}
        self._seen = -1
        self._read_at = float("-inf")
        self._reading = threading.Lock()

    async def refresh(self) -> None:
        """Read again what has changed."""
        if self._is_old():
            await asyncio.to_thread(self._read)

    def has_need(self, subject: bytes) -> bool:
        """Whether a person is due to this subject, since they said so."""
        ends_at = self._ends_at.get(subject)
        return ends_at is not None and ends_at > time.time()

    def _is_old(self) -> bool:
        return self._seen != _changes.count or time.monotonic() - self._read_at >= SECONDS_KEPT

    def _read(self) -> None:
        with self._reading:
            if not self._is_old():
                return
            seen = _changes.count
            try:
                rows = Need.objects.order_by("ends_at").values_list("subject", "ends_at")
                self._ends_at = {bytes(subject): ends_at.timestamp() for subject, ends_at in rows}
            except Exception:
                # Those that were read before still hold: a need is rather met once too often.
                logger.exception("what customers need could not be read")
            finally:
                connection.close()
            self._seen, self._read_at = seen, time.monotonic()


class _Changes:
    """Counts the changes of this process, which answers decisions and shows pages."""

    def __init__(self) -> None:
        self.count = 0

    def happened(self) -> None:
        self.count += 1


_changes = _Changes()
