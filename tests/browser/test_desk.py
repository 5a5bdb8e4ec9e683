"""A customer asks in Swedish and gets an answer with its author, then one of us, who answers from another browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import assert_accessible, assert_fits, make_owner
from tests.web.desk.conftest import KNOWN
from tests.web.serving.running import Served


def _write_library(page: Page, served: Served) -> None:
    page.goto(f"{served.url}/answers/people/new/")
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("What they do").fill("säljer cyklar")
    page.get_by_role("button", name="Keep it").click()
    page.get_by_role("button", name="They have agreed").click()
    for question, variants in KNOWN.items():
        page.goto(f"{served.url}/answers/new/")
        page.get_by_role("combobox", name="Language").select_option("sv")
        page.get_by_label("The question").fill(question)
        page.get_by_label("Other ways customers ask it").fill("\n".join(variants))
        page.get_by_label("The answer", exact=True).fill("Inom **två** dagar.")
        page.get_by_role("button", name="Keep the answer").click()
        page.get_by_role("button", name=f"Show it to customers {question}").click()


@pytest.mark.browser
def test_a_customer_asks_the_machine_and_is_answered_by_a_person(page: Page, served: Served, browser: Browser) -> None:
    make_owner(page, served)
    _write_library(page, served)
    page.get_by_role("link", name="Desk").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nobody waits for one of us.")
    assert_accessible(page)

    with browser.new_context(locale="sv-SE", viewport={"width": 390, "height": 844}, java_script_enabled=False) as own:
        customer = own.new_page()
        customer.goto(f"{served.url}/talk/")
        customer.get_by_label("Din fråga").fill("hur lång är leveranstiden")
        customer.get_by_role("button", name="Fråga").click()
        expect(customer.get_by_text("Inom två dagar.")).to_be_visible()
        expect(customer.get_by_text("Skrivet av Ada, säljer cyklar.")).to_be_visible()
        assert_fits(customer)
        customer.get_by_label("Ditt meddelande").fill("säljer ni presentkort till hundar")
        customer.get_by_role("button", name="Skicka").click()
        expect(customer.get_by_text("Du behöver inte säga något två gånger.")).to_be_visible()

        page.goto(f"{served.url}/desk/")
        expect(page.get_by_role("heading", level=1)).to_have_text("1 customer waits for one of us.")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Before you answer")).to_be_visible()
        expect(page.get_by_text("hur lång är leveranstiden", exact=True)).to_be_visible()
        page.get_by_role("button", name="Take it", exact=True).click()
        page.get_by_label("Your answer").fill("Ja, det gör vi: **100 kr**.")
        page.get_by_label("Your answer").press("Control+Enter")
        expect(page.get_by_text("Ja, det gör vi: 100 kr.")).to_be_visible()
        expect(page.get_by_label("Your answer")).to_have_value("")  # sent without leaving the page
        assert_accessible(page)
        assert_fits(page)

        customer.get_by_role("link", name="Se om svar har kommit").click()
        expect(customer.get_by_text("Ja, det gör vi: 100 kr.")).to_be_visible()
        expect(customer.get_by_text("En av oss").first).to_be_visible()
        customer.get_by_label("Ditt meddelande").fill("och till katter?")
        customer.get_by_role("button", name="Skicka").click()
        expect(page.get_by_text("och till katter?")).to_be_visible()  # without reloading
        expect(page.get_by_text("Ja, det gör vi: 100 kr.")).to_have_count(1)
        assert own.cookies() == []  # nothing is kept on the customer's device

    page.get_by_text("Let the machine answer again").click()
    page.get_by_label("Agreed with the customer").fill("presentkort för 90 kr")
    page.get_by_role("button", name="Hand it to the machine").click()
    expect(page.get_by_text("presentkort för 90 kr").first).to_be_visible()
