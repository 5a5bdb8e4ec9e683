"""The nightly search finds an erased person wherever they are planted, and nobody who came back."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.web.warehouse.test_import_over_http import basic
from tests.web.warehouse.test_kept_out import ANA, ORDERS
from tillit.events.absence import Absent, Proof, recorded
from tillit.events.contract import EVENT_SCHEMA
from tillit.events.hot import HotEvent, pack
from tillit.events.key import read_or_create_key
from tillit.events.log import EventLog
from tillit.events.segments import SegmentKind
from tillit.events.subject import subject_of
from tillit.vocabulary import IdentifierKind, Purpose
from tillit_web.booking.models import Booking, Host, Kind
from tillit_web.collect import actions as collect
from tillit_web.collect.queries import storage
from tillit_web.collect.sealing import seal_all
from tillit_web.collect.storage import Arrival
from tillit_web.jobs.worker import do_waiting_jobs
from tillit_web.me.views import OPENED
from tillit_web.people import consents
from tillit_web.people.erasure import ask_erasure
from tillit_web.people.models import Company, Contact, Correction
from tillit_web.serving.doctor import examine
from tillit_web.warehouse import absence
from tillit_web.warehouse.builds import rebuild
from tillit_web.warehouse.erasing import erase_waiting
from tillit_web.warehouse.models import Import

pytestmark = pytest.mark.django_db(transaction=True)
OLD = 1_700_000_000_000_000  # microseconds UTC, before any erasure here


def now() -> int:
    return time.time_ns() // 1_000


def to_disk() -> None:
    """Tests keep Django's tables in memory; where tillit runs they are a file, which the search reads."""
    connection.ensure_connection()
    with closing(sqlite3.connect(Path(settings.DATA_DIRECTORY) / "app.sqlite")) as file:
        connection.connection.backup(file)


def looked() -> Proof:
    to_disk()
    return absence.look(now=now())


def places(proof: Proof) -> list[str]:
    return [trace.place for trace in proof.traces]


@pytest.fixture
def data(data_directory: Path, company: Company, client: Client) -> Path:
    """Ana and others came in by a file; Ana was erased. `before` is the directory with her still in it."""
    headers = {"authorization": basic(collect.create_key("till").text)}
    client.post("/v1/import?name=orders.csv", ORDERS.encode(), content_type="text/csv", headers=headers)
    do_waiting_jobs()
    for folder in ("log", "store"):
        shutil.copytree(data_directory / folder, data_directory.parent / f"{data_directory.name}-before" / folder)
    ask_erasure([ana(data_directory)], by="owner")
    erase_waiting()
    return data_directory


def ana(data: Path) -> bytes:
    return subject_of(IdentifierKind.EMAIL, ANA, key=read_or_create_key(data))


def test_after_an_erasure_nothing_is_found(data: Path) -> None:
    proof = looked()
    assert proof.is_clean, proof
    assert proof.erased == 2, "address and phone"
    assert proof.rows > 60
    with EventLog.open(data) as log:
        assert recorded(log, most=5) == (proof,)


def _segment(data: Path) -> None:
    source = next((data.parent / f"{data.name}-before" / "log").glob("*-events.parquet"))
    shutil.copyfile(source, data / "log" / "999999-events.parquet")


def _build(data: Path) -> None:
    source = data.parent / f"{data.name}-before" / "store"
    shutil.copytree(next(path for path in source.iterdir() if path.is_dir()), data / "store" / "999")


def _contact(data: Path) -> None:
    Contact.objects.create(subject=ana(data), kind="email", value="x")


def _old_correction(data: Path) -> None:
    row = Correction.objects.create(subject=ana(data), text="x")
    Correction.objects.filter(pk=row.pk).update(asked_at=timezone.now() - timedelta(days=9))


def _session(data: Path) -> None:
    session = SessionStore()
    session[OPENED] = [ana(data).hex(), 0]
    session.save()


def _answer(data: Path) -> None:
    consents.record_consent([ana(data)], Purpose.MEASUREMENT, granted=True, how=consents.How.STAFF, where="x")
    with closing(sqlite3.connect(data / "consents.sqlite")) as file:
        file.execute("update consent_subject set at = 5")
        file.commit()


def _hot(data: Path) -> None:
    event = HotEvent(
        event_id="1", source="till", occurred_at=OLD, received_at=OLD, clock_skew=0, subject=ana(data),
        subject_kind="email", activity="x", channel="", function="", actor="",
    )  # fmt: skip
    with storage() as opened:
        opened.accept([Arrival(b"d" * 16, b"c" * 8, 1, OLD, pack(event), b"", b"")])


def _rejected(data: Path) -> None:
    (path,) = data.glob("imports/*/rejected.csv")
    path.write_text(f"email;row;code;reason\r\n{ANA};1;x;y\r\nbo@example.org;2;x;y\r\n", encoding="utf-8")


PLANTED: tuple[tuple[Callable[[Path], None], str], ...] = (
    (_segment, "log/999999-events.parquet: subject"),
    (_build, "store/999/0000-details.parquet: subject"),
    (_contact, "app.sqlite: people_contact.subject"),
    (_old_correction, "app.sqlite: people_correction.subject"),
    (_session, "app.sqlite: browsers that were open on the own page"),
    (_answer, "consents.sqlite: consent_subject.subject"),
    (_hot, "events.sqlite: hot.event"),
    (_rejected, "rejected.csv: cells"),
)


def test_what_is_planted_is_found_where_it_is(data: Path) -> None:
    for plant, _ in PLANTED:
        plant(data)
    proof = looked()
    for _, place in PLANTED:
        assert [trace.rows for trace in proof.traces if trace.place.endswith(place)] == [1], place
    assert not any(part in str(proof) for part in (ANA, ana(data).hex())), "it says where, never of whom"


def test_an_event_under_another_subject_is_known_by_its_id(data: Path) -> None:
    source = next((data.parent / f"{data.name}-before" / "log").glob("*-events.parquet"))
    rows = pq.read_table(source).to_pylist()
    others = [{**row, "subject": b"z" * 16} for row in rows]
    pq.write_table(pa.Table.from_pylist(others, schema=EVENT_SCHEMA), data / "log" / "999999-events.parquet")
    assert [(trace.place, trace.rows) for trace in looked().traces] == [("log/999999-events.parquet: event_id", 1)]
    with EventLog.open(data) as log:
        absent = Absent(log)
        erased = absent.event_rows([row["source"] for row in rows], [row["event_id"] for row in rows])
    assert [row["event_id"] for row, gone in zip(rows, erased, strict=True) if gone] == [
        row["event_id"] for row in rows if row["subject"] == ana(data)
    ]


def test_who_came_back_is_no_trace(data: Path) -> None:
    event = HotEvent(
        event_id="1", source="till", occurred_at=now(), received_at=now(), clock_skew=0, subject=ana(data),
        subject_kind="email", activity="order_completed", channel="store", function="sales", actor="customer",
    )  # fmt: skip
    with storage() as opened:
        opened.accept([Arrival(b"d" * 16, b"c" * 8, 1, now(), pack(event), b"", b"")])
    _contact(data)
    assert looked().is_clean
    do_waiting_jobs()
    seal_all()
    rebuild()
    assert looked().is_clean
    with EventLog.open(data) as log:
        found = [ana(data) in pq.read_table(path)["subject"].to_pylist() for path in log.sound(SegmentKind.EVENTS)]
    assert any(found), "she is there"


def test_what_was_found_is_erased_again_and_then_it_is_clean(data: Path) -> None:
    Contact.objects.create(subject=ana(data), kind="email", value="x")
    to_disk()
    assert absence.ask_again(now=now()) == 1
    (receipt,) = erase_waiting()
    assert receipt.asked_by == "proof"
    assert receipt.removed["app.sqlite: contact details"] == 1
    assert looked().is_clean


def test_whoever_waits_too_long_is_told_of(data: Path) -> None:
    ask_erasure([b"y" * 16], by="owner")
    with EventLog.open(data) as log:
        log.connection.execute("update erasure set asked_at = asked_at - 73 * 3600000000 where state = 'asked'")
    proof = looked()
    assert (len(proof.overdue), proof.traces) == (1, ())
    assert not proof.is_clean


def test_pages_and_doctor_say_what_was_found_and_what_to_do(data: Path, as_ana: Client, as_bo: Client) -> None:
    assert b"It has not been searched yet" in as_ana.get("/settings/privacy/erasures/").content
    looked()
    assert b"none of them stands there" in as_ana.get("/settings/privacy/").content
    assert b"nightly search could not show" not in as_ana.get("/home/").content
    _contact(data)
    looked()
    page = as_ana.get("/settings/privacy/erasures/").content.decode()
    assert "app.sqlite: people_contact.subject: 1 row" in page
    assert "tillit forget --found" in page
    assert "something found" not in page, "the latest stands above, and the earlier one was clean"
    assert b"What was found, and what to do" in as_ana.get("/home/").content
    assert b"Tell the owner" in as_bo.get("/home/").content
    told = [finding for finding in examine(data) if finding.subject == "erasure"]
    assert [finding.is_well for finding in told] == [False]
    assert "--found" in told[0].advice
    assert Import.objects.count() == 1


def test_a_booking_that_was_left_is_found_by_what_it_says_and_a_later_one_is_hers(data: Path) -> None:
    kind, host = Kind.objects.create(slug="call", name="A call", where="by phone"), Host.objects.create(name="Bo")
    old = datetime.fromtimestamp(OLD / 1_000_000, UTC)
    told = {"kind": kind, "host": host, "starts_at": timezone.now()}
    Booking.objects.create(**told, changed_at=timezone.now() + timedelta(minutes=1), wishes=f"write to {ANA}, please")
    assert places(looked()) == [], "she came back and booked"
    Booking.objects.create(**told, changed_at=old, wishes="write to bo@example.org, please")
    assert places(looked()) == []
    Booking.objects.create(**told, changed_at=old, wishes=f"write to {ANA}, please")
    assert places(looked()) == ["app.sqlite: bookings"]
