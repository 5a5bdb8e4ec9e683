"""A file on its way through the pages: understood, corrected, imported, undone. The worker's jobs run in between."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tillit.events.log import EventLog
from tillit.events.segments import SegmentKind
from tillit_web.jobs.worker import do_waiting_jobs
from tillit_web.people.models import Contact
from tillit_web.warehouse import jobs, queries
from tillit_web.warehouse.folders import data_directory, import_folder
from tillit_web.warehouse.models import Import, KeptMapping

pytestmark = pytest.mark.django_db(transaction=True)

ORDERS = """Id;E-post;Datum;Belopp
1;ana@example.org;2026-03-01 10:00;1250,50
2;bo@example.org;2026-03-02 11:00;100,00
3;;2026-03-03 10:00;5,00
4;cy@example.org;2026-03-04 12:00;mycket
"""


# What the columns do not say: it is an order, and its amount is in kronor.
ORDER = {"e0-activity": "order_completed", "e0-amount": "Belopp", "file-currency": "=SEK"}


def upload(client: Client, text: str = ORDERS, *, name: str = "order.csv") -> Import:
    answer = client.post("/import/", {"file": SimpleUploadedFile(name, text.encode())})
    assert answer.status_code == 302, answer.content.decode()
    do_waiting_jobs()
    return Import.objects.latest("arrived_at")


def choices(client: Client, row: Import) -> dict[str, str]:
    """The form as the page has it, before anybody changes a line."""
    form = client.get(f"/import/{row.id}/").context["form"]
    said = {field.html_name: field.value() for field in form}
    return {name: value for name, value in said.items() if value not in (None, False)}


def bring_in(client: Client, row: Import, **changed: str) -> Import:
    answer = client.post(f"/import/{row.id}/", {**choices(client, row), **changed, "do": "start"})
    assert answer.status_code == 302, answer.content.decode()
    do_waiting_jobs()
    row.refresh_from_db()
    return row


def event_rows() -> int:
    with EventLog.open(data_directory()) as log:
        return sum(segment.rows for segment in log.segments(SegmentKind.EVENTS))


def test_a_file_is_understood_imported_and_undone(as_ana: Client) -> None:
    row = upload(as_ana)
    assert row.state == Import.State.UNDERSTOOD
    page = as_ana.get(f"/import/{row.id}/")
    assert "ana@example.org" in page.content.decode()
    assert "Row 3 would be rejected:" in page.content.decode()
    assert event_rows() == 0, "nothing is imported before somebody said so"

    row = bring_in(as_ana, row, **ORDER)
    assert row.state == Import.State.DONE, row.problem
    receipt = row.receipt["rows"]
    counts = [receipt[name] for name in ("rows", "accepted", "duplicate", "rejected")]
    assert counts == [4, 2, 0, 2]
    assert event_rows() == 2
    assert queries.current_store() is not None
    assert set(Contact.objects.values_list("value", flat=True)) >= {"ana@example.org", "bo@example.org"}

    got = as_ana.get(f"/import/{row.id}/rejected.csv")
    text = b"".join(got.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rejected = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert [(line["Id"], line["Belopp"]) for line in rejected] == [("3", "5,00"), ("4", "mycket")]
    assert all(line["reason"] for line in rejected)

    assert "2 events leave the journeys." in as_ana.get(f"/import/{row.id}/undo/").content.decode()
    as_ana.post(f"/import/{row.id}/undo/")
    do_waiting_jobs()
    row.refresh_from_db()
    assert row.state == Import.State.UNDONE
    assert event_rows() == 0


def test_the_clear_file_is_gone_after_the_import_and_kept_until_then(as_ana: Client) -> None:
    row = upload(as_ana)
    assert (import_folder(row.id) / "upload.csv").read_text() == ORDERS
    bring_in(as_ana, row, **ORDER)
    left = b"".join(path.read_bytes() for path in import_folder(row.id).rglob("*") if path.is_file())
    assert b"ana@example.org" not in left


def test_a_second_file_with_the_same_rows_is_all_duplicates_until_the_first_is_undone(as_ana: Client) -> None:
    first = bring_in(as_ana, upload(as_ana), **ORDER)
    second = bring_in(as_ana, upload(as_ana, name="again.csv"), **ORDER)
    assert second.receipt["rows"]["duplicate"] == 2
    as_ana.post(f"/import/{first.id}/undo/")
    do_waiting_jobs()
    assert event_rows() == 2
    assert "Events that count since another import was undone" in as_ana.get(f"/import/{second.id}/").content.decode()


def test_a_wrong_choice_is_seen_in_the_preview_and_a_right_one_is_kept_for_next_time(as_ana: Client) -> None:
    row = upload(as_ana)
    said = choices(as_ana, row)
    shown = as_ana.post(f"/import/{row.id}/look/", {**said, "e0-activity": "quote_requested"})
    assert "quote_requested" in shown.content.decode()
    assert "<html" not in shown.content.decode(), "htmx gets the table alone"
    whole = as_ana.post(f"/import/{row.id}/", {**said, "e0-activity": "quote_requested", "do": "look"})
    assert "quote_requested" in whole.content.decode()
    assert "<html" in whole.content.decode()
    as_ana.post(f"/import/{row.id}/", {**said, "e0-activity": "quote_requested", "do": "keep", "kept_as": "Our offers"})
    assert KeptMapping.objects.get().name == "Our offers"
    later = upload(as_ana, ORDERS.replace("2026-03", "2026-04"), name="april.csv")
    page = as_ana.get(f"/import/{later.id}/").content.decode()
    assert "Our offers" in page
    assert "quote_requested" in page


def test_a_date_that_can_be_read_in_two_ways_is_asked_about_without_a_word_of_toml(as_ana: Client) -> None:
    row = upload(as_ana, ORDERS.replace("2026-03-01 10:00", "03/04/2026").replace("2026-03-02 11:00", "05/06/2026"))
    page = as_ana.get(f"/import/{row.id}/").content.decode()
    assert "no row tells the day from the month" in page
    assert "Choose the right form below" in page
    assert "format =" not in page
    assert "its times are empty" not in page
    look = {**choices(as_ana, row), **ORDER, "e0-format": "%d/%m/%Y"}
    answered = as_ana.post(f"/import/{row.id}/look/", look, headers={"HX-Request": "true"}).content.decode()
    assert "3 Apr 2026" in answered


def test_a_file_without_anybody_in_it_asks_whose_its_rows_are(as_ana: Client) -> None:
    row = upload(as_ana, "Datum;Belopp\n2026-03-01;5,00\n2026-03-02;6,00\n")
    assert row.state == Import.State.UNDERSTOOD
    said = choices(as_ana, row)
    answer = as_ana.post(f"/import/{row.id}/", {**said, "do": "start"})
    assert "Choose at least one column that says whose each row is" in answer.content.decode()
    row.refresh_from_db()
    assert row.state == Import.State.UNDERSTOOD


def test_a_document_is_refused_in_plain_words_and_can_be_discarded(as_ana: Client) -> None:
    row = upload(as_ana, "%PDF-1.7 …", name="orders.csv")
    assert row.state == Import.State.FAILED
    page = as_ana.get(f"/import/{row.id}/").content.decode()
    assert "orders.csv is a PDF document" in page
    assert as_ana.post(f"/import/{row.id}/discard/").status_code == 302
    assert not Import.objects.exists()
    assert not import_folder(row.id).exists()


def test_a_job_that_is_run_again_changes_nothing(as_ana: Client) -> None:
    row = bring_in(as_ana, upload(as_ana), **ORDER)
    for job in (jobs.understand, jobs.bring_in, jobs.take_out):
        job.enqueue(import_id=row.id.hex)
    do_waiting_jobs()
    row.refresh_from_db()
    assert row.state == Import.State.DONE
    assert event_rows() == 2


def test_an_import_whose_job_failed_says_so_and_can_be_tried_again(as_ana: Client) -> None:
    row = upload(as_ana)
    in_the_way = import_folder(row.id) / "staged"  # an error that no message of ours foresees
    in_the_way.write_text("a file where a folder should be")
    row = bring_in(as_ana, row, **ORDER)
    page = as_ana.get(f"/import/{row.id}/").content.decode()
    assert "was not imported" in page
    assert "The work ended unexpectedly (FileExistsError)." in page
    row.refresh_from_db()
    assert row.state == Import.State.FAILED
    in_the_way.unlink()
    as_ana.post(f"/import/{row.id}/again/")
    do_waiting_jobs()
    row.refresh_from_db()
    assert row.state == Import.State.UNDERSTOOD


def test_damage_is_named_on_the_list(as_ana: Client) -> None:
    bring_in(as_ana, upload(as_ana), **ORDER)
    assert "has changed on the disk" not in as_ana.get("/import/").content.decode()
    with EventLog.open(data_directory()) as log:
        path = log.segments(SegmentKind.EVENTS)[0].path
    path.write_bytes(path.read_bytes()[:-1])
    page = as_ana.get("/import/").content.decode()
    assert "has changed on the disk" in page
    assert path.name in page


def test_specialists_do_not_import(as_bo: Client, as_ana: Client) -> None:
    row = upload(as_ana)
    for path in ("/import/", f"/import/{row.id}/", f"/import/{row.id}/undo/", f"/import/{row.id}/rejected.csv"):
        assert as_bo.get(path).status_code == 403
    assert as_bo.post("/import/", {"file": SimpleUploadedFile("a.csv", b"a")}).status_code == 403
