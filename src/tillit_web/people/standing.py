"""What one customer's answers allow right now, read for each decision: one connection, kept open."""

from __future__ import annotations

import logging
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from tillit.events.erasures import erased_until
from tillit.events.log import EventLog
from tillit.vocabulary import Purpose
from tillit_web.people.consents import ERASED, consents_of
from tillit_web.people.consents_file import FILE

logger = logging.getLogger("tillit_web.people")

WAIT_SECONDS = 1.0  # a decision is not worth more; what cannot be read allows nothing


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether what a customer did before may be used, and by which entry of the ledger of consents; None: by none.

    Without `may_vary` they have said that their service is not to be varied: nothing is drawn for them. Without
    `is_counted` they have said no to measurement: no number is made of them, so nothing is drawn either.
    """

    consent_row: int | None = None
    is_erased: bool = False
    may_vary: bool = True
    is_counted: bool = True


class StandingReader:
    """Reads the standing of one subject at a time. Use it in the thread that reads first, and close it there."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._answers: sqlite3.Connection | None = None
        self._log: EventLog | None = None

    def of(self, subject: bytes) -> Standing:
        """How it stands with this subject. What cannot be read allows nothing."""
        try:
            return self._read(subject)
        except sqlite3.Error:
            logger.exception("a customer's answers could not be read; their history is not used")
            return Standing()

    def close(self) -> None:
        """Close both files."""
        if self._answers is not None:
            self._answers.close()
        if self._log is not None:
            self._log.close()
        self._answers = self._log = None

    def _read(self, subject: bytes) -> Standing:
        if self._answers is None:
            path = self._directory / FILE
            if not path.is_file():
                return Standing()
            self._answers = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)
            self._answers.execute("pragma query_only = on")
        rows = self._answers.execute(
            "select purpose, granted, number from consent_subject where subject = ? and purpose in (?, ?, ?, ?)"
            " order by number desc",
            (subject, Purpose.PERSONALISATION.value, Purpose.VARIATION.value, Purpose.MEASUREMENT.value, ERASED),
        ).fetchall()
        if any(purpose == ERASED for purpose, _, _ in rows):
            return Standing(is_erased=True)
        latest = {purpose: (bool(granted), int(number)) for purpose, granted, number in reversed(rows)}
        is_allowed, consent_row = latest.get(Purpose.PERSONALISATION.value, (False, 0))
        may_vary, _ = latest.get(Purpose.VARIATION.value, (True, 0))
        is_counted, _ = latest.get(Purpose.MEASUREMENT.value, (True, 0))
        if not is_allowed:
            return Standing(may_vary=may_vary, is_counted=is_counted)
        if self._log is None:
            self._log = EventLog.open(self._directory)
        until = erased_until(self._log, subject)
        if until is not None and not self._was_said_after(subject, until):
            return Standing(is_erased=True)
        return Standing(consent_row=consent_row, may_vary=may_vary, is_counted=is_counted)

    def _was_said_after(self, subject: bytes, until: int) -> bool:
        """Whether a yes is newer than an erasure: an old one that somebody sends again brings nobody back."""
        said = [one for one in consents_of([subject]) if one.purpose is Purpose.PERSONALISATION]
        return bool(said) and said[0].at.timestamp() * 1e6 > until
