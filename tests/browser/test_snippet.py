"""tillit.js on a site with a strict policy and Trusted Types: what it sends, and what it never does before consent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.plain_site import Site, plain_site
from tillit.vocabulary import MeasurementMode

pytestmark = pytest.mark.browser

NOTHING_KEPT = """async () => ({
    cookie: document.cookie, local: localStorage.length, session: sessionStorage.length,
    databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length })"""
EMPTY = {"cookie": "", "local": 0, "session": 0, "databases": 0, "caches": 0}


@pytest.fixture
def site() -> Iterator[Site]:
    with plain_site() as serving:
        yield serving


def opened(page: Page, site: Site, path: str = "/") -> list[dict[str, Any]]:
    """Open a page and wait until its view has arrived."""
    before = len(site.arrived.calls())
    page.goto(site.url + path)
    return site.arrived.wait_for(before + 1)


def test_pages_are_counted_and_nothing_is_kept(page: Page, site: Site) -> None:
    (view,) = opened(page, site, "/?utm_source=brev&utm_campaign=vår")
    assert view["type"] == "page"
    assert view["properties"]["path"] == "/"
    assert view["context"]["campaign"] == {"source": "brev", "name": "vår"}
    page.evaluate("tillit.identify('ana@example.org'), tillit.track('Price Viewed', {price: 5})")
    _, tracked = site.arrived.wait_for(2)
    assert tracked["event"] == "Price Viewed"  # and no identify: there is no consent
    assert page.evaluate(NOTHING_KEPT) == EMPTY
    assert page.context.cookies() == []
    # Nothing ties two events together.
    assert not any("anonymousId" in call for call in site.arrived.calls())


def test_where_visits_are_only_counted_a_yes_changes_nothing(page: Page) -> None:
    with plain_site(mode=MeasurementMode.COUNT_ONLY) as site:
        opened(page, site)
        page.evaluate("tillit.identify('c-1'), tillit.consent(true), tillit.track('Price Viewed')")
        calls = site.arrived.wait_for(2)
        assert site.arrived.names() == ["page", "Price Viewed"]
        assert not any("anonymousId" in call for call in calls)
        assert page.evaluate(NOTHING_KEPT) == EMPTY


def test_whoever_says_no_is_left_out_of_our_own_audience(page: Page) -> None:
    with plain_site(mode=MeasurementMode.OWN_AUDIENCE) as site:
        opened(page, site)
        assert page.evaluate(NOTHING_KEPT) == EMPTY
        page.evaluate("tillit.consent(false), tillit.track('Price Viewed')")
        page.goto(site.url + "/two")
        page.evaluate("tillit.consent(true)")
        site.arrived.wait_for(2)
        assert site.arrived.names() == ["page", "Consent Given"]


def test_consent_is_remembered_until_it_is_withdrawn(page: Page, site: Site) -> None:
    opened(page, site)
    page.evaluate("tillit.identify('c-1'), tillit.consent(true, {wording: '2026-1'})")
    site.arrived.wait_for(3)
    assert site.arrived.names() == ["page", "Consent Given", "identify"]
    page.goto(site.url + "/two")
    after = site.arrived.wait_for(4)[3]
    given = site.arrived.calls()[1]
    assert given["anonymousId"] == after["anonymousId"]
    page.evaluate("tillit.consent(false)")
    site.arrived.wait_for(5)
    assert page.evaluate(NOTHING_KEPT) == EMPTY
    page.reload()
    assert "anonymousId" not in site.arrived.wait_for(6)[5]


def test_pages_of_an_app_are_counted_once(page: Page, site: Site) -> None:
    opened(page, site)
    page.evaluate("""async () => {
        const pause = () => new Promise((done) => setTimeout(done, 50));
        history.replaceState({}, "", "/");  // what frameworks do at their start
        await pause();
        history.pushState({}, "", "/a"); history.replaceState({}, "", "/b");  // a redirect: one page
        await pause();
        history.pushState({}, "", "/b?sort=price");  // the same page, sorted
        await pause();
        location.hash = "reviews";  // a place on the page
        await pause();
        location.hash = "#/c";  // a route
        await pause();
        history.back();
        await pause();
    }""")
    calls = site.arrived.wait_for(4)
    paths = [call["properties"]["url"].removeprefix(site.url) for call in calls]
    assert paths == ["/", "/b", "/b?sort=price#/c", "/b?sort=price#reviews"]
    assert calls[1]["properties"]["referrer"] == calls[0]["properties"]["url"]


def test_what_fails_is_sent_again_with_the_same_id(page: Page, site: Site, console_errors: list[str]) -> None:
    site.arrived.failures = 1
    page.goto(site.url)
    (call,) = site.arrived.wait_for(1)
    page.wait_for_timeout(1_500)
    assert [[one["messageId"] for one in batch] for batch in site.arrived.requests] == [[call["messageId"]]] * 2
    assert all("503" in error for error in console_errors)
    console_errors.clear()


@pytest.mark.parametrize("sign", ["globalPrivacyControl", "doNotTrack"])
def test_a_browser_that_says_no_sends_nothing(browser: Browser, site: Site, sign: str) -> None:
    with browser.new_context() as context:
        value = "true" if sign == "globalPrivacyControl" else "'1'"
        context.add_init_script(f"Object.defineProperty(Navigator.prototype, '{sign}', {{ get: () => {value} }})")
        page = context.new_page()
        page.goto(site.url)
        page.evaluate("tillit.consent(true), tillit.identify('c-1'), tillit.track('Price Viewed')")
        page.locator("#contact input").first.fill("Ana")
        page.goto(site.url + "/two")
        page.wait_for_timeout(400)
        assert page.evaluate(NOTHING_KEPT) == EMPTY
    assert site.arrived.requests == []


def test_links_and_forms_are_told_without_a_value(page: Page, site: Site) -> None:
    opened(page, site)
    page.evaluate("document.addEventListener('click', (event) => event.target.closest('a') && event.preventDefault())")
    page.locator("#away").click()
    page.locator("#call").click()
    page.locator("#contact input").first.fill("Ana Andersson")
    page.locator("#contact input").last.fill("4111111111111111")
    page.evaluate("history.pushState({}, '', '/two')")
    page.locator("#contact input").first.fill("Bo")
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/thanks*")
    calls = site.arrived.wait_for(7)
    told = [(call["event"], call["properties"]) for call in calls if call["type"] == "track"]
    assert told == [
        ("Outbound Link Clicked", {"url": "https://elsewhere.example/path"}),
        ("Outbound Link Clicked", {"url": "tel:"}),
        ("Form Abandoned", {"form": "contact", "fields": 2}),
        ("Form Submitted", {"form": "contact"}),
    ]
    sent = str([call["properties"] for call in calls[:-1]])
    assert "Andersson" not in sent
    assert "4111" not in sent


def test_what_happens_at_the_last_moment_arrives(page: Page, site: Site) -> None:
    opened(page, site)
    page.locator("#contact input").first.fill("Ana")
    page.evaluate("tillit.track('Quote Requested'), location.href = '/two'")
    page.wait_for_url("**/two")
    site.arrived.wait_for(4)
    assert sorted(site.arrived.names()) == ["Form Abandoned", "Quote Requested", "page", "page"]


def test_calls_made_before_the_script_came_are_not_lost(browser: Browser, site: Site) -> None:
    with browser.new_context() as context:
        context.add_init_script("window.tillit = [['track', 'Early'], ['consent', true]]")
        page = context.new_page()
        page.goto(site.url)
        site.arrived.wait_for(3)
        page.evaluate("tillit.push(['track', 'Late'])")
        site.arrived.wait_for(4)
    assert site.arrived.names() == ["Early", "Consent Given", "page", "Late"]
