"""An answer is written, shown, found by a customer, and passed by when the machine is not sure."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import assert_accessible, assert_fits, make_owner
from tests.web.serving.running import Served

ASKED = {
    "How long does delivery take?": ("How long is delivery?", "How fast is delivery?", "What is the delivery time?"),
    "Can I return a lamp?": ("May I return a used lamp?", "How do I return a lamp?", "Is a lamp returned in the shop?"),
    "When does the shop open?": ("When is the shop open?", "What are the hours of the shop?", "Shop hours on Sunday?"),
    "Do you repair old bicycles?": ("Will you repair a bicycle?", "Repair of old bicycles?", "Who repairs my bicycle?"),
    "What does a new kitchen cost?": ("Is a new kitchen expensive?", "Price of a kitchen?", "Cost of a new kitchen?"),
}


@pytest.mark.browser
def test_a_colleague_answers_and_a_customer_finds_it(page: Page, served: Served, browser: Browser) -> None:
    make_owner(page, served)
    page.get_by_role("link", name="Answers", exact=True).first.click()
    page.get_by_role("link", name="Say who answers").click()
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("What they do").fill("Repairs bicycles")
    page.get_by_role("button", name="Keep it").click()
    page.get_by_role("button", name="They have agreed").click()
    assert_accessible(page)
    for question, variants in ASKED.items():
        page.goto(f"{served.url}/answers/new/")
        page.get_by_label("The question").fill(question)
        page.get_by_label("Other ways customers ask it").fill("\n".join(variants))
        page.get_by_label("The answer", exact=True).fill("Within **two** days.")
        page.get_by_role("button", name="Keep the answer").click()
        page.get_by_role("button", name=f"Show it to customers {question}").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("5 answers by 1 colleague.")
    assert_accessible(page)

    with browser.new_context(locale="en-GB", viewport={"width": 390, "height": 844}, java_script_enabled=False) as own:
        customer = own.new_page()
        customer.goto(f"{served.url}/help/")
        customer.get_by_label("Your question").fill("how long is the delivery")
        customer.get_by_role("button", name="Find the answer").click()
        expect(customer.get_by_role("heading", name="How long does delivery take?")).to_be_visible()
        expect(customer.get_by_role("link", name="Ada").first).to_be_visible()
        assert_fits(customer)
        customer.get_by_label("Your question").fill("do you have gift cards")
        customer.get_by_role("button", name="Find the answer").click()
        expect(customer.get_by_text("One of us will know.")).to_be_visible()
        customer.get_by_role("button", name="No").click()
        expect(customer.get_by_role("heading", level=1)).to_have_text("Then one of us should answer.")
        assert own.cookies() == []  # nothing is kept on the customer's device

    page.get_by_role("link", name="Nobody answered").click()
    expect(page.get_by_role("heading", name="do you have gift cards")).to_be_visible()
    page.get_by_role("link", name="Write the answer").click()
    expect(page.get_by_label("The question")).to_have_value("do you have gift cards")
    page.goto(f"{served.url}/answers/sure/")
    expect(page.get_by_role("img")).to_be_visible()
    assert_accessible(page)
