"""The process that does the jobs, one after another; `python -m tillit_web.jobs` runs it.

It beats every few seconds from a thread of its own, reclaims what dead workers left, finishes the job at hand on
SIGTERM, and ends at once when its standard input closes: its supervisor is gone, and the next one starts a new worker.
"""

from __future__ import annotations

import logging
import os
import threading
from typing import NoReturn

from django.db import OperationalError, close_old_connections, connection
from django_tasks_db.management.commands.db_worker import Worker

from tillit_web.jobs import actions, schedule

logger = logging.getLogger("tillit_web.jobs")


def do_waiting_jobs() -> None:
    """Do jobs until none is waiting."""
    _loop("batch", until_empty=True).run()


def work(worker: str, *, supervisor: int) -> None:
    """Do jobs until told to stop.

    Args:
        worker: This process's name, of at most 64 characters; never used by another.
        supervisor: A file descriptor that reads as ended when the supervisor is gone.
    """
    loop = _loop(worker, until_empty=False)
    loop.configure_signals()
    threading.Thread(target=_end_with, args=(supervisor,), name="supervisor", daemon=True).start()
    ending = threading.Event()
    heart = threading.Thread(target=_beat_until, args=(ending, worker), name="heart", daemon=True)
    heart.start()
    try:
        loop.run()
    finally:
        ending.set()
        heart.join(timeout=5)


def _loop(worker: str, *, until_empty: bool) -> Worker:
    return Worker(
        queue_names=["default"],
        interval=0.5,
        batch=until_empty,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=worker,
        excluded_queue_names=[],
    )


def _beat_until(ending: threading.Event, worker: str) -> None:
    while not ending.is_set():
        close_old_connections()
        try:
            actions.beat(worker)
            actions.reclaim()
            schedule.enqueue_due()
        except OperationalError:
            # The database was busy for longer than its timeout; the lease outlives several missed beats.
            logger.warning("a beat was missed: the database is busy")
        except Exception:
            # Without a heart others would take this worker's job while it still runs.
            logger.exception("the heart stopped")
            _end_now()
        ending.wait(actions.BEAT.total_seconds())
    connection.close()


def _end_with(supervisor: int) -> None:
    while os.read(supervisor, 1024):
        pass
    _end_now()


def _end_now() -> NoReturn:
    # Without clean-up: every job is safe to be killed, and a successor may be starting already.
    os._exit(1)
