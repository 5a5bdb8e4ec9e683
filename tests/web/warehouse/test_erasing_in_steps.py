"""Erasure filters at once and writes files anew once for many; whoever comes back in between begins anew."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.events.staged import Event, stage_events, subject
from tests.web.warehouse.test_queries import RULE, bring_in
from tillit.events import erasures
from tillit.events.builds import current_build
from tillit.events.contract import EVENT_SCHEMA
from tillit.events.key import read_or_create_key
from tillit.events.log import EventLog
from tillit.events.publishing import publish
from tillit.events.segments import SegmentKind
from tillit.journeys.graph import overview
from tillit.journeys.locked import read_locked, store_key
from tillit.vocabulary import Purpose
from tillit_web.jobs.worker import do_waiting_jobs
from tillit_web.people.erasure import ask_erasure
from tillit_web.people.models import Company
from tillit_web.warehouse import actions, queries
from tillit_web.warehouse.builds import rebuild
from tillit_web.warehouse.erasing import REMOVE_AFTER, erase_waiting, filter_waiting, is_due, remove_filtered

pytestmark = pytest.mark.django_db(transaction=True)

MANY = [Event(f"{number}", f"person {number % 7}", "product_viewed") for number in range(70)]
OF_ANA = [Event("a1", "ana", "order_completed", linked="phone of ana"), Event("a2", "phone of ana", "call_booked")]
OF_BO = [Event("b1", "bo", "order_completed"), Event("b2", "bo", "question_asked")]


@pytest.fixture
def shop(data_directory: Path, company: Company) -> Path:
    read_or_create_key(data_directory)
    bring_in(data_directory, "file", [*MANY, *OF_ANA, *OF_BO])
    rebuild()
    return data_directory


def counts() -> dict[str, int]:
    view = queries.current_view(RULE, purpose=Purpose.MEASUREMENT)
    assert view is not None
    return {found.name: found.events for found in overview(view).activities if found.events}


def in_files(folder: Path, person: str) -> set[str]:
    """Where Parquet files of ours hold a subject in some column of 16 bytes."""
    found = set()
    for path in [*(folder / "log").rglob("*.parquet"), *(folder / "store").rglob("*.parquet")]:
        table = read_locked(path, store_key(read_or_create_key(folder))) if is_locked(path) else pq.read_table(path)
        for name in table.schema.names:
            if table.schema.field(name).type == pa.binary(16) and subject(person) in table[name].to_pylist():
                found.add(path.relative_to(folder).parts[0])
    return found


def is_locked(path: Path) -> bool:
    return path.read_bytes()[:4] == b"PARE"


def test_filtering_leaves_the_base_and_no_number_of_the_person(shop: Path) -> None:
    with EventLog.open(shop) as log:
        base = current_build(log)
    ask_erasure([subject("ana")], by="owner")
    assert filter_waiting() == 1
    with EventLog.open(shop) as log:
        now = current_build(log)
        (receipt,) = erasures.receipts(log)
    assert base is not None
    assert now is not None
    assert now.base == base.number, "a delta, and no file of the base was written"
    assert (receipt.filtered_at is None, receipt.done_at) == (False, None)
    assert counts() == Counter(event.activity for event in (*MANY, *OF_BO))
    assert in_files(shop, "ana") == in_files(shop, "phone of ana") == {"log", "store"}
    assert filter_waiting() == 0, "once"


def test_many_erasures_are_one_rewriting_and_each_has_its_receipt(shop: Path) -> None:
    ask_erasure([subject("ana")], by="owner")
    filter_waiting()
    ask_erasure([subject("bo")], by="customer")
    filter_waiting()
    with EventLog.open(shop) as log:
        before = max(segment.id for kind in SegmentKind for segment in log.segments(kind))
    of_bo, of_ana = sorted(remove_filtered(), key=lambda receipt: -receipt.number)
    with EventLog.open(shop) as log:
        (events,) = log.segments(SegmentKind.EVENTS)
        after = max(segment.id for kind in SegmentKind for segment in log.segments(kind))
    assert after - before <= len([SegmentKind.EVENTS, SegmentKind.LINKS]), "each file was written once"
    assert events.rows == len(MANY)
    assert sum(rows for place, rows in of_ana.removed.items() if "-events" in place) == len(OF_ANA)
    assert sum(rows for place, rows in of_bo.removed.items() if "-events" in place) == len(OF_BO)
    for who in ("ana", "phone of ana", "bo"):
        assert in_files(shop, who) == set()
    assert counts() == Counter(event.activity for event in MANY)
    for receipt in (of_ana, of_bo):
        assert receipt.filtered_at is not None
        assert receipt.done_at is not None
        assert receipt.asked_at < receipt.filtered_at < receipt.done_at


def test_who_comes_back_before_files_are_written_anew_is_there_afterwards(shop: Path) -> None:
    ask_erasure([subject("ana")], by="owner")
    filter_waiting()
    later = time.time_ns() // 1_000
    parts = stage_events(shop / "back", [Event("a3", "ana", "product_viewed")])
    rows = [{**row, "occurred_at": later, "received_at": later} for row in pq.read_table(parts.events[0]).to_pylist()]
    pq.write_table(pa.Table.from_pylist(rows, schema=EVENT_SCHEMA), parts.events[0])
    with EventLog.open(shop) as log:
        publish(log, "back", replace(parts, links=[]), work=shop / "w")
    rebuild()
    assert counts() == Counter(event.activity for event in (*MANY, *OF_BO)), "hidden until files are written anew"
    remove_filtered()
    assert counts() == Counter([*(event.activity for event in (*MANY, *OF_BO)), "product_viewed"])


def test_the_worker_filters_at_once_and_writes_files_anew_after_a_day(shop: Path) -> None:
    actions.forget([subject("ana")], by="customer")
    do_waiting_jobs()
    with EventLog.open(shop) as log:
        (receipt,) = erasures.receipts(log)
    assert receipt.done_at is None
    day = int(REMOVE_AFTER.total_seconds() * 1_000_000)
    assert not is_due(now=receipt.asked_at + day - 1)
    assert is_due(now=receipt.asked_at + day)


def test_nothing_waits_and_nothing_is_written(shop: Path) -> None:
    files = sorted(path.name for path in shop.rglob("*.parquet"))
    assert erase_waiting() == ()
    assert sorted(path.name for path in shop.rglob("*.parquet")) == files
