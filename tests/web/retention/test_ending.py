"""Each class ends by itself; a shorter length can be taken back, or is confirmed with what goes."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.test import Client
from django_tasks_db.models import DBTaskResult

from tests.journeys.logs import Event, subject_of
from tillit.errors import InputError
from tillit.events.builds import current_build
from tillit.events.log import EventLog
from tillit.events.retention import CLASSES, DataClass, class_of
from tillit.events.segments import SegmentKind
from tillit_web.jobs.schedule import enqueue_due
from tillit_web.people.models import AccessRecord, Company, Contact, ContactReason, User
from tillit_web.retention import actions, queries
from tillit_web.retention.models import Run
from tillit_web.warehouse.folders import import_folder
from tillit_web.warehouse.models import Import

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def after(days: float) -> datetime:
    return EPOCH + timedelta(days=days)


def classes(events: list[Event]) -> Counter[DataClass]:
    return Counter(class_of(event.activity, event.channel) for event in events)


def ids_in_log(data: Path) -> set[str]:
    with EventLog.open(data) as log:
        paths = log.sound_or_refuse(log.segments(SegmentKind.EVENTS))
    return {name for path in paths for name in pq.read_table(path)["event_id"].to_pylist()}


def test_what_is_over_goes_from_every_file_and_the_build(data_directory: Path, small_shop: list[Event]) -> None:
    now = after(CLASSES[DataClass.WEB].days + 1)  # visits and texts are over, orders and shop visits are not
    gone = classes(small_shop)
    expected = {name: gone[name] for name in (DataClass.WEB, DataClass.TEXTS)}
    would = queries.would_go(queries.over_before(now=now))
    assert {name: rows for name, rows in would.items() if rows} == expected
    assert len(ids_in_log(data_directory)) == len(small_shop), "looking changes nothing"
    removed = actions.end_what_is_over(now=now)
    assert removed == {name.value: rows for name, rows in expected.items()}
    stays = {one.id for one in small_shop if class_of(one.activity, one.channel) not in expected}
    assert ids_in_log(data_directory) == stays
    assert queries.still_counted() == sum(expected.values())
    with EventLog.open(data_directory) as log:
        build = current_build(log)
        assert build is not None
        named = {segment.path.name for kind in SegmentKind for segment in log.segments(kind)}
        assert build.segments == {segment.id for segment in log.segments(SegmentKind.EVENTS)}
    assert {path.name for path in (data_directory / "log").glob("*.parquet")} == named, "and the old files are gone"
    assert [path.name for path in (data_directory / "store").iterdir() if path.is_dir()] == [build.directory.name]
    assert actions.end_what_is_over(now=now) == {}
    assert [run.removed for run in Run.objects.all()] == [{}, removed]
    assert [run.removed for run in queries.runs(limit=5)] == [removed]


def test_contact_details_go_with_the_last_event_unless_there_is_a_reason(
    data_directory: Path, small_shop: list[Event]
) -> None:
    buyers = {event.who for event in small_shop if event.activity == "order_completed"}
    in_shops = {event.who for event in small_shop if event.channel == "store"}
    visitor = next(event.who for event in small_shop if event.who not in buyers | in_shops)
    buyer = min(buyers)
    for who in (visitor, buyer):
        Contact.objects.create(subject=subject_of(who), kind="name", value=who)
    Contact.objects.create(subject=b"booked by phone.", kind="name", value="Cy")
    now = after(CLASSES[DataClass.WEB].days + 1)
    ContactReason.objects.create(
        subject=b"booked by phone.", basis="booking", evidence="17", ends_at=now + timedelta(days=1)
    )
    assert actions.end_what_is_over(now=now)[actions.CONTACTS] == 1
    assert set(Contact.objects.values_list("value", flat=True)) == {buyer, "Cy"}


def test_records_and_files_end_too(data_directory: Path, ana: User) -> None:
    now = datetime.now(UTC)
    old, young = (AccessRecord.objects.create(member=ana, reason=reason) for reason in ("old", "young"))
    AccessRecord.objects.filter(pk=old.pk).update(opened_at=now - timedelta(days=731))
    states = (Import.State.DONE, Import.State.UNDERSTOOD, Import.State.RUNNING, Import.State.DONE)
    rows = [Import.objects.create(file_name=state, file_bytes=1, state=state) for state in states]
    for row in rows:
        import_folder(row.id).mkdir(parents=True)
        (import_folder(row.id) / "rejected.csv").write_text("a row that was refused")
    Import.objects.filter(pk__in=[row.pk for row in rows[:3]]).update(arrived_at=now - timedelta(days=91))
    would = queries.would_go(queries.over_before(now=now))
    assert (would[DataClass.ACCESS_RECORD], would[DataClass.IMPORT_FILES]) == (1, 2)
    assert actions.end_what_is_over(now=now) == {"access_record": 1, "import_files": 2}
    assert list(AccessRecord.objects.all()) == [young]
    assert [import_folder(row.id).exists() for row in rows] == [False, False, True, True]
    assert set(Import.objects.all()) == {rows[0], rows[2], rows[3]}, (
        "a receipt stays; a file nobody brought in does not"
    )


def test_longer_holds_at_once_and_shorter_in_seven_days(company: Company, ana: User) -> None:
    now = after(1000)
    assert actions.choose(DataClass.WEB, 500, now=now, by=ana).days == 500
    waiting = actions.choose(DataClass.WEB, 100, now=now, by=ana)
    assert (waiting.days, waiting.waiting_days, waiting.waiting_until) == (500, 100, now + timedelta(days=7))
    for days, expected in ((6.9, 500), (7, 100), (30, 100)):
        assert queries.kept_class(DataClass.WEB, now=now + timedelta(days=days)).days == expected
    actions.keep_as_it_is(DataClass.WEB, now=now + timedelta(days=6))
    assert queries.kept_class(DataClass.WEB, now=now + timedelta(days=30)).days == 500
    for days in (0, -1, 3651):
        with pytest.raises(InputError, match="cannot be chosen"):
            actions.choose(DataClass.WEB, days, now=now)


def test_shorter_at_once_needs_the_number_that_goes(small_shop: list[Event]) -> None:
    now = after(200)
    visits = classes(small_shop)[DataClass.WEB]
    with pytest.raises(actions.OtherCount, match=f"{visits} would go now, not {visits - 1}"):
        actions.choose(DataClass.WEB, 100, now=now, confirmed=visits - 1)
    assert queries.kept_class(DataClass.WEB, now=now).days == CLASSES[DataClass.WEB].days
    assert actions.choose(DataClass.WEB, 100, now=now, confirmed=visits).days == 100
    assert actions.end_what_is_over(now=now)["web"] == visits


def test_the_schedule_looks_once_a_day(company: Company) -> None:
    now = datetime.now(UTC)
    looks = DBTaskResult.objects.filter(task_path__contains="retention")
    enqueue_due(now=now)
    assert looks.count() == 1
    looks.update(status="SUCCESSFUL", finished_at=now, enqueued_at=now)
    enqueue_due(now=now + timedelta(hours=23))
    assert looks.count() == 1
    enqueue_due(now=now + timedelta(hours=25))
    assert looks.filter(status="READY").count() == 1


def test_the_page_says_what_goes_and_changes_it(as_ana: Client, small_shop: list[Event]) -> None:
    address = "/settings/privacy/retention/"
    page = as_ana.get(address).content.decode()
    assert f"{len(small_shop)} rows go with the next run" in page  # they came in 1970
    orders = classes(small_shop)[DataClass.ORDERS]
    asked = as_ana.post(f"{address}orders/", {"days": "90"}).content.decode()
    assert f"With 90 days {orders} rows are too old and go" in asked
    assert queries.kept_class(DataClass.ORDERS, now=datetime.now(UTC)).days == 1095, "nothing is changed yet"
    as_ana.post(f"{address}orders/", {"days": "90", "wait": "1"})
    page = as_ana.get(address).content.decode()
    assert "90 days from" in page
    assert "Keep it for 1,095 days" in page
    as_ana.post(f"{address}orders/keep/")
    assert "90 days from" not in as_ana.get(address).content.decode()
    stale = as_ana.post(f"{address}orders/", {"days": "90", "confirmed": "1"}, follow=True).content.decode()
    assert f"{orders} would go now, not 1" in stale
    as_ana.post(f"{address}orders/", {"days": "90", "confirmed": str(orders)})
    assert queries.kept_class(DataClass.ORDERS, now=datetime.now(UTC)).days == 90
    actions.end_what_is_over(now=datetime.now(UTC))
    page = as_ana.get(address).content.decode()
    assert "Nothing is old enough to go within 30 days" in page
    assert f"Orders: {orders}" in page
    assert as_ana.get(f"{address}everything/").status_code == 404


def test_others_do_not_open_it(as_cy: Client, as_bo: Client) -> None:
    for client in (as_cy, as_bo):
        assert client.get("/settings/privacy/retention/").status_code == 403
        assert client.post("/settings/privacy/retention/web/", {"days": "9"}).status_code == 403
