"""From the map to one event: at a desk, on a phone in Swedish, by keyboard only, and without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import assert_accessible, assert_fits, enter
from tests.web.insight.small_shop import fill
from tests.web.insight.small_shop import shop as shop_events
from tests.web.serving.running import Served

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
HEAVIEST_KB = 60
PAGES = (
    "/home/",
    "/journeys/",
    "/journeys/stages/",
    "/journeys/funnel/",
    "/journeys/funnel/?step=page_viewed&step=product_viewed&step=order_completed",
    "/journeys/paths/?anchor=product_viewed",
    "/journeys/ways/",
    "/journeys/our-way/",
    "/journeys/behind/?of=arrow&a=page_viewed&b=product_viewed",
    "/journeys/find/",
)


@pytest.fixture(scope="module")
def filled(shop: Served) -> Served:
    """The shop with its customers' events in it."""
    fill(shop.data, shop_events())
    return shop


@pytest.mark.browser
@pytest.mark.parametrize(
    ("language", "answer", "arrow", "origin"),
    [
        pytest.param(
            "en",
            "20 of 47 journeys reached “Order placed”",
            "Page viewed → Product viewed: 26 journeys",
            "file, row",
            marks=pytest.mark.browser_context_args(locale="en-GB", viewport=DESK),
            id="English at a desk",
        ),
        pytest.param(
            "sv",
            "20 av 47 resor nådde ”Order lagd”",
            "Sida visad → Produkt visad: 26 resor",
            "file, rad",
            marks=pytest.mark.browser_context_args(locale="sv-SE", viewport=PHONE),
            id="Swedish on a phone",
        ),
    ],
)
def test_ana_reads_the_map_and_follows_an_arrow_to_an_event(
    page: Page, filled: Served, language: str, answer: str, arrow: str, origin: str
) -> None:
    enter(page, filled, language=language)
    page.goto(f"{filled.url}/journeys/")
    expect(page.get_by_role("heading", level=1)).to_contain_text(answer)
    page.get_by_role("link", name=re.compile("^" + re.escape(arrow))).locator("path.map-line").dispatch_event("click")
    expect(page.get_by_role("heading", level=1)).to_contain_text("26 ")
    page.locator(".case").first.click()
    event = page.locator(".timeline .event").first
    event.locator("summary").click()
    expect(event).to_contain_text(origin)
    assert_accessible(page)
    assert_fits(page)


@pytest.mark.browser
def test_ana_gets_from_the_map_to_an_event_by_keyboard_alone(page: Page, filled: Served) -> None:
    enter(page, filled)
    page.goto(f"{filled.url}/journeys/")
    tab_to(page, "a.map-arrow")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("came directly after")
    tab_to(page, "a.case")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Customer")
    tab_to(page, ".timeline summary")
    page.keyboard.press("Enter")
    expect(page.locator(".timeline details[open]")).to_have_count(1)


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until an element that matches has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"no {selector} is reached by 80 presses of Tab")


@pytest.mark.browser
def test_ana_finds_a_customer_from_any_page_by_keyboard(page: Page, filled: Served) -> None:
    enter(page, filled)
    page.goto(f"{filled.url}/journeys/behind/?of=all")
    pseudonym = page.locator(".case-who").first.inner_text()
    page.goto(f"{filled.url}/settings/")
    page.keyboard.press("Control+k")
    page.keyboard.type(pseudonym)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Customer {pseudonym}")
    assert_accessible(page)


@pytest.mark.browser
def test_j_and_k_walk_through_every_list_and_enter_opens(page: Page, filled: Served) -> None:
    enter(page, filled)
    for address, line in {
        "/journeys/": "tbody tr",
        "/journeys/ways/": ".ways > li",
        "/journeys/funnel/?step=page_viewed&step=order_completed": ".funnel > li",
        "/journeys/behind/?of=all": ".cases > li",
    }.items():
        page.goto(filled.url + address)
        page.keyboard.press("j")
        expect(page.locator(line).nth(0).locator("a").first).to_be_focused()
        page.keyboard.press("j")
        expect(page.locator(line).nth(1).locator("a").first).to_be_focused()
        page.keyboard.press("k")
        expect(page.locator(line).nth(0).locator("a").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Customer")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".timeline details[open]")).to_have_count(1)


@pytest.mark.browser
def test_every_page_prints_on_white_and_fits_the_paper(page: Page, filled: Served) -> None:
    enter(page, filled)
    page.set_viewport_size({"width": 718, "height": 1016})
    page.emulate_media(media="print", color_scheme="dark")
    for address in PAGES:
        page.goto(filled.url + address)
        ground, ink, fold = page.evaluate(PRINTED)
        assert (ground, ink) == ("rgb(255, 255, 255)", "rgb(0, 0, 0)"), address
        assert fold != 0, f"{address}: How we know is on paper too"
        assert_fits(page)


PRINTED = """() => [
  getComputedStyle(document.documentElement).backgroundColor,
  getComputedStyle(document.querySelector("h1")).color,
  [...document.querySelectorAll(".fold:not(.choosing) > p")].at(-1)?.getBoundingClientRect().height,
]"""


@pytest.mark.browser
def test_a_filter_and_the_detail_change_page_and_address_without_a_reload(page: Page, filled: Served) -> None:
    enter(page, filled)
    page.goto(f"{filled.url}/journeys/")
    page.evaluate("window.sameDocument = true")
    page.locator(".choosing summary").click()
    page.get_by_label("Channel").select_option("store")
    expect(page).to_have_url(re.compile(r"channel=store"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("5 journeys so far")
    page.get_by_label("Detail").fill("100")
    expect(page).to_have_url(re.compile(r"detail=100.*channel=store|channel=store.*detail=100"))
    assert page.evaluate("window.sameDocument === true"), "htmx exchanged the page's part, not the document"


@pytest.mark.browser
def test_a_funnel_is_built_without_scripts(browser: Browser, page: Page, filled: Served) -> None:
    enter(page, filled)
    with browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state()) as plain:
        builder = plain.new_page()
        builder.goto(f"{filled.url}/journeys/funnel/")
        builder.get_by_label("Step 1", exact=True).select_option("page_viewed")
        builder.get_by_label("Step 2", exact=True).select_option("order_completed")
        builder.get_by_role("button", name="Remove step 3").click()
        builder.get_by_role("button", name="Move step 2 up").click()
        expect(builder.get_by_label("Step 1", exact=True)).to_have_value("order_completed")
        builder.get_by_role("button", name="Move step 2 up").click()
        builder.get_by_role("button", name="Count these steps").click()
        expect(builder.get_by_role("heading", level=1)).to_contain_text("20 of 34 customers went all the way")


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_light_and_fits_a_phone(page: Page, filled: Served, scheme: str) -> None:
    enter(page, filled)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for address in PAGES:
        page.set_viewport_size({"width": 1280, "height": 900})
        answer = page.goto(filled.url + address)
        assert answer is not None
        assert answer.status == 200
        without_pictures = re.sub(r"<svg.*?</svg>", "", answer.text(), flags=re.DOTALL)
        assert len(without_pictures.encode()) < HEAVIEST_KB * 1000, address
        assert_accessible(page)
        page.set_viewport_size({"width": 390, "height": 844})
        assert_fits(page)
        page.set_viewport_size({"width": 320, "height": 640})
        assert_fits(page)
