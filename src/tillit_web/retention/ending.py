"""Rows that end by themselves: each table that says something of people stands here under a class of data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django_tasks_db.models import DBTaskResult

from tillit.events.retention import DataClass
from tillit_web.collect.queries import storage
from tillit_web.collect.sealing import MOST_FAILED
from tillit_web.collect.storage import Failed
from tillit_web.people.models import AccessRecord, BlockedAttempt, Correction, OneTimeLink
from tillit_web.warehouse.import_leftovers import count_old_files, forget_old_files

LINES_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class EndingRows:
    """Rows of one kind that end with a class.

    Attributes:
        place: What they are, for whoever reads a failing test.
        count: How many there are from before a moment.
        end: Removes these; how many went. Calling again changes nothing.
    """

    data_class: DataClass
    place: str
    count: Callable[[datetime], int]
    end: Callable[[datetime], int]


_ending: dict[str, EndingRows] = {}


def also_end(rows: EndingRows) -> None:
    """Have retention end an app's rows too; called from `AppConfig.ready`."""
    _ending[rows.place] = rows


def of_table(data_class: DataClass, place: str, before: Callable[[datetime], QuerySet[Any]]) -> EndingRows:
    """Rows of a table.

    Args:
        before: Those that are over at a moment.
    """

    @transaction.atomic
    def end(moment: datetime) -> int:
        rows = before(moment)
        ended = rows.count()  # what `delete` counts holds what hangs on them too
        rows.delete()
        return ended

    return EndingRows(data_class, place, lambda moment: before(moment).count(), end)


def ending_rows() -> tuple[EndingRows, ...]:
    """Everything that ends, in the order in which it was named: of the apps below, then of those above."""
    return (*_OF_APPS_BELOW, *_ending.values())


def _failed_before(moment: datetime) -> int:
    with storage() as opened:
        return sum(line.received_at < micros(moment) for line in _lines(opened.failed))


def _lines(failed: Callable[..., list[Failed]]) -> Iterator[Failed]:
    before: int | None = None
    while lines := failed(limit=LINES_AT_ONCE, before=before):
        yield from lines
        before = lines[-1].id


def _end_failed(moment: datetime) -> int:
    with storage() as opened:
        return opened.prune(before=micros(moment), most=MOST_FAILED)


def micros(moment: datetime) -> int:
    """Microseconds UTC."""
    return round(moment.timestamp() * 1_000_000)


_RECORDS = DataClass.WORKING_RECORDS
_OF_APPS_BELOW = (
    EndingRows(DataClass.FAILED_BOX, "failed box", _failed_before, _end_failed),
    EndingRows(
        DataClass.IMPORT_FILES,
        "files of imports",
        lambda moment: count_old_files(before=moment),
        lambda moment: forget_old_files(before=moment),
    ),
    of_table(DataClass.ACCESS_RECORD, "openings", lambda moment: AccessRecord.objects.filter(opened_at__lt=moment)),
    of_table(
        DataClass.ACCESS_RECORD,
        "contact details held back",
        lambda moment: BlockedAttempt.objects.filter(tried_at__lt=moment),
    ),
    of_table(DataClass.CORRECTIONS, "corrections", lambda moment: Correction.objects.filter(settled_at__lt=moment)),
    of_table(_RECORDS, "jobs that are done", lambda moment: DBTaskResult.objects.filter(finished_at__lt=moment)),
    of_table(_RECORDS, "links that work once", lambda moment: OneTimeLink.objects.filter(expires_at__lt=moment)),
    of_table(_RECORDS, "sign-ins that failed", lambda moment: AccessAttempt.objects.filter(attempt_time__lt=moment)),
    of_table(_RECORDS, "browsers that were signed in", lambda moment: Session.objects.filter(expire_date__lt=moment)),
)
