"""A page of the shop asks who meets its visitor, with what the shop's server signed; another site may not."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.plain_site import pages_with
from tests.web.meetings.asking import signed
from tests.web.serving.running import Served

pytestmark = pytest.mark.browser

ASK = """async ([tillit, asked]) => {
    const answer = await fetch(tillit + "/v1/decide", {
        method: "POST", credentials: "omit", body: JSON.stringify(asked) });
    return [answer.status, await answer.json()];
}"""
HEARD = """async ([tillit, asked]) => fetch(tillit + "/v1/decide", { method: "POST", body: JSON.stringify(asked) })
    .then((answer) => answer.status, () => "unheard")"""


def make_key(served: Served, origin: str) -> tuple[str, str]:
    """A key for the pages of an origin, and its signing secret, as an owner makes them in the terminal."""
    command = [sys.executable, "-m", "tillit_cli", "key", "create", "--data", str(served.data), "--origin", origin]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    key, secret = re.search(r"write key: (\S+)", said), re.search(r"signing secret: (\S+)", said)
    assert key, said
    assert secret, said
    return key[1], secret[1]


def test_a_page_asks_and_a_visitor_may_always_have_a_person(
    page: Page, served: Served, console_errors: list[str]
) -> None:
    with pages_with(served.url) as (shop, _), pages_with(served.url) as (elsewhere, _):
        key, secret = make_key(served, shop)
        moment = {"errand": "look_up", "customer": "k-1", "valid_until": time.time() + 600}
        asked: dict[str, Any] = {"writeKey": key, "language": "sv", **signed(secret, moment)}
        page.goto(shop)
        status, answer = page.evaluate(ASK, [served.url, asked])
        assert (status, answer["action"], answer["uses_history"]) == (200, "self_service", False)
        assert answer["to_person"]["action"] == "booked_call"
        assert "En maskin hjälper dig här" in answer["reason"]
        status, answer = page.evaluate(ASK, [served.url, asked | {"asked_for_person": True}])
        assert (status, answer["is_machine"]) == (200, False)
        assert page.context.cookies() == [], "no session of anybody's is needed, and none begins"

        page.goto(elsewhere)
        assert page.evaluate(HEARD, [served.url, asked]) == "unheard"
        assert all("CORS" in error or "403" in error or "Failed to load" in error for error in console_errors)
        console_errors.clear()
