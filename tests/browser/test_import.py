"""A shop's file in the browser: understood, corrected, imported, its rejected rows downloaded, undone."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import assert_accessible, assert_fits, make_owner
from tests.web.serving.running import Served

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}

# Decimal commas, semicolons, and two rows that cannot be taken: nobody is named, and a date that does not exist.
ORDERS = """Ordernummer;E-post;Orderdatum;Status;Summa
1001;ana@example.org;2026-03-01 10:00;order_completed;1 250,50
1002;bo@example.org;2026-03-02 11:30;order_completed;99,00
1003;;2026-03-03 09:00;order_completed;45,00
1004;cy@example.org;2026-02-31 12:00;order_completed;10,00
1005;ana@example.org;2026-03-20 10:00;order_completed;12,50
"""


def choose_file(page: Page, served: Served, folder: Path, label: str) -> None:
    path = folder / "order-mars.csv"
    path.write_text(ORDERS, encoding="utf-8")
    page.goto(f"{served.url}/import/")
    page.get_by_label(label, exact=True).set_input_files(path)


@pytest.mark.browser
@pytest.mark.browser_context_args(locale="en-GB", viewport=DESK)
def test_two_bad_rows_are_named_and_the_import_can_be_undone(page: Page, served: Served, tmp_path: Path) -> None:
    make_owner(page, served)
    page.get_by_role("navigation").get_by_role("link", name="Import").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bring in what your customers did.")
    assert_accessible(page)
    choose_file(page, served, tmp_path, "File")
    page.get_by_role("button", name="Read this file").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Is this what order-mars.csv says?", timeout=20_000)
    first = page.get_by_role("row", name="ana@example.org").first
    expect(first).to_contain_text("order_completed")
    expect(first).to_contain_text("1,250.50")
    expect(page.get_by_text("Row 3 would be rejected:")).to_be_visible()
    assert_accessible(page)

    # A choice shows in the table before anything is imported.
    fold = page.get_by_text("Correct what we understood")
    if not page.get_by_label("Decimal sign").is_visible():
        fold.click()
    page.get_by_label("Amount", exact=True).select_option("")
    expect(page.get_by_role("columnheader", name="Amount")).to_have_count(0)
    page.get_by_label("Amount", exact=True).select_option("Summa")
    expect(page.get_by_role("columnheader", name="Amount")).to_be_visible()
    assert_accessible(page)

    page.get_by_role("button", name="Import this file").click()
    expect(page.get_by_role("heading", name="Every row")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("3 of 5 rows")).to_be_visible()
    for name, count in (("Accepted", "3"), ("Duplicate", "0"), ("Rejected", "2"), ("Rows in the file", "5")):
        expect(page.get_by_role("row", name=name).get_by_role("cell")).to_have_text(count)
    assert_accessible(page)
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download the rejected rows").click()
    got = tmp_path / "rejected.csv"
    downloading.value.save_as(got)
    with got.open(encoding="utf-8-sig", newline="") as file:
        rejected = list(csv.DictReader(file, delimiter=";"))
    assert [(row["Ordernummer"], row["Summa"]) for row in rejected] == [("1003", "45,00"), ("1004", "10,00")]
    assert all(row["reason"] for row in rejected)

    page.get_by_role("link", name="Undo this import").click()
    expect(page.get_by_text("3 events leave the journeys.")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Undo this import").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("order-mars.csv is undone", timeout=20_000)
    assert_accessible(page)
    page.goto(f"{served.url}/import/")
    expect(page.get_by_text("Undone", exact=True)).to_be_visible()
    assert_accessible(page)


@pytest.mark.browser
@pytest.mark.browser_context_args(locale="sv-SE", viewport=PHONE)
def test_the_same_on_a_phone_in_swedish(page: Page, served: Served, tmp_path: Path) -> None:
    make_owner(page, served, language="sv")
    choose_file(page, served, tmp_path, "Fil")
    assert_fits(page)
    page.get_by_role("button", name="Läs filen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Är det här vad order-mars.csv säger?", timeout=20_000)
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("button", name="Importera filen").click()
    expect(page.get_by_role("heading", name="Varje rad")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("row", name="Avvisade").get_by_role("cell")).to_have_text("2")
    assert_accessible(page)
    assert_fits(page)


@pytest.mark.browser
@pytest.mark.browser_context_args(locale="en-GB", viewport=DESK, java_script_enabled=False)
def test_it_works_without_javascript(page: Page, served: Served, tmp_path: Path) -> None:
    make_owner(page, served)
    choose_file(page, served, tmp_path, "File")
    page.get_by_role("button", name="Read this file").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Is this what order-mars.csv says?", timeout=20_000)
    page.get_by_role("button", name="Show it with my choices").click()
    expect(page.get_by_role("row", name="ana@example.org").first).to_contain_text("order_completed")
    page.get_by_role("button", name="Import this file").click()
    expect(page.get_by_role("heading", name="Every row")).to_be_visible(timeout=30_000)
