"""A mailbox is set up, a mail comes, a call is written down, and a customer accepts in writing what was offered."""

from __future__ import annotations

import hmac
import json
import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import assert_accessible, assert_fits, make_owner
from tests.web.serving.running import Served

MAIL = (
    b"From: Cy <cy@example.org>\r\nTo: info@shop.example\r\nSubject: A roof\r\nMessage-ID: <m1@example.org>\r\n"
    b"\r\nWhat does a roof cost?\r\n"
)


def _hand_over(served: Served) -> str:
    """What a mail server does with each mail."""
    command = [
        sys.executable,
        "-m",
        "tillit_cli",
        "mail",
        "receive",
        "--data",
        str(served.data),
        "--to",
        "info@shop.example",
    ]
    environment = {**os.environ, "TILLIT_DATA": str(served.data)}
    found = subprocess.run(command, input=MAIL, env=environment, capture_output=True, check=True, timeout=120)
    return found.stdout.decode().strip()


def _rings_in_vain(page: Page, served: Served, *, times: int) -> None:
    """What a telephone system tells of calls that nobody answered."""
    command = [sys.executable, "-m", "tillit_cli", "key", "create", "--data", str(served.data)]
    made = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    key, secret = re.findall(r"(?:write key|signing secret): (\S+)", made)
    for number in range(times):
        call = {"id": str(number), "direction": "in", "number": "070-765 43 21", "seconds": 0}
        body = json.dumps(call | {"started_at": datetime.now(UTC).isoformat()})
        at = int(time.time())
        sign = hmac.new(secret.encode(), f"{at}.{body}".encode(), "sha256").hexdigest()
        headers = {"Authorization": f"Bearer {key}", "Tillit-Signature": f"t={at},v1={sign}"}
        assert page.request.post(f"{served.url}/v1/calls", data=body, headers=headers).status == 202


@pytest.mark.browser
def test_from_a_mail_to_a_written_yes(page: Page, served: Served, browser: Browser, console_errors: list[str]) -> None:
    make_owner(page, served)
    page.goto(f"{served.url}/settings/mailboxes/")
    page.get_by_role("link", name="Add a shared mailbox").click()
    page.get_by_label("Address", exact=True).fill("ana@example.org")
    page.get_by_role("button", name="Keep the mailbox").click()
    expect(page.get_by_text("a colleague's own address")).to_be_visible()
    console_errors.clear()  # a form that is not kept answers 422
    page.get_by_label("Address", exact=True).fill("info@shop.example")
    page.get_by_role("button", name="Keep the mailbox").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("info@shop.example")
    assert_accessible(page)
    assert_fits(page)

    assert _hand_over(served) == "taken"
    page.goto(f"{served.url}/desk/")
    page.get_by_role("link", name="What does a roof cost?").click()
    expect(page.get_by_text("not verified: this is what they typed")).to_be_visible()
    page.get_by_role("link", name="Write a call down").click()
    page.get_by_label("Phone number").fill("070-123 45 67")
    page.get_by_label("What was asked, and what was answered").fill("Told the price.")
    page.get_by_label("What was sold").fill("A roof for 90 000 kr")
    assert_accessible(page)
    page.get_by_role("button", name="Keep the note").click()
    expect(page.get_by_text("Told the price.")).to_be_visible()

    page.goto(f"{served.url}/calls/")
    expect(page.get_by_text("waits for a written yes")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("link", name="A roof for 90 000 kr").click()
    link = page.locator(".copy").inner_text()
    with browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False) as own:
        customer = own.new_page()
        customer.goto(link)
        customer.get_by_label("Your name").fill("Cy")
        customer.get_by_role("button", name="I accept the offer").click()
        expect(customer.get_by_role("heading", level=1)).to_have_text("You have accepted this offer.")
        assert own.cookies() == []
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sold: the customer accepted in writing.")

    _rings_in_vain(page, served, times=2)
    page.goto(f"{served.url}/desk/")
    expect(page.get_by_text("They rang, and nobody answered.")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Rang 2 times, last").click()
    expect(page.get_by_role("link", name="Call +46707654321")).to_be_visible()
    assert_accessible(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert_fits(page)
    page.get_by_role("link", name="Write the call down").click()
    page.get_by_label("We called").check()
    page.get_by_label("What was asked, and what was answered").fill("Wants a quote.")
    page.get_by_label("Nothing is left to do").check()
    assert_fits(page)
    page.get_by_role("button", name="Keep the note").click()
    expect(page.get_by_text("Wants a quote.")).to_be_visible()
    expect(page.get_by_role("link", name="Call +46707654321")).to_have_count(0)
    page.goto(f"{served.url}/calls/")
    expect(page.get_by_text("None of 1 call out in the last 30 days was cold")).to_be_visible()
    assert_fits(page)
