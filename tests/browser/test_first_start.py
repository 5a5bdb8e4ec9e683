"""The first start: a one-time link, an owner, a company, the first page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import assert_accessible, assert_fits, enter, make_owner
from tests.web.serving.running import Served

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.mark.browser
@pytest.mark.parametrize(
    ("language", "welcome", "settings"),
    [
        pytest.param(
            "en",
            "Welcome. Make the owner’s account.",
            "Settings",
            marks=pytest.mark.browser_context_args(locale="en-GB", viewport=DESK),
            id="English at a desk",
        ),
        pytest.param(
            "sv",
            "Välkommen. Skapa ägarens konto.",
            "Inställningar",
            marks=pytest.mark.browser_context_args(locale="sv-SE", viewport=PHONE),
            id="Swedish on a phone",
        ),
    ],
)
def test_the_first_person_makes_the_account_and_lands_inside(
    page: Page, served: Served, language: str, welcome: str, settings: str
) -> None:
    page.goto(served.url + served.first_link)
    expect(page.get_by_role("heading", level=1)).to_have_text(welcome)
    assert_accessible(page)
    assert_fits(page)
    make_owner(page, served, language=language)
    expect(page.get_by_role("navigation").get_by_role("link", name=settings)).to_be_visible()
    assert_accessible(page)
    assert_fits(page)


@pytest.mark.browser
def test_every_page_of_people_is_accessible_and_fits_a_phone(page: Page, shop: Served) -> None:
    enter(page, shop)
    pages = [
        "/settings/",
        "/settings/team/",
        "/settings/team/1/",
        "/settings/company/",
        "/account/password/",
        "/account/two-steps/",
        "/account/two-steps/app/",
    ]
    for address in pages:
        page.goto(shop.url + address)
        assert_accessible(page)
        page.set_viewport_size({"width": 390, "height": 844})
        assert_fits(page)
        page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.browser
def test_one_enters_by_keyboard_alone(page: Page, shop: Served) -> None:
    enter(page, shop)
    page.goto(f"{shop.url}/settings/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    # The person's menu opens and closes without a mouse.
    page.locator(".menu summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(page.locator(".menu summary")).to_be_focused()


@pytest.mark.browser
def test_keys_walk_the_list_rest_while_typing_and_can_be_turned_off(page: Page, shop: Served) -> None:
    enter(page, shop)
    page.goto(f"{shop.url}/settings/")
    main = page.get_by_role("main")
    page.keyboard.press("j")
    expect(main.get_by_role("button", name="Svenska")).to_be_focused()
    page.keyboard.press("j")
    expect(main.get_by_role("button", name="Keep the name")).to_be_focused()
    page.keyboard.press("j")
    expect(main.get_by_role("link", name="Change my password")).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("k")
    expect(main.get_by_role("button", name="Svenska")).to_be_focused()
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Keys").click()
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    # A browser closes a dialog a moment after the key; the next key must not come before that.
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    page.keyboard.press("j")
    expect(main.get_by_role("link", name="Change my password")).not_to_be_focused()
    page.goto(f"{shop.url}/settings/company/")
    page.get_by_label("Company").fill("")
    page.keyboard.type("jk?")
    expect(page.get_by_label("Company")).to_have_value("jk?")
