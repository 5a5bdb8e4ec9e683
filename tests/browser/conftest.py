"""A real `tillit serve` on a free port, and a browser in which every console error fails the story."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.web.serving.running import Served, start_serving, stop_serving, with_tables

EMAIL = "ana@example.org"
PASSWORD = "spruce lantern harbour"


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """The machine's own Chromium where there is one, and nothing of it that calls home."""
    arguments: dict[str, object] = {
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
        ]
    }
    named = os.environ.get("CHROMIUM")  # `make test` says which
    installed = named or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    return arguments | ({"executable_path": installed} if installed else {})


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, object]:
    """An English reader at a desk; a story says otherwise by `@pytest.mark.browser_context_args(...)`."""
    return {"locale": "en-GB", "viewport": {"width": 1280, "height": 900}}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A tillit that nobody owns yet, on a data directory of this story's own."""
    running = start_serving(with_tables(tmp_path / "data"))
    yield running
    stop_serving(running)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Served]:
    """A tillit with its owner, shared by the stories of one file; `enter` signs in."""
    running = start_serving(with_tables(tmp_path_factory.mktemp("shop") / "data"))
    with browser.new_context() as first:
        make_owner(first.new_page(), running)
    yield running
    stop_serving(running)


@pytest.fixture(autouse=True)
def console_errors(page: Page) -> Iterator[list[str]]:
    """Errors in the browser's console, refused scripts and styles among them; any one left at the end fails the story.

    A story that provokes one on purpose (a page that is not found) removes it from the list.
    """
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            errors.append(f"{message.text} ({message.location.get('url', '')})")

    page.on("console", note)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield errors
    assert not errors, errors


def make_owner(page: Page, served: Served, *, company: str = "Exempelbutiken", language: str = "en") -> None:
    """Open the one-time link and make the owner's account, as a person would in any language."""
    page.goto(served.url + served.first_link)
    page.locator(f"button[name=language][value={language}]").click()
    page.locator("[name=company_name]").fill(company)
    page.locator("[name=email]").fill(EMAIL)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button.filled").click()
    expect(page.locator(".bar .company")).to_have_text(company)


def enter(page: Page, served: Served, *, language: str = "en") -> None:
    """Sign in as the owner, and read on in `language`."""
    page.goto(f"{served.url}/account/sign-in/")
    page.locator("[name=login]").fill(EMAIL)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button.filled").click()
    expect(page.locator(".bar .company")).to_be_visible()
    page.goto(f"{served.url}/settings/")
    page.locator(f"main button[name=language][value={language}]").click()


def assert_accessible(page: Page) -> None:
    """Fail with axe-core's report if it finds anything on this page."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def assert_fits(page: Page) -> None:
    """Fail if the page itself scrolls sideways."""
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{page.url} is {overflow} px wider than its window"
