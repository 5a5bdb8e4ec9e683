"""A server killed in the middle of an import finishes it after it is started again."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import make_owner
from tests.browser.test_import import choose_file
from tests.events.staged import ids_in
from tests.web.serving.running import start_serving, stop_serving, with_tables
from tillit.events.log import EventLog

SECONDS_TO_PUBLISH = 30


def wait_for_a_segment(data: Path) -> None:
    """Until the worker has written a segment, which it is told not to survive committing."""
    until = time.monotonic() + SECONDS_TO_PUBLISH
    while not list((data / "log").glob("*.parquet")):
        assert time.monotonic() < until, "the import was never published"
        time.sleep(0.05)


@pytest.mark.browser
def test_an_import_goes_on_after_the_server_was_killed(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TILLIT_FAULT", "publish.before_commit")
    doomed = start_serving(with_tables(tmp_path / "data"))
    make_owner(page, doomed)
    choose_file(page, doomed, tmp_path, "File")
    page.get_by_role("button", name="Read this file").click()
    page.get_by_role("button", name="Import this file").click(timeout=20_000)
    wait_for_a_segment(doomed.data)
    address = page.url.removeprefix(doomed.url)
    page.goto("about:blank")  # a page that asks a dead server every second is an error in its console
    doomed.process.kill()
    doomed.process.wait()
    if doomed.process.stdout is not None:
        doomed.process.stdout.close()

    monkeypatch.delenv("TILLIT_FAULT")
    served = start_serving(tmp_path / "data")
    try:
        page.goto(served.url + address)
        expect(page.get_by_role("heading", name="Every row")).to_be_visible(timeout=90_000)
        expect(page.get_by_role("row", name="Rows in the file").get_by_role("cell")).to_have_text("5")
        page.goto("about:blank")
    finally:
        stop_serving(served)
    with EventLog.open(served.data) as log:
        assert len(ids_in(log)) == 3
        assert len(set(ids_in(log))) == 3
