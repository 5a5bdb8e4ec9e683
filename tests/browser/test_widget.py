"""A customer asks on a shop's own page and is answered by one of us, each in a browser, and neither reloads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Frame, Page, expect

from tests.browser.conftest import assert_accessible, assert_fits, enter
from tests.browser.plain_site import pages_with
from tests.web.serving.running import Served

QUESTION = "Säljer ni presentkort till hundar?"


@contextmanager
def _visiting(browser: Browser, site: str, **context: object) -> Iterator[Page]:
    """A customer on the shop's page; an error in their console fails the story, and so does anything that is kept."""
    with browser.new_context(locale="sv-SE", **context) as visitor:  # type: ignore[arg-type]
        page, errors = visitor.new_page(), []
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(site)
        yield page
        assert errors == []
        assert visitor.cookies() == []


def _tab_to(page: Page, name: str) -> None:
    button = page.get_by_role("button", name=name)
    expect(button).to_be_visible()
    for _ in range(20):
        page.keyboard.press("Tab")
        if button.evaluate("(element) => element.getRootNode().activeElement === element"):
            return
    raise AssertionError(f"the keyboard does not reach “{name}”")


def _frame(page: Page, tillit: str) -> Frame:
    return next(frame for frame in page.frames if frame.url.startswith(f"{tillit}/widget/"))


def _widget_line(page: Page, site: str, served: Served) -> str:
    page.goto(f"{served.url}/settings/site/")
    page.get_by_label("Address of your site").fill(site)
    page.get_by_role("button", name="Make the line to paste").click()
    line = page.locator(".copy", has_text="widget.js").inner_text()
    assert "data-key" not in line
    return line.replace("<script ", '<script data-language="sv" ')


@pytest.fixture(scope="module")
def site(shop: Served, browser: Browser) -> Iterator[str]:
    """A shop's site with the widget on every page."""
    with pages_with(shop.url) as (url, paste), browser.new_context(locale="en-GB") as owner:
        page = owner.new_page()
        enter(page, shop)
        paste(_widget_line(page, url, shop))
        yield url


@pytest.mark.browser
def test_an_answer_appears_on_the_shops_page_and_a_question_at_the_desk(
    page: Page, browser: Browser, shop: Served, site: str
) -> None:
    enter(page, shop)
    page.goto(f"{shop.url}/desk/")
    expect(page.get_by_text("Nobody waits for one of us.")).to_be_visible()
    with _visiting(browser, site) as customer:
        _tab_to(customer, "Fråga oss")
        customer.keyboard.press("Enter")
        talk = customer.frame_locator("iframe")
        expect(talk.get_by_text("Jag är en maskin.")).to_be_visible()
        expect(talk.get_by_role("button", name="Prata med en av oss")).to_be_visible()
        expect(talk.locator("#wait")).to_contain_text("svarar senast")
        expect(talk.get_by_label("Din fråga")).to_be_focused()
        customer.keyboard.type(QUESTION)
        customer.keyboard.press("Enter")
        expect(talk.locator("#said")).to_contain_text(QUESTION)
        expect(talk.locator("#state")).to_contain_text("En av oss svarar senast")

        page.get_by_role("link", name=QUESTION).click()
        page.get_by_label("Your answer").fill("Ja, från **50 kr**.")
        page.get_by_role("button", name="send the answer").click()
        expect(talk.locator("#said li.person")).to_contain_text("Ja, från 50 kr.")
        expect(talk.locator("#said li.person strong")).to_have_text("50 kr")

        customer.keyboard.type("Tack")
        customer.keyboard.press("Enter")
        expect(page.locator("#thread")).to_contain_text("Tack")
        frame = _frame(customer, shop.url)
        found = Axe().run(frame)
        assert found.violations_count == 0, found.generate_report()
        assert_accessible(page)
        assert frame.evaluate("localStorage.length + sessionStorage.length") == 0

        customer.keyboard.press("Escape")
        expect(customer.locator("iframe")).to_be_hidden()
        expect(customer.get_by_role("button", name="Fråga oss")).to_be_focused()
        page.get_by_label("Your answer").fill("Varsågod")
        page.get_by_role("button", name="Send the answer").click()
        expect(customer.get_by_role("button", name="Vi har svarat")).to_be_visible()


@pytest.mark.browser
def test_a_person_on_a_phone_keeps_the_conversation_only_if_wished(browser: Browser, shop: Served, site: str) -> None:
    with _visiting(browser, site, viewport={"width": 390, "height": 844}, color_scheme="dark") as customer:
        customer.get_by_role("button", name="Fråga oss").click()
        talk = customer.frame_locator("iframe")
        talk.get_by_role("button", name="Prata med en av oss").click()
        expect(talk.locator("#state")).to_contain_text("En av oss svarar senast")
        assert_fits(customer)
        found = Axe().run(_frame(customer, shop.url))
        assert found.violations_count == 0, found.generate_report()
        customer.goto(f"{site}/two")
        customer.get_by_role("button", name="Fråga oss").click()
        expect(talk.get_by_role("button", name="Prata med en av oss")).to_be_visible()
        expect(talk.locator("#said li")).to_have_count(0)

        talk.get_by_label("Din fråga").fill("Är ni öppna på lördag?")
        talk.get_by_role("button", name="Skicka").click()
        talk.get_by_text("Behåll samtalet").click()
        talk.get_by_label("Behåll det medan jag tittar").check()
        customer.goto(site)
        customer.get_by_role("button", name="Fråga oss").click()
        expect(talk.locator("#said li")).to_contain_text("Är ni öppna på lördag?")


@pytest.mark.browser
def test_without_script_or_on_another_site_the_page_of_its_own_is_one_press_away(
    browser: Browser, shop: Served, site: str
) -> None:
    with browser.new_context(java_script_enabled=False) as plain:
        page = plain.new_page()
        page.goto(site)
        page.get_by_role("link", name="Ask us").click()
        page.get_by_label("Your question").fill(QUESTION)
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(page.get_by_text("You need not say anything twice.")).to_be_visible()
        assert plain.cookies() == []
    with pages_with(shop.url) as (elsewhere, paste), browser.new_context() as other:
        paste(f'<script async src="{shop.url}/widget.js" data-language="sv"></script>')
        page = other.new_page()
        page.goto(elsewhere)
        page.get_by_role("button", name="Fråga oss").click()
        expect(page.get_by_role("link", name="I ett eget fönster")).to_be_visible()
        assert not any(frame.url.startswith(shop.url) for frame in page.frames)


@pytest.mark.browser
def test_the_page_of_its_own_is_live_too(page: Page, browser: Browser, shop: Served) -> None:
    enter(page, shop)
    with _visiting(browser, f"{shop.url}/talk/?language=sv") as customer:
        customer.get_by_label("Din fråga").fill("Lagar ni cyklar?")
        customer.get_by_role("button", name="Prata med en av oss").click()
        customer.get_by_label("Ditt meddelande").fill("Jag skriver medan ni svarar")
        page.goto(f"{shop.url}/desk/")
        page.get_by_role("link", name="Lagar ni cyklar?").click()
        page.get_by_label("Your answer").fill("Ja, det gör vi.")
        page.get_by_role("button", name="send the answer").click()
        expect(customer.locator("#thread")).to_contain_text("Ja, det gör vi.")
        expect(customer.locator("#standing")).to_contain_text("har ditt samtal")
        expect(customer.get_by_label("Ditt meddelande")).to_have_value("Jag skriver medan ni svarar")
