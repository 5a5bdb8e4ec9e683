"""Who contributed at 20, 200 and 2,000 customers: useful and honest at each; on paper, on a phone, in Swedish."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import assert_accessible, assert_fits, enter, make_owner
from tests.web.insight.credit.companies import company, fill_company
from tests.web.serving.running import Served

PAGES = ("/credit/", "/credit/without/?without=store", "/credit/statement/", "/credit/goal/", "/settings/employees/")


@pytest.mark.browser
@pytest.mark.parametrize(
    ("customers", "answer", "picture", "rules"),
    [(20, "too few to share", False, False), (200, "shares, not causes", True, False), (2_000, "1 in 5", True, True)],
)
def test_ana_reads_who_contributed_at_each_size(
    page: Page, served: Served, customers: int, answer: str, picture: bool, rules: bool
) -> None:
    make_owner(page, served)
    fill_company(served.data, company(customers))
    page.goto(f"{served.url}/credit/")
    expect(page.get_by_role("heading", level=1)).to_contain_text(answer)
    expect(page.get_by_role("heading", name="What each was part of")).to_have_count(int(picture))
    expect(page.get_by_role("columnheader", name="Equal parts")).to_have_count(int(rules))
    expect(page.locator(".case")).to_have_count(0) if picture else expect(page.locator(".case").first).to_be_visible()
    for address in PAGES if customers == 200 else ("/credit/",):
        page.goto(served.url + address)
        assert_accessible(page)
        page.set_viewport_size({"width": 390, "height": 844})
        assert_fits(page)
        page.set_viewport_size({"width": 1280, "height": 900})
    if picture:
        page.goto(f"{served.url}/credit/")
        number = page.locator("td a", has_text=re.compile(r"^\d+ of \d+$")).first
        counted = number.inner_text().split(" ")[0]
        number.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(f"{counted} journeys")


@pytest.mark.browser
@pytest.mark.browser_context_args(locale="sv-SE", viewport={"width": 390, "height": 844})
def test_the_pages_fit_a_phone_in_swedish_in_the_dark(page: Page, shop: Served) -> None:
    fill_company(shop.data, company(200))
    enter(page, shop, language="sv")
    page.emulate_media(color_scheme="dark")
    for address in PAGES:
        page.goto(shop.url + address)
        assert_fits(page)
        assert_accessible(page)
