"""Which channel led to a page: what the address says goes before where the browser came from."""

from __future__ import annotations

import pytest

from tillit.events.arrivals import arrival_channel
from tillit.events.page_addresses import without_visitor
from tillit.events.segment import segment_cells

SHOP = "https://www.shop.example/skor"
GOOGLE = "https://www.google.se/"


@pytest.mark.parametrize(
    ("address", "before", "channel"),
    [
        (SHOP, GOOGLE, "organic_search"),
        (f"{SHOP}?gclid=abc", GOOGLE, "paid_search"),
        (f"{SHOP}?utm_medium=email", GOOGLE, "email"),
        (f"{SHOP}?utm_medium=Paid-Social", "", "paid_social"),
        (f"{SHOP}?utm_medium=skylt", "https://blog.example/", "referral"),
        (f"{SHOP}?fbclid=abc", "", "social"),
        (SHOP, "https://notgoogle.example/", "referral"),
        (SHOP, "https://shop.example/", None),
        (SHOP, "", None),
        ("/skor", GOOGLE, "organic_search"),
    ],
)
def test_known_arrivals(address: str, before: str, channel: str | None) -> None:
    assert arrival_channel(address, before) == channel
    # What is kept of an address says the same.
    assert arrival_channel(without_visitor(address), without_visitor(before)) == channel


def test_a_page_call_says_where_it_came_from_and_a_click_on_it_does_not() -> None:
    page = {"type": "page", "anonymousId": "a", "properties": {"url": SHOP, "referrer": GOOGLE}}
    assert segment_cells(page)["channel"] == "organic_search"
    inner = {
        "type": "page",
        "anonymousId": "a",
        "context": {"page": {"url": SHOP, "referrer": "https://shop.example/"}},
    }
    assert segment_cells(inner)["channel"] == "web"
    click = {"type": "track", "event": "Price Viewed", "context": {"page": {"url": SHOP, "referrer": GOOGLE}}}
    assert segment_cells(click)["channel"] == "web"
