"""A job is done although its worker was killed; one that kills its workers ends as failed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from tillit_web.jobs import actions, queries
from tillit_web.jobs.queries import JobStatus
from tillit_web.jobs.worker import do_waiting_jobs

pytestmark = pytest.mark.django_db


@task()
def write_line(path: str, line: str) -> None:
    """Append a line, so that a test sees how often it ran."""
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(line)


@task()
def fail() -> None:
    """Never succeeds."""
    raise ValueError("the file has no header")


def _claimed_by(worker: str, job_id: str) -> None:
    """What a worker leaves behind that is killed after it took the job."""
    DBTaskResult.objects.get(id=job_id).claim(worker)


def test_a_queued_job_is_done_once(tmp_path: Path) -> None:
    job_id = actions.enqueue(write_line, path=str(tmp_path / "out"), line="x")
    do_waiting_jobs()
    do_waiting_jobs()
    assert (tmp_path / "out").read_text() == "x"
    state = queries.job(job_id)
    assert state is not None
    assert (state.status, state.attempts) == (JobStatus.DONE, 1)


def test_a_job_is_not_queued_when_its_transaction_is_undone(tmp_path: Path) -> None:
    def queue_then_stumble() -> None:
        with transaction.atomic():
            actions.enqueue(write_line, path=str(tmp_path / "out"), line="x")
            raise KeyError

    with pytest.raises(KeyError):
        queue_then_stumble()
    do_waiting_jobs()
    assert not (tmp_path / "out").exists()


def test_a_job_whose_worker_fell_silent_is_done_by_the_next(tmp_path: Path) -> None:
    job_id = actions.enqueue(write_line, path=str(tmp_path / "out"), line="x")
    now = timezone.now()
    actions.beat("killed", now=now)
    _claimed_by("killed", job_id)
    assert actions.reclaim(now=now + timedelta(seconds=59)) == 0
    assert actions.reclaim(now=now + timedelta(seconds=61)) == 1
    do_waiting_jobs()
    assert (tmp_path / "out").read_text() == "x"


def test_a_buried_worker_loses_its_job_at_once_and_the_others_keep_theirs(tmp_path: Path) -> None:
    lost = actions.enqueue(write_line, path=str(tmp_path / "lost"), line="x")
    kept = actions.enqueue(write_line, path=str(tmp_path / "kept"), line="x")
    for worker, job_id in (("dead", lost), ("alive", kept)):
        actions.beat(worker)
        _claimed_by(worker, job_id)
    assert actions.bury("dead") == 1
    states = [queries.job(job_id) for job_id in (lost, kept)]
    assert [state.status for state in states if state] == [JobStatus.WAITING, JobStatus.RUNNING]


def test_a_job_that_takes_three_workers_down_ends_as_failed(tmp_path: Path) -> None:
    job_id = actions.enqueue(write_line, path=str(tmp_path / "out"), line="x")
    for worker in ("first", "second", "third"):
        _claimed_by(worker, job_id)
        actions.bury(worker)
    state = queries.job(job_id)
    assert state is not None
    assert (state.status, state.attempts, state.error) == (JobStatus.FAILED, 3, "WorkerDied")


def test_a_job_that_raises_is_not_tried_again() -> None:
    job_id = actions.enqueue(fail)
    do_waiting_jobs()
    state = queries.job(job_id)
    assert state is not None
    assert (state.status, state.attempts, state.error) == (JobStatus.FAILED, 1, "ValueError")


def test_a_worker_lives_for_as_long_as_its_lease() -> None:
    now = timezone.now()
    actions.beat("one", now=now)
    assert queries.worker_is_alive(now=now + timedelta(seconds=60))
    assert not queries.worker_is_alive(now=now + timedelta(seconds=61))
