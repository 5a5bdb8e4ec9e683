"""A script in every field that is tracked, rendered on every page there is: nothing runs, nothing is drawn by it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Dialog, Page

from tests.browser.conftest import make_owner
from tests.web.serving.running import start_serving, stop_serving, with_tables

pytestmark = pytest.mark.browser

SCRIPT = "'\"><img data-hostile src=x onerror=alert(1)><script data-hostile>alert(2)</script>{{7*7}}javascript:alert(3)"
MOST_PAGES = 90
DRAWN = "document.querySelectorAll('[data-hostile], [onerror], [onload], a[href^=\"javascript:\" i]').length"


def hostile_calls() -> Iterator[dict[str, object]]:
    """Twelve customers, each with a question and an order, in words that are all scripts."""
    for customer in range(12):
        who = {"userId": f"{SCRIPT}{customer}", "anonymousId": f"a{customer}{SCRIPT}"}
        page = {"path": f"/{SCRIPT}", "title": SCRIPT, "referrer": f"https://x.example/{SCRIPT}", "url": SCRIPT}
        campaign = dict.fromkeys(("name", "source", "medium", "term", "content"), SCRIPT)
        context = {"page": page, "campaign": campaign, "userAgent": SCRIPT, "locale": SCRIPT}
        traits = {"email": f"c{customer}@example.org", "name": SCRIPT, "city": SCRIPT}
        yield {"type": "identify", "messageId": f"i{customer}", "traits": traits, **who, "context": context}
        for place, event in enumerate((f"Asked {SCRIPT}", "Product Viewed", f"Left {SCRIPT}", "Order Completed")):
            yield {
                "type": "track",
                "event": event,
                "messageId": f"{SCRIPT}{customer}-{place}",
                "properties": {
                    SCRIPT: SCRIPT,
                    "total": 100,
                    "currency": "SEK",
                    "order_id": SCRIPT,
                    "products": [SCRIPT],
                },
                "timestamp": f"2026-02-{1 + customer:02}T1{place}:00:00Z",
                **who,
                "context": context,
            }


def plain_addresses(resolver: URLResolver, prefix: str = "/") -> Iterator[str]:
    """Every address of the product that needs nothing filled in."""
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from plain_addresses(pattern, route)
        elif isinstance(pattern, URLPattern) and not re.search(r"[<^$\\(]", route):
            yield route


def tillit(*arguments: str) -> str:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    typed = [sys.executable, "-m", "tillit_cli", *arguments]
    return subprocess.run(typed, env=environment, capture_output=True, text=True, check=True).stdout


def test_a_script_in_every_field_is_text_on_every_page(page: Page, tmp_path: Path) -> None:
    data = with_tables(tmp_path / "data")
    file = tmp_path / "calls.jsonl"
    file.write_text(
        "".join(json.dumps({"timestamp": "2026-02-01T09:00:00Z"} | call) + "\n" for call in hostile_calls())
    )
    tillit("import", str(file), "--data", str(data))
    running = start_serving(data)
    dialogs: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    try:
        make_owner(page, running, company=SCRIPT[:60])
        key = re.search(r"write key: (\S+)", tillit("key", "create", "--data", str(data), "--name", SCRIPT[:70]))
        assert key is not None
        for sent in ({"type": SCRIPT}, {"type": "track", "event": SCRIPT, "userId": "null"}):  # for the failed box
            answer = page.request.post(
                f"{running.url}/v1/batch", data=json.dumps({"batch": [sent], "writeKey": key[1]})
            )
            assert answer.status == 200
        waiting = [urljoin(running.url, address) for address in plain_addresses(get_resolver())]
        waiting.insert(0, page.url)
        seen: set[str] = set()
        visited = mentioned = 0
        while waiting and visited < MOST_PAGES:
            address = waiting.pop(0).partition("#")[0]
            if address in seen or "sign-out" in address:
                continue
            seen.add(address)
            found = page.request.get(address)
            if found.status >= 500:
                pytest.fail(f"{address} answered {found.status}")
            if found.status != 200 or "text/html" not in found.headers["content-type"]:
                continue
            page.goto(address)
            visited += 1
            assert page.evaluate(DRAWN) == 0, address
            assert "<img data-hostile" not in page.content(), address
            mentioned += "data-hostile" in page.content()
            links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
            whole = (urljoin(address, link) for link in links)
            waiting += [link for link in whole if urlsplit(link).netloc == urlsplit(running.url).netloc]
        assert not dialogs
        assert visited >= 30
        assert mentioned >= 10
    finally:
        stop_serving(running)
