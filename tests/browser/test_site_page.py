"""The owner pastes the line into a site of her own, and the page tells her that it works."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import assert_accessible, assert_fits, enter
from tests.browser.plain_site import pages_with
from tests.web.serving.running import Served


@pytest.mark.browser
def test_the_first_event_is_waited_for_and_told_of(page: Page, browser: Browser, shop: Served) -> None:
    enter(page, shop)
    page.get_by_role("link", name="See your site").click()
    assert_accessible(page)
    with pages_with(shop.url) as (site, paste), browser.new_context() as visitor:
        page.get_by_label("Address of your site").fill(site)
        page.get_by_role("button", name="Make the line to paste").click()
        line = page.locator(".copy").first.inner_text()
        expect(page.get_by_text("Waiting for the first event")).to_be_visible()
        assert_accessible(page)
        page.set_viewport_size({"width": 390, "height": 844})
        assert_fits(page)
        paste(line)
        elsewhere = visitor.new_page()
        elsewhere.goto(site)
        expect(page.get_by_text("It works:")).to_be_visible(timeout=15_000)
        assert re.search(r'data-key="tk_\S+"', line)
        assert visitor.cookies() == []
