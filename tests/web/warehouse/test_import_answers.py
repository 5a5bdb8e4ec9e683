"""Columns of answers chosen on the page of an import: previewed, put on record, and taken back with the import."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from tests.web.warehouse.test_import_pages import bring_in, choices, upload
from tillit.events.key import read_or_create_key
from tillit.events.subject import subject_of
from tillit.vocabulary import ContactChannel, IdentifierKind, Purpose
from tillit_web.jobs.worker import do_waiting_jobs
from tillit_web.people import queries
from tillit_web.people.models import Contact
from tillit_web.warehouse.folders import data_directory
from tillit_web.warehouse.models import Import

pytestmark = pytest.mark.django_db(transaction=True)

LETTERS = """E-post;Nyhetsbrev;Svarade;Formulär
ana@example.org;ja;2026-03-01 10:00;kassan
bo@example.org;kanske;2026-03-02 11:00;kassan
"""
ANSWERS = {
    "who-email": "E-post",
    "e0-time": "",
    "c0-to": "marketing.email",
    "c0-answer": "Nyhetsbrev",
    "c0-time": "Svarade",
    "c0-where": "Formulär",
}


def of_ana() -> bytes:
    return subject_of(IdentifierKind.EMAIL, "ana@example.org", key=read_or_create_key(data_directory()))


def test_answers_are_previewed_put_on_record_and_taken_back(as_ana: Client) -> None:
    row = upload(as_ana, LETTERS, name="letters.csv")
    page = as_ana.post(f"/import/{row.id}/look/", {**choices(as_ana, row), **ANSWERS}).content.decode()
    assert "What customers said yes and no to, in the first rows" in page
    assert "Row 2 would be rejected:" in page
    assert "gives no event" not in page
    row = bring_in(as_ana, row, **ANSWERS)
    assert row.state == Import.State.DONE, row.problem
    assert row.receipt["rows"]["reasons"] == [["answer_unreadable", 1]]
    done = as_ana.get(f"/import/{row.id}/").content.decode()
    assert "Answers of customers that are new" in done
    assert "An answer that is neither yes nor no" in done
    given = queries.standing_of([of_ana()])[Purpose.MARKETING, ContactChannel.EMAIL]
    assert (given.granted, given.where) == (True, "letters.csv, #1, kassan")
    assert given.at == datetime(2026, 3, 1, 9, tzinfo=UTC), "Stockholm's clock"
    assert Contact.objects.get().value == "ana@example.org"
    assert "counts no more" in as_ana.get(f"/import/{row.id}/undo/").content.decode()
    as_ana.post(f"/import/{row.id}/undo/")
    do_waiting_jobs()
    row.refresh_from_db()
    assert row.state == Import.State.UNDONE
    assert queries.standing_of([of_ana()]) == {}


@pytest.mark.parametrize("changed", [{"c0-answer": ""}, {"c0-time": ""}, {"c0-to": ""}])
def test_half_a_choice_imports_nothing_and_says_so(as_ana: Client, changed: dict[str, str]) -> None:
    row = upload(as_ana, LETTERS, name="letters.csv")
    answer = as_ana.post(f"/import/{row.id}/", {**choices(as_ana, row), **ANSWERS, **changed, "do": "start"})
    assert answer.status_code == 200
    assert b"Choose the column" in answer.content
    row.refresh_from_db()
    assert row.state == Import.State.UNDERSTOOD
