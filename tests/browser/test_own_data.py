"""What people are asked and shown about their own data: the owner's pages and the customer's, in a real browser."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.conftest import assert_accessible, assert_fits, enter, make_owner
from tests.cli.test_import import tillit
from tests.web.serving.running import Served, start_serving, stop_serving, with_tables

ORDERS = """Order;Email;Date;Total
1001;ana@example.org;2026-03-01 10:00;250,50
1002;bo@example.org;2026-03-02 11:30;99,00
"""
PAGE = '203.0.113.{n} - - [02/Mar/2026:10:0{n}:00 +0100] "GET /{page} HTTP/1.1" 200 512 "-" "{agent}"\n'
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Served]:
    """A company with two customers' orders, and a web server's log in which a program looked at three pages."""
    folder = tmp_path_factory.mktemp("shop")
    running = start_serving(with_tables(folder / "data"))
    with browser.new_context() as first:
        make_owner(first.new_page(), running)
    visits = [PAGE.format(n=1, page="sofas", agent=BROWSER)]
    visits += [
        PAGE.format(n=n, page=f"p{n}", agent="Googlebot/2.1 (+http://www.google.com/bot.html)") for n in (2, 3, 4)
    ]
    for name, text in (("orders.csv", ORDERS), ("access.log", "".join(visits))):
        (folder / name).write_text(text, encoding="utf-8")
        done = tillit("import", str(folder / name), "--data", str(running.data))
        assert done.returncode == 0, done.stderr
    yield running
    stop_serving(running)


def sums_of_hours(page: Page) -> list[list[int]]:
    """For each hour: received, accepted, known already, refused."""
    cells = [int(cell) for cell in page.locator("tbody td.figure").all_inner_texts()]
    return [cells[begin : begin + 4] for begin in range(0, len(cells), 4)]


@pytest.mark.browser
def test_the_owner_chooses_how_far_to_measure_and_sees_who_looked(page: Page, shop: Served) -> None:
    enter(page, shop)
    page.get_by_role("link", name="See the privacy settings").click()
    assert_accessible(page)
    expect(page.get_by_label("With consent")).to_be_checked()
    page.get_by_label("Count only").check()
    page.get_by_label("Show the rules of").select_option("Norway")
    page.get_by_role("button", name="Save how we measure").click()
    expect(page.get_by_text("It is saved")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Count only")).to_be_checked()
    expect(page.get_by_role("heading", name="What Norway asks")).to_be_visible()
    page.get_by_label("With consent").check()
    page.get_by_role("button", name="Save how we measure").click()
    expect(page.get_by_text("It is saved")).to_be_visible()
    expect(page.get_by_label("With consent")).to_be_checked()
    page.set_viewport_size(PHONE)
    assert_fits(page)
    page.goto(f"{shop.url}/journeys/find/")
    page.locator("#identifier").fill("bo@example.org")
    page.get_by_role("button", name="Find the customer").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 event")
    page.goto(f"{shop.url}/settings/openings/")
    assert_accessible(page)
    assert_fits(page)
    latest = page.locator("tbody tr").first
    expect(latest).to_contain_text("ana@example.org")
    expect(latest).to_contain_text("Opened the page")


@pytest.mark.browser
@pytest.mark.browser_context_args(locale="en-GB", viewport=PHONE)
def test_a_customer_sees_corrects_withdraws_takes_along_and_erases(page: Page, browser: Browser, shop: Served) -> None:
    with browser.new_context(viewport=PHONE, locale="en-GB") as counter:
        owner = counter.new_page()
        enter(owner, shop)
        owner.goto(f"{shop.url}/journeys/find/")
        owner.locator("#identifier").fill("ana@example.org")
        owner.get_by_role("button", name="Find the customer").click()
        owner.get_by_role("button", name="Make a code for the customer").click()
        code = owner.locator(".copy").inner_text()
    page.goto(f"{shop.url}/me/")
    page.get_by_label("E-mail or phone number").fill("ana@example.org")
    page.get_by_role("button", name="Go on to the code").click()
    page.get_by_label("Code").fill("AAAA-AAAA")
    page.get_by_role("button", name="Open my page").click()
    expect(page.get_by_role("alert")).to_contain_text("This code opens nothing here.")
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Open my page").click()
    expect(page.get_by_role("heading", name="What Exempelbutiken knows about you")).to_be_visible()
    expect(page.get_by_text("ana@example.org")).to_be_visible()
    expect(page.get_by_text("Handed out a code").first).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("button", name="Say no Numbers about all customers").click()
    expect(page.get_by_text("Your answer is kept")).to_be_visible()
    expect(page.get_by_role("button", name="Say yes Numbers about all customers")).to_be_visible()
    page.get_by_label("What is wrong").fill("I ordered a lamp.")
    page.get_by_role("button", name="Ask them to mend it").click()
    expect(page.get_by_text("I ordered a lamp.")).to_be_visible()
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download as data (JSON)").click()
    told = json.loads(Path(taken.value.path()).read_text(encoding="utf-8"))
    assert [event["source"] for event in told["events"]] == [told["events"][0]["source"]], "her order alone"
    assert [consent["granted"] for consent in told["consents"]] == [False]
    page.get_by_role("link", name="Erase what you know about me").click()
    assert_accessible(page)
    page.get_by_role("button", name="Erase it all").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Nobody here sees it|You are erased"))
    page.goto(f"{shop.url}/me/page/")
    expect(page.get_by_role("heading", name="See what we know about you.")).to_be_visible()


@pytest.mark.browser
def test_what_came_in_adds_up_and_a_refused_event_is_offered_again(page: Page, shop: Served) -> None:
    enter(page, shop)
    page.get_by_role("link", name="See what comes in").click()
    expect(page.get_by_text("No event has come in yet.")).to_be_visible()
    page.locator("main [name=name]").fill("shop")
    page.locator("main [name=origins]").fill("https://shop.example")
    page.get_by_role("button", name="Make a key").click()
    key = page.locator(".copy").first.inner_text()
    assert_accessible(page)

    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    calls = [
        {"type": "track", "event": "Order Completed", "anonymousId": "v-1", "messageId": n, "timestamp": at}
        for n in "abb"
    ]
    calls.append({"type": "identify", "userId": "ana", "messageId": "c", "timestamp": at})
    basic = base64.b64encode(f"{key}:".encode()).decode()
    answer = page.request.post(
        f"{shop.url}/v1/batch",
        data={"batch": calls},
        headers={"Authorization": f"Basic {basic}", "Origin": "https://shop.example"},
    )
    assert answer.status in (200, 207), answer.text()
    page.goto(f"{shop.url}/settings/collection/")
    expect(
        page.get_by_text("4 events were received in the last two days: 2 accepted, 1 known already, 1 refused.")
    ).to_be_visible()
    page.get_by_text("Hour by hour").click()
    hours = sums_of_hours(page)
    assert [sum(column) for column in zip(*hours, strict=True)] == [4, 2, 1, 1]
    assert all(received == sum(parts) for received, *parts in hours)
    assert_accessible(page)

    page.get_by_role("link", name="See the 1 refused event").click()
    expect(page.get_by_text("What came").first).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Offer again", exact=False).first.click()
    expect(page.get_by_role("status")).to_contain_text("were known already")
    page.goto(f"{shop.url}/settings/collection/")
    expect(page.get_by_text("4 events were received in the last two days:")).to_be_visible()
    page.get_by_text("Hour by hour").click()
    hours = sums_of_hours(page)
    assert all(received == sum(parts) for received, *parts in hours)
    assert sum(received for received, *_ in hours) == 4, "what could not come in is not received again"
    page.set_viewport_size(PHONE)
    page.goto(f"{shop.url}/settings/collection/")
    assert_fits(page)


@pytest.mark.browser
def test_what_robots_did_is_left_out_and_put_back(page: Page, shop: Served) -> None:
    enter(page, shop)
    page.get_by_role("link", name="See the robots").click()
    expect(page.get_by_text("3 events are left out of every number, since programs made them.")).to_be_visible()
    assert_accessible(page)
    page.get_by_text("The latest").first.click()
    expect(page.get_by_text("Googlebot").first).to_be_visible()
    named = page.locator("li", has=page.get_by_text("The latest"))
    named.get_by_role("button", name="Count them").click()
    expect(page.get_by_text("Nothing was taken out.")).to_be_visible(timeout=30_000)
    page.set_viewport_size(PHONE)
    assert_fits(page)
    page.get_by_role("button", name="Leave them out").click()
    expect(page.get_by_text("3 events are left out")).to_be_visible(timeout=30_000)
