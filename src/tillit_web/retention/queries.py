"""What others may read of retention: how long each class is kept, what goes next, what went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tillit.events.retention import CLASSES, EVENT_CLASSES, DataClass
from tillit.events.retiring import foreseen, retired_totals
from tillit_web.retention.ending import ending_rows, micros
from tillit_web.retention.models import KeptFor, Run
from tillit_web.warehouse.folders import open_log


@dataclass(frozen=True, slots=True)
class Kept:
    """How long a class is kept.

    Attributes:
        days: In force now.
        waiting_days: A shorter length that was chosen and waits; None without one.
        waiting_until: From when that holds.
    """

    data_class: DataClass
    days: int
    waiting_days: int | None = None
    waiting_until: datetime | None = None


def kept(*, now: datetime) -> tuple[Kept, ...]:
    """Every class, in the order in which pages show them."""
    chosen = {row.data_class: row for row in KeptFor.objects.all()}
    found = []
    for name, declared in CLASSES.items():
        row = chosen.get(name.value)
        if row is None:
            found.append(Kept(name, declared.days))
        elif row.waiting_until is not None and row.waiting_until > now:
            found.append(Kept(name, row.days, row.waiting_days, row.waiting_until))
        else:
            found.append(Kept(name, row.days_at(now)))
    return tuple(found)


def kept_class(name: DataClass, *, now: datetime) -> Kept:
    """One class."""
    return next(one for one in kept(now=now) if one.data_class is name)


def over_before(*, now: datetime, changed: Mapping[DataClass, int] | None = None) -> dict[DataClass, datetime]:
    """For each class the moment before which everything is over.

    Args:
        now: Aware.
        changed: Days of classes that are to be looked at as if they were chosen.
    """
    days = {one.data_class: one.days for one in kept(now=now)} | dict(changed or {})
    return {name: now - timedelta(days=length) for name, length in days.items()}


def would_go(before: Mapping[DataClass, datetime]) -> dict[DataClass, int]:
    """How many events, lines, files and records came before their moments; nothing changes.

    Events that wait to be sealed are not in it: they came a moment ago.
    """
    with open_log() as log:
        found = foreseen(log, {name: micros(before[name]) for name in EVENT_CLASSES})
    for rows in ending_rows():
        found[rows.data_class] += rows.count(before[rows.data_class])
    return {name: found[name] for name in CLASSES}


def runs(*, limit: int) -> tuple[Run, ...]:
    """The latest runs in which something went, newest first."""
    return tuple(run for run in Run.objects.all() if run.removed)[:limit]


def last_run() -> Run | None:
    """The latest run that was finished."""
    return Run.objects.exclude(finished_at=None).first()


def still_counted() -> int:
    """How many events ended and stay in the totals."""
    with open_log() as log:
        return sum(total.events for total in retired_totals(log))
