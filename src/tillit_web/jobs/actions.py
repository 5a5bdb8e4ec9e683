"""What may be done to jobs: put one in the queue, and keep the promise that it is done even after a kill.

django_tasks_db marks a job as running and reclaims nothing when its worker dies. Here a worker beats; a running job
whose worker has not beaten for LEASE goes back into the queue. So **every job must be idempotent**: killed anywhere and
started again, it ends as if it had run once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_tasks.base import Task, TaskResultStatus
from django_tasks_db.models import DBTaskResult

from tillit_web.jobs.models import Worker

BEAT = timedelta(seconds=10)
LEASE = timedelta(seconds=60)
# A job that took three workers down with it would take the fourth: it fails, and the page that shows it says so.
MOST_ATTEMPTS = 3
WORKER_DIED = "tillit_web.jobs.WorkerDied"


def enqueue(job: Task[..., Any], **arguments: object) -> str:
    """Queue a job in the current transaction: it is there if and only if what was written beside it is.

    Args:
        job: A module-level function under `@django_tasks.task()`; idempotent.
        arguments: JSON values.

    Returns:
        The job's id, for queries.job.
    """
    return str(job.enqueue(**arguments).id)


def beat(worker: str, *, now: datetime | None = None) -> None:
    """Say that this worker lives."""
    Worker.objects.update_or_create(name=worker, defaults={"beat_at": now or timezone.now()})


@transaction.atomic
def reclaim(*, now: datetime | None = None) -> int:
    """Put running jobs whose worker went silent back into the queue, and return how many there were.

    A job that has lost MOST_ATTEMPTS workers is marked as failed instead.
    """
    moment = now or timezone.now()
    Worker.objects.filter(beat_at__lt=moment - LEASE).delete()
    alive = set(Worker.objects.values_list("name", flat=True))
    lost = [job for job in DBTaskResult.objects.running() if not job.worker_ids or job.worker_ids[-1] not in alive]
    for job in lost:
        if len(job.worker_ids) >= MOST_ATTEMPTS:
            job.status = TaskResultStatus.FAILED
            job.finished_at = moment
            job.exception_class_path = WORKER_DIED
            job.traceback = f"the process doing this job ended {len(job.worker_ids)} times without a word"
        else:
            job.status = TaskResultStatus.READY
            job.started_at = None
        job.save()
    return len(lost)


def bury(worker: str | None = None) -> int:
    """Reclaim at once from a worker known to be dead, or from every worker where none can be alive.

    Returns:
        How many jobs went back.
    """
    dead = Worker.objects.all() if worker is None else Worker.objects.filter(name=worker)
    dead.delete()
    return reclaim()


def blot_failures(without: Callable[[str], str]) -> int:
    """Take out of failed jobs' last words what may stand there no longer; how many said such a thing.

    Args:
        without: Gives a text back without it, the same text where it has none.
    """
    changed = 0
    for row in DBTaskResult.objects.exclude(traceback=""):
        left = without(row.traceback)
        if left != row.traceback:
            row.traceback = left
            row.save(update_fields=["traceback"])
            changed += 1
    return changed
