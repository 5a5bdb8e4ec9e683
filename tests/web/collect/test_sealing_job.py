"""By itself, within its minute: what was collected is sealed, its contacts kept, and the pages' build brought up."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tests.events.test_sealing import arrival
from tillit.events.hot import unpack
from tillit.events.log import EventLog
from tillit.events.segments import SegmentKind
from tillit_web.collect.sqlite_storage import SqliteStorage
from tillit_web.collect.storage import Arrival
from tillit_web.jobs import schedule
from tillit_web.jobs.worker import do_waiting_jobs
from tillit_web.people.models import Company, Contact
from tillit_web.warehouse import queries
from tillit_web.warehouse.jobs import seal


@pytest.mark.django_db(transaction=True)
def test_collected_events_reach_the_pages_by_themselves(data_directory: Path) -> None:
    Company.objects.create(id=1, name="Exempelbutiken")
    plain = arrival("a")
    # Of whoever the event is about: a contact without an event ends by itself.
    contacts = msgspec.msgpack.encode([(unpack(plain.event).subject, "email", "ana@example.org")])
    with_contact = Arrival(
        plain.digest, plain.content, plain.key_id, plain.received_at, plain.event, contacts, plain.raw
    )
    storage = SqliteStorage.open(data_directory)
    storage.accept([with_contact, arrival("b")])
    storage.close()
    assert schedule.enqueue_due() >= 1
    assert schedule.enqueue_due() == 0
    do_waiting_jobs()
    store = queries.current_store()
    assert store is not None
    with EventLog.open(data_directory) as log:
        assert sum(segment.rows for segment in log.segments(SegmentKind.EVENTS)) == 2
    assert Contact.objects.get().value == "ana@example.org"
    assert b"ana@example.org" not in (data_directory / "events.sqlite").read_bytes()
    assert not queries.is_changing()


@pytest.mark.django_db
def test_a_scheduled_job_comes_back_after_its_interval_and_waits_for_itself(company: Company) -> None:
    now = timezone.now()

    def sealing_queued(after: timedelta) -> int:
        ours = DBTaskResult.objects.filter(task_path=seal.module_path)
        before = ours.count()
        schedule.enqueue_due(now=now + after)
        return ours.count() - before

    assert sealing_queued(timedelta(0)) == 1
    assert sealing_queued(timedelta(minutes=5)) == 0, "it still waits"
    DBTaskResult.objects.update(status="SUCCESSFUL", enqueued_at=now, finished_at=now)
    assert sealing_queued(timedelta(seconds=30)) == 0
    assert sealing_queued(timedelta(seconds=61)) == 1
    DBTaskResult.objects.update(status="SUCCESSFUL", enqueued_at=now, finished_at=now)
    assert sealing_queued(timedelta(days=-1)) == 1, "the clock was set back"
