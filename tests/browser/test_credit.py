"""Who contributed at 20, 200 and 2,000 customers: useful and honest at each; on paper, on a phone, in Swedish."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import assert_accessible, assert_fits, enter, make_owner
from tests.web.insight.credit.companies import company, fill_company
from tests.web.serving.running import Served
from tillit.simulate import rhythm
from tillit.simulate.company import Company, Happening

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
        page.locator("#noted summary").click()
        expect(page.get_by_role("columnheader", name="If half were noted")).to_be_visible()
        if rules:
            page.locator("#together summary").click()
            expect(page.get_by_role("columnheader", name="Of them sales")).to_be_visible()
            assert_accessible(page)
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


def racing(found: Company) -> Company:
    """The same company with eight more orders on each of a month's last three days, and a rain of coupons in April."""
    added: list[Happening] = []
    for day in range(found.days):
        on = found.first_day + timedelta(days=day)
        ends_month = (on + timedelta(days=3)).month != on.month
        coupons = 15 if date(2026, 4, 14) <= on < date(2026, 4, 17) else 2
        for activity, times in (("order_completed", 8 * ends_month), ("coupon_applied", coupons)):
            added += [
                Happening(
                    customer=10_000 + len(added) + number,
                    need=1,
                    activity=activity,
                    circumstance="",
                    at=rhythm.local(on, (10 + number % 8) * rhythm.HOUR),
                    channel="web",
                    price_minor=20_000,
                )
                for number in range(times)
            ]
    return replace(found, happenings=(*found.happenings, *added))


@pytest.mark.browser
def test_a_race_for_a_monthly_number_is_said(page: Page, served: Served) -> None:
    make_owner(page, served)
    fill_company(served.data, racing(company(2_000)))
    page.goto(f"{served.url}/credit/")
    expect(page.get_by_role("heading", name="Does something look like a race?")).to_be_visible()
    expect(page.get_by_text("The last 3 days of 5 months had")).to_be_visible()
    expect(page.get_by_text("In the 3 days from 14 Apr 2026")).to_be_visible()
    assert_accessible(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert_fits(page)
