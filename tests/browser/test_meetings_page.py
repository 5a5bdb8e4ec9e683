"""Meetings in a browser, from nothing to an answer: one moment chosen, drawn, compared and followed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import assert_accessible, assert_fits, enter
from tests.web.meetings.log_making import World, fill, follow
from tests.web.serving.running import Served
from tillit.meetings.policy import Learning, Stakes
from tillit.vocabulary import Errand

pytestmark = pytest.mark.browser

HELPS = World(adds={Errand.ORDER: 0.25}, complaints=0.0)


def test_ana_learns_whether_a_person_helps(page: Page, shop: Served) -> None:
    enter(page, shop)
    page.goto(f"{shop.url}/meetings/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nobody has asked yet who should meet a customer.")
    assert_accessible(page)

    follow(shop.data, lambda policy: replace(policy, learning=Learning(Errand.ORDER, Stakes.LOW)))
    fill(shop.data, 1500, HELPS, stake_minor=40_000)
    page.goto(f"{shop.url}/meetings/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("“Ordering, low stakes”: a person helps.")
    expect(page.get_by_role("img", name="Ordering, low stakes")).to_be_visible()
    assert_accessible(page)

    page.get_by_role("link", name="Learn", exact=True).click()
    assert_accessible(page)
    page.get_by_role("button", name="Follow what was learned").click()
    expect(page.get_by_text("What was learned")).to_have_count(0)

    page.set_viewport_size({"width": 390, "height": 844})
    for address in ("/meetings/", "/meetings/learn/", "/meetings/who/", "/meetings/decisions/", "/meetings/trying/"):
        page.goto(shop.url + address)
        assert_fits(page)
        assert_accessible(page)
