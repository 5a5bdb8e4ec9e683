"""What is known of how customers are met: the policy in force, its versions, and the log."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator
from pathlib import Path

from tillit.meetings.decide import Decision
from tillit.meetings.log import FILE, DecisionLog, Logged, open_log
from tillit.meetings.policy import Policy
from tillit.meetings.policy_files import default_policy_text, parse_policy
from tillit_web.people.queries import refused_measurement


class PolicyReader:
    """The newest policy, read again when there is a newer one."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._log: DecisionLog | None = None
        self._reading = threading.Lock()
        self._kept: tuple[int, str | None, Policy] | None = None

    def newest(self, *, currency: str | None) -> Policy:
        """The policy in force; a new installation gets the one that comes with tillit."""
        with self._reading:
            if self._log is None:
                self._log = DecisionLog.open(self._directory)
                begin(self._log)
            version = self._log.newest_version()
            if self._kept is None or self._kept[:2] != (version, currency):
                self._kept = (version, currency, read(self._log, currency=currency))
            return self._kept[2]

    def close(self) -> None:
        """Close the file."""
        with self._reading:
            if self._log is not None:
                self._log.close()
                self._log = None


def begin(log: DecisionLog) -> None:
    """Keep the policy that comes with tillit as version 1, where there is none."""
    if log.newest_version() == 0:
        log.save_policy(default_policy_text(), at=time.time_ns() // 1000, name="policy.toml", currency=None)


def read(log: DecisionLog, *, currency: str | None) -> Policy:
    """The newest policy of a log that has one."""
    version, _, text = log.policy_texts()[0]
    return parse_policy(text, name=f"policy {version}", version=version, currency=currency)


def policy(directory: Path, *, currency: str | None) -> Policy:
    """The policy in force, for a page."""
    with open_log(directory) as log:
        begin(log)
        return read(log, currency=currency)


def counted(log: DecisionLog, *, since: int = 0) -> Iterator[Logged]:
    """Decisions with what followed, but for customers who say no to being counted now, or are being erased.

    Args:
        since: Microseconds UTC.
    """
    refused = {subject.hex() for subject in refused_measurement()}
    return (one for one in log.logged(since=since) if one.decision.moment.customer not in refused)


def decisions_about(directory: Path, subjects: Collection[bytes]) -> tuple[Decision, ...]:
    """What was decided about a customer, the latest first; of no use but for the customer."""
    if not (directory / FILE).is_file():
        return ()
    with open_log(directory) as log:
        found = log.of_customers([subject.hex() for subject in subjects])
        return tuple(sorted(found, key=lambda one: (-one.moment.at, one.id)))
