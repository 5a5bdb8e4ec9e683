"""What the core found out and refused, on pages and in files for readers of Swedish and Norwegian."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client

from tests.web.warehouse.test_import_pages import ORDER, bring_in, upload
from tillit_web.people.models import User
from tillit_web.warehouse.models import Import

pytestmark = pytest.mark.django_db(transaction=True)

# Nothing here says what happened, and one row names nobody.
VISITS = "Kundnr;Datum;Notering\n7;2026-03-01;a\n;2026-03-02;b\n9;2026-03-03;c\n"


@pytest.fixture
def as_reader(as_ana: Client, ana: User, request: pytest.FixtureRequest) -> Client:
    """Ana, who reads the language that the test names."""
    ana.language = request.param
    ana.save()
    return as_ana


def page_of(client: Client, row: Import) -> str:
    return client.get(f"/import/{row.id}/").content.decode()


@pytest.mark.parametrize("as_reader", ["sv"], indirect=True)
def test_what_is_unsure_certain_and_refused_is_said_in_swedish(as_reader: Client) -> None:
    page = page_of(as_reader, upload(as_reader, VISITS, name="besok.csv"))
    assert "Ingen kolumn säger vad som hände, så varje rad kallas" in page
    assert "Läst som CSV: UTF-8, kolumner skilda med semikolon." in page
    assert "Tiderna har ingen tidszon och läses som svensk tid (Europe/Stockholm)" in page
    assert "Raden anger ingen i &quot;Kundnr&quot;. Fyll i någon, eller välj en annan kolumn." in page
    assert "No column says" not in page


@pytest.mark.parametrize(
    ("as_reader", "said"),
    [
        ("sv", "order.csv är ett PDF-dokument, inte en tabell med händelser. Exportera tabellen som CSV"),
        ("nb", "order.csv er et PDF-dokument, ikke en tabell med hendelser. Eksporter tabellen som CSV"),
        ("en", "order.csv is a PDF document, not a table of events. Export the table as CSV"),
    ],
    indirect=["as_reader"],
)
def test_why_a_file_failed_is_said_to_each_reader_in_their_language(as_reader: Client, said: str) -> None:
    row = upload(as_reader, "%PDF-1.7 …", name="order.csv")
    assert row.state == Import.State.FAILED
    assert said in page_of(as_reader, row)


@pytest.mark.parametrize("as_reader", ["nb"], indirect=True)
def test_the_receipt_and_the_file_of_rejected_rows_are_in_norwegian(as_reader: Client) -> None:
    row = bring_in(as_reader, upload(as_reader), **ORDER)
    assert "Lest som CSV: UTF-8, kolonner skilt med semikolon." in page_of(as_reader, row)
    got = as_reader.get(f"/import/{row.id}/rejected.csv")
    text = b"".join(got.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    nobody, much = csv.DictReader(io.StringIO(text), delimiter=";")
    assert nobody["reason"] == 'Raden oppgir ingen i "E-post". Fyll inn en, eller velg en annen kolonne.'
    assert much["reason"].startswith('"mycket" i "Belopp" er ikke et beløp.')
