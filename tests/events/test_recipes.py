"""Each recipe's sample gives the events that a person reading the export would write down."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.events.text_files import KEY, rows_of
from tillit.events.inspecting import inspect_file
from tillit.events.recipe import all_recipes, recognise
from tillit.events.staging import Staged, stage
from tillit.vocabulary import ACTIVITY_BY_NAME

SAMPLES = Path(__file__).parent / "samples"

VISITOR = "anonymous:2025-03-01 192.0.2.0/24 safari 17 phone"
ROBOT = "anonymous:2025-03-01 2001:db8:85a3::/48 googlebot 2 program"
ANA, BO, PHONE = "email:ana@example.org", "email:bo@example.org", "phone:+46701234567"

# What happened when (UTC), to whom, at which amount in minor units net of VAT, through which channel.
EXPECTED: dict[str, list[tuple[str, str, str, int | None, str]]] = {
    "shopify_orders.csv": [
        ("2025-03-01T09:00:00", "order_completed", ANA, 84900, "web"),
        ("2025-03-01T09:00:05", "order_paid", ANA, None, "web"),
        ("2025-03-02T07:59:00", "order_completed", BO, 34900, "web"),
        ("2025-03-02T08:00:00", "order_paid", BO, None, "web"),
        ("2025-03-03T13:30:00", "order_shipped", ANA, None, "delivery"),
        ("2025-03-04T11:00:00", "order_cancelled", BO, None, "web"),
        ("2025-03-04T11:00:00", "order_refunded", BO, -34900, "web"),
        ("2025-03-05T15:00:00", "order_completed", PHONE, 12000, "store"),
        ("2025-03-05T15:00:00", "order_paid", PHONE, None, "web"),
        ("2025-03-05T15:00:00", "order_shipped", PHONE, None, "delivery"),
    ],
    "woocommerce_orders.csv": [
        ("2025-03-01T10:00:00", "order_completed", ANA, 49900, "web"),
        ("2025-03-01T10:01:00", "order_paid", ANA, None, "web"),
        ("2025-03-04T15:00:00", "order_shipped", ANA, None, "delivery"),
    ],
    "woocommerce_orders_plain.csv": [
        ("2025-03-01T10:00:00", "order_completed", ANA, 25000, "web"),
        ("2025-03-01T10:02:00", "order_paid", ANA, None, "web"),
    ],
    "hubspot_contacts.csv": [
        ("2025-03-01T10:00:00", "lead_created", ANA, None, "organic_search"),
        ("2025-03-02T11:30:00", "lead_created", "customer:hubspot/90102", None, "unknown"),
    ],
    "hubspot_deals.csv": [
        ("2025-03-01T10:00:00", "deal_created", "customer:hubspot/90101", None, "unknown"),
        ("2025-03-05T09:00:00", "deal_created", "order:hubspot/7002", None, "unknown"),
        ("2025-03-06T09:00:00", "deal_created", "customer:hubspot/90102", None, "unknown"),
        ("2025-03-10T15:00:00", "deal_won", "customer:hubspot/90101", 2_500_000, "unknown"),
        ("2025-03-12T08:00:00", "deal_lost", "customer:hubspot/90102", None, "unknown"),
    ],
    "pipedrive_deals.csv": [
        ("2025-03-01T10:00:00", "deal_created", ANA, None, "unknown"),
        ("2025-03-02T10:00:00", "deal_created", "order:pipedrive/12", None, "unknown"),
        ("2025-03-08T12:00:00", "deal_won", ANA, 120_000, "unknown"),
        ("2025-03-09T12:00:00", "deal_lost", "order:pipedrive/12", None, "unknown"),
    ],
    "pipedrive_activities.csv": [
        ("2025-03-02T09:15:00", "call_held", ANA, None, "phone"),
        ("2025-03-04T14:00:00", "meeting_held", "order:pipedrive/12", None, "unknown"),
    ],
    "zendesk_tickets.csv": [
        ("2025-03-05T08:00:00", "ticket_opened", ANA, None, "email"),
        ("2025-03-06T09:00:00", "ticket_solved", ANA, None, "support"),
        ("2025-03-07T10:00:00", "ticket_opened", BO, None, "web"),
    ],
    "chatwoot_conversations.csv": [
        ("2025-03-01T10:00:00", "ticket_opened", ANA, None, "chat"),
        ("2025-03-01T10:02:30", "ticket_answered", ANA, None, "chat"),
        ("2025-03-01T10:20:00", "ticket_solved", ANA, None, "chat"),
        ("2025-03-02T09:00:00", "ticket_opened", PHONE, None, "email"),
    ],
    "cal_com_bookings.csv": [
        ("2025-03-01T10:00:00", "call_booked", ANA, None, "web"),
        ("2025-03-02T10:00:00", "call_booked", BO, None, "web"),
        ("2025-03-03T10:00:00", "call_booked", ANA, None, "web"),
        ("2025-03-04T09:00:00", "call_held", ANA, None, "unknown"),
    ],
    "fortnox_invoices.csv": [
        ("2025-02-28T23:00:00", "invoice_sent", ANA, 100_000, "mail"),
        ("2025-03-04T23:00:00", "invoice_sent", "customer:fortnox/16", 7960, "mail"),
        ("2025-03-19T23:00:00", "invoice_paid", ANA, None, "mail"),
    ],
    "fortnox_invoices_nb.csv": [
        ("2025-02-28T23:00:00", "invoice_sent", "customer:fortnox/15", 10_000, "mail"),
        ("2025-03-10T23:00:00", "invoice_paid", "customer:fortnox/15", None, "mail"),
    ],
    "visma_invoices.csv": [
        ("2025-02-28T23:00:00", "invoice_sent", "customer:visma/7", 40_000, "mail"),
        ("2025-03-27T23:00:00", "invoice_paid", "customer:visma/7", None, "mail"),
    ],
    "visma_invoices_nb.csv": [("2025-02-28T23:00:00", "invoice_sent", "customer:visma/8", 1_000_000, "mail")],
    "web_server.log": [
        ("2025-03-01T09:00:00", "page_viewed", VISITOR, None, "email"),
        ("2025-03-01T09:00:20", "page_viewed", VISITOR, None, "web"),
        ("2025-03-01T09:01:00", "page_viewed", ROBOT, None, "organic_search"),
    ],
    "rees46_events.csv": [
        ("2021-02-12T20:40:19", "product_viewed", "customer:9", None, "web"),
        ("2021-02-12T20:41:19", "product_added", "customer:9", None, "web"),
        ("2021-02-12T20:42:19", "order_completed", "customer:9", 8824, "web"),
    ],
}
TOTALS = ("google_search_console.csv", "plausible.csv")


def staged_sample(name: str, work: Path) -> Staged:
    return stage([SAMPLES / name], [None], key=KEY, received_at=1, work=work)


def told(event: dict[str, Any]) -> tuple[str, str, bytes, int | None, str]:
    at = datetime.fromtimestamp(event["occurred_at"] // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return at, event["activity"], event["subject"], event["amount_minor"], event["channel"]


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_sample_gives_these_events(tmp_path: Path, name: str) -> None:
    staged = staged_sample(name, tmp_path)
    assert staged.receipt.rejected == 0, staged.receipt
    expected = [
        (at, activity, hmac.digest(KEY, who.encode(), "sha256")[:16], amount, channel)
        for at, activity, who, amount, channel in EXPECTED[name]
    ]
    assert sorted(map(told, rows_of(staged.events)), key=repr) == sorted(expected, key=repr)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_no_event_carries_an_employee(tmp_path: Path, name: str) -> None:
    """Cy works for the company in every sample and must be in no event, link or contact."""
    staged = staged_sample(name, tmp_path)
    everything = repr(rows_of(staged.events) + rows_of(staged.contacts))
    assert "Cy" not in everything
    assert "cy@example.com" not in everything


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_clear_names_and_addresses_are_in_no_event(tmp_path: Path, name: str) -> None:
    events = repr(rows_of(staged_sample(name, tmp_path).events))
    assert not [word for word in ("Ana A", "Bo B", "@example.org", "192.0.2.1") if word in events]


@pytest.mark.parametrize("name", TOTALS)
def test_totals_are_recognised_as_such(name: str) -> None:
    found = inspect_file(SAMPLES / name)
    assert found.totals_only
    assert found.recipe is not None


def test_every_recipe_has_a_sample_and_every_activity_is_a_known_one() -> None:
    recognised = {inspect_file(SAMPLES / name).recipe for name in (*EXPECTED, *TOTALS)}
    assert recognised == {recipe.product for recipe in all_recipes()}
    activities = {activity for events in EXPECTED.values() for _, activity, *_ in events}
    assert activities - set(ACTIVITY_BY_NAME) == {"meeting_held"}


def test_the_refund_belongs_to_its_order(tmp_path: Path) -> None:
    events = rows_of(staged_sample("shopify_orders.csv", tmp_path).events)
    assert [event["object"] for event in events if event["activity"] == "order_refunded"] == ["#1002"]


def test_the_same_export_fetched_again_later_has_the_same_ids(tmp_path: Path) -> None:
    """A Shopify order that was fulfilled since the last export changes its row, but not the events it gave before."""
    text = (SAMPLES / "shopify_orders.csv").read_text(encoding="utf-8")
    later = tmp_path / "later.csv"
    later.write_text(
        text.replace("fulfilled,2025-03-03 14:30:00 +0100", "fulfilled,2025-03-06 14:30:00 +0100"), "utf-8"
    )
    before = {event["event_id"] for event in rows_of(staged_sample("shopify_orders.csv", tmp_path / "a").events)}
    after = stage([later], [None], key=KEY, received_at=2, work=tmp_path / "b")
    assert {event["event_id"] for event in rows_of(after.events)} == before


def test_headers_in_another_language_find_the_same_recipe() -> None:
    swedish = recognise(
        ["Namn", "E-post", "Betalningsstatus", "Leveransstatus", "Skapad", "Radartikelns namn", "Totalt"]
    )
    assert swedish is not None
    assert swedish.mapping is not None
    assert swedish.product == "Shopify orders"
    assert [rule.activity.constant for rule in swedish.mapping.events] == ["order_completed"]
    assert 'No order_paid events: the file has no column "Paid at".' in swedish.left_out


def test_a_number_of_one_system_is_nobody_in_another(tmp_path: Path) -> None:
    """Customer 7 of Visma and customer 7 of a shop's file are two people; contact and deal of HubSpot meet."""
    shop = tmp_path / "shop.csv"
    shop.write_text("customer_id,time,event\n7,2025-03-01T10:00:00Z,visit\n", encoding="utf-8")
    theirs = stage([shop], [None], key=KEY, received_at=1, work=tmp_path / "shop")
    ours = staged_sample("visma_invoices.csv", tmp_path / "visma")
    assert not {e["subject"] for e in rows_of(theirs.events)} & {e["subject"] for e in rows_of(ours.events)}
    contacts = rows_of(staged_sample("hubspot_contacts.csv", tmp_path / "contacts").links)
    deals = rows_of(staged_sample("hubspot_deals.csv", tmp_path / "deals").events)
    numbered = {link["right"] for link in contacts if link["right_kind"] == "customer"}
    assert numbered & {deal["subject"] for deal in deals}
