"""What others may read about jobs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from tillit_web.jobs.actions import LEASE
from tillit_web.jobs.models import Worker


class JobStatus(StrEnum):
    """Where a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


STATUS = {
    TaskResultStatus.READY: JobStatus.WAITING,
    TaskResultStatus.RUNNING: JobStatus.RUNNING,
    TaskResultStatus.SUCCESSFUL: JobStatus.DONE,
    TaskResultStatus.FAILED: JobStatus.FAILED,
}


@dataclass(frozen=True, slots=True)
class JobState:
    """A job as a page shows it."""

    id: str
    status: JobStatus
    attempts: int
    error: str  # the exception's class, or ""


def job(job_id: str) -> JobState | None:
    """The job by that id, or None where there is none (any more)."""
    try:
        row = DBTaskResult.objects.get(id=job_id)
    except (DBTaskResult.DoesNotExist, ValidationError):
        return None
    return JobState(
        id=str(row.id),
        status=STATUS[TaskResultStatus(row.status)],
        attempts=len(row.worker_ids),
        error=row.exception_class_path.rsplit(".", 1)[-1],
    )


def worker_is_alive(*, now: datetime | None = None) -> bool:
    """Whether some worker has beaten within its lease."""
    return Worker.objects.filter(beat_at__gte=(now or timezone.now()) - LEASE).exists()


def waiting_too_long(*, now: datetime | None = None, patience: timedelta = timedelta(minutes=10)) -> int:
    """How many jobs have waited longer than that: nobody works, or one job blocks the rest."""
    return DBTaskResult.objects.ready().filter(enqueued_at__lt=(now or timezone.now()) - patience).count()


def failed_lately(*, now: datetime | None = None, days: int = 7) -> int:
    """How many jobs ended as failed within the last days."""
    return DBTaskResult.objects.failed().filter(finished_at__gte=(now or timezone.now()) - timedelta(days=days)).count()
