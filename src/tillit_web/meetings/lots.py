"""Lots of those who stay on the first table: one side for a person, and told to the log of events."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec import UNSET, UnsetType

from tillit.journeys.known_by import together
from tillit.journeys.lots import ASSIGNED
from tillit.meetings.keeping import as_credit_reads_it
from tillit.meetings.log import FILE, DecisionLog, open_log
from tillit.meetings.lots import Lot, Untold
from tillit.meetings.moment import Moment
from tillit.meetings.policy import Policy
from tillit.vocabulary import Actor, Channel, Purpose
from tillit_web.collect import own_events
from tillit_web.collect.own_events import Told
from tillit_web.warehouse.queries import current_view

SOURCE = "decisions"
_SUBJECT = re.compile("[0-9a-f]{32}")


class LotReader:
    """Reads the side of one customer at a time: one connection, kept open."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._log: DecisionLog | None = None

    def of(self, moment: Moment, policy: Policy) -> str | UnsetType:
        """The side that the customer was drawn on before; unset where nobody is kept at this stage, or never drawn."""
        kept = policy.kept
        if kept is None or moment.stage not in kept.stages:
            return UNSET
        if self._log is None:
            self._log = DecisionLog.open(self._directory)
        return self._log.lots.side_of(moment.customer, kept.name) or UNSET

    def close(self) -> None:
        """Close the file."""
        if self._log is not None:
            self._log.close()
            self._log = None


def keep_together(directory: Path) -> int:
    """Put every identifier of a person on the side that the person was drawn on first; how many were put there.

    Persons are those of the current build, among customers who let their past be used.
    """
    if not (directory / FILE).is_file():
        return 0
    with open_log(directory) as log:
        names = log.lots.names()
        view = current_view(purpose=Purpose.PERSONALISATION) if names else None
        if view is None:
            return 0
        changed = 0
        for name in names:
            lots = log.lots.of_name(name)
            person_of = together(view, _subjects(lots))
            moved = moved_by(lots, {member.hex(): person.hex() for member, person in person_of.items()})
            if moved:
                log.keep_together(name, moved)
            changed += len(moved)
    return changed


def moved_by(lots: Sequence[Lot], person_of: Mapping[str, str]) -> dict[str, Lot]:
    """The first lot of a person, for each identifier of theirs that was not drawn or is on the other side.

    Args:
        lots: The first one first.
        person_of: What stands for the person, by identifier; also of identifiers that were never drawn.
    """
    side_of = {lot.customer: lot.experiment for lot in lots}
    first: dict[str, Lot] = {}
    for lot in lots:
        first.setdefault(person_of.get(lot.customer, lot.customer), lot)
    return {
        customer: first[person]
        for customer, person in person_of.items()
        if person in first and side_of.get(customer) != first[person].experiment
    }


def persons_drawn(log: DecisionLog) -> dict[str, str]:
    """What stands for the person behind each identifier that was drawn, where measurement may know it."""
    lots = [lot for name in log.lots.names() for lot in log.lots.of_name(name)]
    view = current_view(purpose=Purpose.MEASUREMENT) if lots else None
    if view is None:
        return {}
    person_of = together(view, _subjects(lots))
    return {member.hex(): person.hex() for member, person in person_of.items()}


def publish(directory: Path, *, now: datetime) -> int:
    """Put lots that fell into the log of events, each once; how many.

    Raises:
        StorageUnavailable: Nothing of a group is there; the next run tries again.
    """
    if not (directory / FILE).is_file():
        return 0
    sent = 0
    with open_log(directory) as log:
        while lots := log.lots.untold():
            own_events.put(SOURCE, [_told(lot) for lot in lots], now=now)
            log.note_told([lot.number for lot in lots])
            sent += len(lots)
    return sent


def _subjects(lots: Sequence[Lot]) -> list[bytes]:
    """Those that can be looked up: logs that were made up name customers by words."""
    return [bytes.fromhex(lot.customer) for lot in lots if _SUBJECT.fullmatch(lot.customer)]


def _told(lot: Untold) -> Told:
    return Told(
        event_id=lot.decision,
        activity=ASSIGNED,
        at=datetime.fromtimestamp(lot.at / 1_000_000, UTC),
        channel=Channel.UNKNOWN,
        visitor="",
        subject=(lot.kind, bytes.fromhex(lot.customer)),
        actor=Actor.MACHINE,
        properties={"holdout": as_credit_reads_it(lot.experiment) or ""},
    )
