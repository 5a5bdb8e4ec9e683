"""The report in a real browser: no error, no request, nothing axe objects to, in light and dark."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.reports.test_page import WAY, made, market
from tillit.journeys.funnel import FunnelSpec
from tillit.reports.page import render

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("customers", "scheme"), [(20, "light"), (200, "dark")])
def test_ana_opens_the_report_she_was_mailed(browser: Browser, tmp_path: Path, customers: int, scheme: str) -> None:
    found = made(tmp_path, market(customers), goal="order_completed", funnel=FunnelSpec(WAY[:4]))
    path = tmp_path / "report.html"
    path.write_text(render(found), encoding="utf-8")
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
    try:
        page = context.new_page()
        said, asked = list[str](), list[str]()
        page.on("console", lambda message: said.append(message.text))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        expect(page.get_by_role("heading", level=1)).to_contain_text("journeys")
        expect(page.get_by_role("img", name="Map of the customers' way")).to_be_visible()
        page.get_by_text("Method, sample and weakest assumption").click()
        expect(page.get_by_text("Weakest assumption: journeys")).to_be_visible()
        body = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert body == ("rgb(22, 26, 25)" if scheme == "dark" else "rgb(251, 250, 247)")  # the style was allowed
        assert said == []
        assert asked == [path.as_uri()]
        # axe needs eval, which the page's policy rightly refuses to everybody else.
        with browser.new_context(bypass_csp=True, color_scheme="dark" if scheme == "dark" else "light") as unguarded:
            tested = unguarded.new_page()
            tested.goto(path.as_uri())
            assert Axe().run(tested).response["violations"] == []
    finally:
        context.close()
