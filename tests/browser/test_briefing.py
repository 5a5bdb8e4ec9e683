"""A specialist sees a page before answering; the customer sees the same one, strikes a line, and it is gone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import assert_accessible, assert_fits, make_owner
from tests.web.serving.running import Served


@pytest.mark.browser
def test_a_struck_line_is_gone_for_the_specialist(page: Page, served: Served, browser: Browser) -> None:
    make_owner(page, served)
    page.goto(f"{served.url}/desk/skills/")
    page.get_by_role("button", name="Here for 4 hours").click()
    page.get_by_label("Topic").fill("Roofs")
    page.get_by_role("button", name="I know this").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 of 1 colleagues is at the desk now.")
    assert_accessible(page)
    with browser.new_context(locale="en-GB", viewport={"width": 390, "height": 844}, java_script_enabled=False) as own:
        customer = own.new_page()
        customer.goto(f"{served.url}/talk/?language=en")
        customer.get_by_label("Your question").fill("Does a tin roof rust?")
        customer.get_by_role("button", name="Talk to one of us").click()
        page.goto(f"{served.url}/desk/")
        expect(
            page.get_by_text("Who has it does this work.").or_(page.get_by_text("speaks the language"))
        ).to_be_visible()
        page.get_by_role("link", name="Does a tin roof rust?").click()
        expect(page.get_by_role("complementary").get_by_text("Asked, and has no answer yet")).to_be_visible()
        page.set_viewport_size({"width": 390, "height": 844})
        page.reload()
        expect(page.get_by_role("complementary").get_by_text("Asked, and has no answer yet")).to_be_hidden()
        assert_fits(page)
        page.get_by_text("Before you answer").click()
        page.get_by_role("link", name="The briefing, on one page").click()
        page.set_viewport_size({"width": 1280, "height": 720})
        expect(page.get_by_text("Asked, and has no answer yet")).to_be_visible()
        assert_accessible(page)
        customer.get_by_role("link", name="What we are shown before we answer you").click()
        strike = customer.get_by_role("button", name="Strike Asked, and has no answer yet")
        expect(strike).to_be_visible()
        assert_fits(customer)
        strike.click()
        expect(customer.get_by_text("Asked, and has no answer yet")).to_have_count(0)
        page.reload()
        expect(page.get_by_text("Asked, and has no answer yet")).to_have_count(0)
        expect(page.get_by_text("Wants: Does a tin roof rust?")).to_be_visible()
