"""Jobs that come back by themselves: queued by the worker's heart, one of each at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from tillit_web.jobs.actions import enqueue

DONE_KEPT = timedelta(hours=1)  # a job of every minute would fill the table; failed ones stay to be seen


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A job and the least time between two of it."""

    interval: timedelta
    job: Task[..., Any]


_scheduled: dict[str, Scheduled] = {}


def every(interval: timedelta, job: Task[..., Any]) -> None:
    """Do a job again and again, from `AppConfig.ready` on; the job takes no arguments and is idempotent."""
    _scheduled[job.module_path] = Scheduled(interval, job)


def enqueue_due(*, now: datetime | None = None) -> int:
    """Queue each scheduled job whose interval has passed and that neither waits nor runs; return how many."""
    moment = now or timezone.now()
    queued = 0
    for path, scheduled in _scheduled.items():
        with transaction.atomic():
            ours = DBTaskResult.objects.filter(task_path=path)
            ours.successful().filter(finished_at__lt=moment - max(DONE_KEPT, scheduled.interval)).delete()
            # A clock that was set back must not stop the schedule until it has caught up.
            lately = ours.filter(enqueued_at__gt=moment - scheduled.interval, enqueued_at__lte=moment)
            if ours.ready().exists() or ours.running().exists() or lately.exists():
                continue
            enqueue(scheduled.job)
            queued += 1
    return queued
