"""How long data is kept, on a phone: what would go is said first, and a shorter time is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import assert_accessible, assert_fits, make_owner
from tests.web.serving.running import Served, start_serving, stop_serving
from tests.web.warehouse.erasure_stage import run

# Twelve visits that came 350 days ago; visits are kept for 400.
STAGE = """
import sys, time
from pathlib import Path
from tillit_web.serving.directory import open_directory
data = Path(sys.argv[1])
open_directory(data)
from tests.events.test_retiring import published, row
from tillit.events.log import EventLog
came = int(time.time() // 86_400) - 350
with EventLog.open(data) as log:
    published(log, data / "visits", [row(n, "Ana", "page_viewed", "web", came=came) for n in range(12)], [])
"""


@pytest.fixture
def visited(tmp_path: Path) -> Iterator[Served]:
    staged = run("-c", STAGE, str(tmp_path / "data"))
    assert staged.returncode == 0, staged.stderr
    running = start_serving(tmp_path / "data")
    yield running
    stop_serving(running)


@pytest.mark.browser
@pytest.mark.browser_context_args(locale="en-GB", viewport={"width": 390, "height": 844}, color_scheme="dark")
def test_a_shorter_time_says_what_goes_waits_and_is_taken_back(page: Page, visited: Served) -> None:
    make_owner(page, visited)
    page.goto(f"{visited.url}/settings/privacy/")
    page.get_by_role("link", name="Classes of data, and what goes next").click()
    expect(page.get_by_text("Nothing is old enough to go within 30 days.")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("link", name="Change Visits to the site").click()
    page.get_by_label("Days").fill("340")
    assert_accessible(page)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("With 340 days 12 rows are too old and go.")).to_be_visible()
    expect(page.get_by_role("button", name="Shorten it now: 12 rows go")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("button", name="Shorten it from").click()
    visits = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Visits to the site"))
    expect(visits).to_contain_text("340 days from")
    expect(visits).to_contain_text("Within 30 days: 12")
    assert_accessible(page)
    assert_fits(page)
    visits.get_by_role("button", name="Keep it for 400 days").click()
    expect(page.get_by_text("It stays as it was.")).to_be_visible()
    expect(visits).not_to_contain_text("340 days from")
    expect(page.get_by_text("Nothing is old enough to go within 30 days.")).to_be_visible()
