"""A household's phone in the browser: held apart with its reason, joined by the owner, and parted again."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import assert_accessible, assert_fits, make_owner
from tests.web.serving.running import Served

ORDERS = """Order;Email;Phone;Date;Total
1001;ana@example.org;+46701234567;2026-03-01 10:00;250,50
1002;bo@example.org;+46701234567;2026-03-02 11:30;99,00
1003;cy@example.org;+46709999123;2026-03-03 09:00;45,00
"""


@pytest.mark.browser
@pytest.mark.browser_context_args(locale="en-GB", viewport={"width": 390, "height": 844})
def test_a_shared_phone_is_decided_and_undone(page: Page, served: Served, tmp_path: Path) -> None:
    make_owner(page, served)
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS, encoding="utf-8")
    page.goto(f"{served.url}/identity/")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Here you will see what could not be told apart by itself."
    )
    assert_accessible(page)
    page.get_by_role("link", name="Bring in a file").click()
    page.get_by_label("File", exact=True).set_input_files(path)
    page.get_by_role("button", name="Read this file").click()
    page.get_by_role("button", name="Import", exact=False).first.click()
    expect(page.get_by_role("link", name="Who is who waiting for you: 1")).to_be_visible(timeout=30_000)

    page.goto(f"{served.url}/identity/")
    expect(page.get_by_role("heading", level=1)).to_have_text("1 identifier or link is held apart and waits for you.")
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("link", name="Look and decide").click()
    expect(page.get_by_text("Letting it in makes one customer of 2.")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
    page.get_by_label("What is it?").select_option("One customer")
    page.get_by_label("Why (for whoever reads this later)").fill("a couple with one phone")
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("Put on record.")).to_be_visible()
    expect(page.get_by_text("“a couple with one phone”")).to_be_visible()
    page.get_by_role("button", name="Undo One customer").click()
    expect(page.get_by_text("Undone.")).to_be_visible()
