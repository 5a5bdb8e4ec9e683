"""At night a customer asks, is told the wait and books a callback; its host sees it, and the customer moves it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.conftest import assert_accessible, assert_fits, make_owner
from tests.web.serving.running import Served

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def weeks_around_the_next_change(today: date) -> tuple[int, int, date, date]:
    """The week that ends with the next change of Stockholm's clock and the week after, counted from this one; their
    Wednesdays."""
    monday = today - timedelta(days=today.weekday())
    for weeks in range(1, 26):
        begin = datetime.combine(monday + timedelta(weeks=weeks), datetime.min.time(), STOCKHOLM)
        if begin.utcoffset() != (begin - timedelta(weeks=1)).utcoffset():
            return weeks - 1, weeks, (begin - timedelta(days=5)).date(), (begin + timedelta(days=2)).date()
    raise AssertionError("half a year without a change of the clock")


def outside_of(now: datetime) -> tuple[str, range]:
    """Hours of every day that are far from now, and the hours of a clock within them."""
    first = 18 if now.hour < 12 else 8
    return f"mon-sun {first:02}:00-{first + 2:02}:00", range(first, first + 3)


def told(page: Page, address: str) -> Any:
    """The one event in the calendar that the host subscribes to."""
    [event] = Calendar.from_ical(page.request.get(address).body()).walk("VEVENT")
    return event


@pytest.mark.browser
def test_a_callback_is_booked_at_night_and_moved_beyond_a_change_of_the_clocks(
    page: Page, served: Served, browser: Browser
) -> None:
    make_owner(page, served)
    page.goto(f"{served.url}/bookings/calendars/")
    expect(page.get_by_role("heading", name="No calendar is read.")).to_be_visible()
    assert_accessible(page)
    page.goto(f"{served.url}/bookings/hosts/new/")
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Can be met", exact=True).fill("mon-sun 09:00-17:00")
    page.get_by_role("button", name="Keep it").click()
    page.goto(f"{served.url}/bookings/kinds/new/")
    page.get_by_label("What it is").fill("A call about your roof")
    page.get_by_label("Where").fill("We call you")
    page.get_by_label("Ada").check()
    page.get_by_label("Days ahead").fill("180")
    assert_accessible(page)
    page.get_by_role("button", name="Keep it").click()
    hours, open_hours = outside_of(datetime.now(STOCKHOLM))
    page.goto(f"{served.url}/meetings/staff/")
    page.get_by_label("When").fill(hours)
    page.get_by_role("button", name="Add these people").click()
    page.goto(f"{served.url}/bookings/kinds/")
    feed = page.get_by_text(re.compile(r"/book/calendar/")).inner_text()
    before, after, last_before, first_after = weeks_around_the_next_change(datetime.now(STOCKHOLM).date())

    new_york = "America/New_York"
    phone: ViewportSize = {"width": 390, "height": 844}
    with browser.new_context(timezone_id=new_york, locale="en-US", viewport=phone) as elsewhere:
        traveller = elsewhere.new_page()
        traveller.goto(f"{served.url}/book/a-call-about-your-roof/?week={before}")
        expect(traveller.get_by_text("The small times are where you are.")).to_be_visible()
        nine = datetime.combine(last_before, datetime.min.time().replace(hour=9), STOCKHOLM)
        theirs = nine.astimezone(ZoneInfo(new_york))
        day = traveller.locator(".day", has_text=f"{last_before.day} {last_before:%B}")
        day.get_by_role("button", name=f"09:00 {theirs:%H:%M} where you are").click()
        expect(traveller.get_by_role("heading", level=1)).to_contain_text(
            f"09:00 in Stockholm, {theirs:%H:%M} where you are"
        )
        expect(traveller.get_by_label("Your own clock")).to_have_value(new_york)
        assert_fits(traveller)
        assert_accessible(traveller)
        traveller.get_by_role("button", name="Choose another time").click()

    with browser.new_context(locale="en-GB", viewport=phone, java_script_enabled=False) as own:
        customer = own.new_page()
        customer.goto(f"{served.url}/talk/?language=en")
        customer.get_by_label("Your question").fill("Can you call me about my roof?")
        expect(customer.get_by_text("Nobody is here right now. One of us answers by")).to_be_visible()
        customer.get_by_role("button", name="Talk to one of us").click()
        promise = customer.get_by_role("status").get_by_text(re.compile(r"answers by .*? (\d\d):\d\d\.")).inner_text()
        found = re.search(r"answers by .*? (\d\d):\d\d\.", promise)
        assert found
        assert int(found[1]) in open_hours, "when somebody is there again"
        expect(customer.get_by_role("heading", name="Let our staff see what I have read here")).to_be_visible()
        assert_fits(customer)
        customer.get_by_role("link", name="Rather book a call").click()
        customer.get_by_role("link", name="A call about your roof").click()
        customer.goto(f"{served.url}/book/a-call-about-your-roof/?week={before}")
        assert_fits(customer)
        day = customer.locator(".day", has_text=f"{last_before.day} {last_before:%B}")
        day.get_by_role("button", name="09:00").click()
        customer.get_by_label("Your name").fill("Cy")
        customer.get_by_label("E-mail").fill("cy@example.org")
        expect(customer.get_by_label("Let our staff see what I have read here")).not_to_be_checked()
        assert_fits(customer)
        customer.get_by_role("button", name="Book this time").click()
        expect(customer.get_by_text("It is booked.")).to_be_visible()
        customer.get_by_text("See the time on your own clock").click()
        customer.get_by_label("Your own clock").select_option("Europe/London")
        customer.get_by_role("button", name="Say the time on this clock").click()
        expect(customer.get_by_role("heading", level=1)).to_contain_text("09:00 in Stockholm, 08:00 in London")
        assert_fits(customer)
        page.goto(customer.url)  # in a browser whose scripts run, which axe needs
        assert_accessible(page)

        booked = told(page, feed)
        assert booked.start == datetime.combine(last_before, datetime.min.time().replace(hour=9), STOCKHOLM)
        assert "Cy" in str(booked["summary"])

        customer.get_by_role("link", name="Move it").click()
        customer.goto(f"{customer.url}?week={after}")
        day = customer.locator(".day", has_text=f"{first_after.day} {first_after:%B}")
        day.get_by_role("button", name="09:00").click()
        expect(customer.get_by_role("heading", level=1)).to_contain_text("09:00")
        assert own.cookies() == []

    moved = told(page, feed)
    assert (str(moved["uid"]), int(moved["sequence"])) == (str(booked["uid"]), 1)
    assert moved.start == datetime.combine(first_after, datetime.min.time().replace(hour=9), STOCKHOLM)
    # Nine on the wall on either side, and not a whole number of days between.
    assert (moved.start.astimezone(UTC) - booked.start.astimezone(UTC)) % timedelta(days=1) != timedelta(0)
    page.goto(f"{served.url}/bookings/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 customer has booked")
    assert_accessible(page)
