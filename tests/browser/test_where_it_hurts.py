"""Where it hurts, at a desk and on the smallest phone: from the sentence to a mark, its row, the journeys behind."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import assert_accessible, assert_fits, enter
from tests.web.insight.small_shop import fill
from tests.web.insight.test_friction_page import customers
from tests.web.serving.running import Served

PAGE = "/journeys/where-it-hurts/"


@pytest.fixture(scope="module")
def hurting(shop: Served) -> Served:
    """2,000 customers, of whom too many leave at the checkout; every tenth had a quote, and half of these buy."""
    events = customers(2_000)
    quoted = [one for one in events if one.activity == "product_added"][::10]
    quotes = [replace(one, activity="quote_sent", id=f"q{one.id}", at=one.at - 1, actor="person") for one in quoted]
    fill(shop.data, events + quotes)
    return shop


@pytest.mark.browser
def test_ana_goes_from_the_mark_to_the_row_to_the_journeys(page: Page, hurting: Served) -> None:
    enter(page, hurting)
    page.goto(hurting.url + PAGE)
    expect(page.get_by_role("heading", level=1)).to_contain_text("It hurts most at “Checkout started”")
    page.get_by_role("link", name="It hurts at “Checkout started”: what is known of it").dispatch_event("click")
    expect(page).to_have_url(re.compile("#exit-1$"))
    assert_accessible(page)
    assert_fits(page)
    point = page.get_by_role("link", name=re.compile(r"^Within 7 days: \d+ of 100"))
    expect(point).to_have_count(1)
    point.dispatch_event("click")
    expect(page.get_by_role("heading", level=1)).to_contain_text("reached the goal within 7 days of a quote")
    page.go_back()
    page.locator("#exit-1").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("ended at “Checkout started” without the goal")


@pytest.mark.browser
@pytest.mark.browser_context_args(locale="sv-SE", viewport={"width": 320, "height": 700})
def test_it_fits_the_smallest_phone_in_swedish_and_a_promise_is_undone(page: Page, hurting: Served) -> None:
    enter(page, hurting, language="sv")
    page.goto(hurting.url + PAGE)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mest skaver det vid")
    assert_accessible(page)
    assert_fits(page)
    page.goto(f"{hurting.url}{PAGE}promises/")
    page.get_by_role("button", name="Ta bort löftet för ”Fråga ställd”").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("3 saker")
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("button", name="Lägg tillbaka löftet för ”Fråga ställd”").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("4 saker")
