"""Erasure in the log of decisions: a customer's rows, and old ones, lose their bodies and salts, on record."""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings

from tillit.ledger.ledger import SALT_BYTES
from tillit.meetings.log import FILE, DecisionLog, open_log


def count(subjects: Collection[bytes], until: int) -> int:
    """How many rows say something of these subjects until a moment (microseconds UTC)."""
    with _opened() as log:
        return 0 if log is None else sum(log.count_customer(subject.hex(), until=until) for subject in subjects)


def erase(subjects: Collection[bytes], until: int) -> None:
    """Erase these rows; that there was a decision stays, about whom and what it said does not."""
    with _opened() as log:
        if log is not None:
            for subject in subjects:
                salt = secrets.token_bytes(SALT_BYTES)
                log.erase_customer(subject.hex(), until=until, at=time.time_ns() // 1_000, salt=salt)


def count_before(moment: datetime) -> int:
    """How many rows tell of decisions made before a moment."""
    with _opened() as log:
        return 0 if log is None else log.count_before(_micros(moment))


def erase_before(moment: datetime) -> int:
    """Erase these rows; that there was a decision stays. Returns how many went."""
    with _opened() as log:
        if log is None:
            return 0
        salt = secrets.token_bytes(SALT_BYTES)
        return log.erase_before(_micros(moment), at=time.time_ns() // 1_000, salt=salt)


def scrub() -> bool:
    """Leave no trace in free pages and the write-ahead log; False while somebody reads the file."""
    with _opened() as log:
        return log is None or log.scrub()


def _micros(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)


@contextmanager
def _opened() -> Iterator[DecisionLog | None]:
    """The log; None where nothing was ever decided, since looking makes no file."""
    directory = Path(settings.DATA_DIRECTORY)
    if not (directory / FILE).is_file():
        yield None
        return
    with open_log(directory) as log:
        yield log
