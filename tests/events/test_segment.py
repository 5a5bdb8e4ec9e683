"""Segment's calls need no mapping: their rows already speak our words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tillit.events.read_json import JsonLinesReader
from tillit.events.segment import segment_cells

ANA = {"type": "track", "messageId": "m1", "userId": "ana", "timestamp": "2025-03-01T10:00:00Z"}


def test_an_order_has_its_money_net_and_its_ids() -> None:
    call = ANA | {
        "event": "Order Completed",
        "anonymousId": "a-1",
        "properties": {"order_id": "1001", "revenue": 80, "total": 100, "currency": "SEK", "coupon": "VÅR"},
        "context": {
            "campaign": {"name": "vår", "medium": "email"},
            "ip": "192.0.2.1",
            "traits": {"email": "ana@example.org"},
        },
    }
    assert segment_cells(call) == {
        "message_id": "m1",
        "customer_id": "ana",
        "anonymous_id": "a-1",
        "email": "ana@example.org",
        "timestamp": "2025-03-01T10:00:00Z",
        "activity": "order_completed",
        "channel": "email",
        "campaign": "vår",
        "object": "1001",
        "amount": "80",
        "currency": "SEK",
        "properties.order_id": "1001",
        "properties.revenue": "80",
        "properties.total": "100",
        "properties.currency": "SEK",
        "properties.coupon": "VÅR",
    }


@pytest.mark.parametrize(
    ("call", "activity", "channel"),
    [
        ({"type": "page", "name": "Home"}, "page_viewed", "web"),
        ({"type": "screen", "name": "Start"}, "screen_viewed", "unknown"),
        ({"type": "identify", "traits": {"phone": "+46700000000"}}, "identified", "unknown"),
        ({"type": "track", "event": "Product Viewed", "context": {"page": {"path": "/p/1"}}}, "product_viewed", "web"),
        (
            {"type": "track", "event": "purchase", "context": {"campaign": {"medium": "CPC"}}},
            "order_completed",
            "paid_search",
        ),
        ({"type": "track", "event": "Warranty Registered", "channel": "server"}, "warranty_registered", "unknown"),
    ],
)
def test_every_call_has_an_activity_and_a_channel(call: dict[str, Any], activity: str, channel: str) -> None:
    cells = segment_cells(ANA | call)
    assert (cells["activity"], cells["channel"]) == (activity, channel)


@pytest.mark.parametrize(("written", "amount"), [("25.50", "-25.50"), ("-25.50", "-25.50")])
def test_a_refund_is_negative(written: str, amount: str) -> None:
    assert segment_cells(ANA | {"event": "Order Refunded", "properties": {"total": written}})["amount"] == amount


def test_a_purchase_of_ga4_is_an_order_with_its_money() -> None:
    bought = {"transaction_id": "T-1", "value": "99.50", "currency": "SEK", "items": [{"item_id": "s-1"}]}
    cells = segment_cells(ANA | {"event": "purchase", "properties": bought})
    assert (cells["activity"], cells["object"], cells["amount"]) == ("order_completed", "T-1", "99.50")


def test_a_viewed_price_is_no_money() -> None:
    assert "amount" not in segment_cells(ANA | {"event": "Product Viewed", "properties": {"value": "99"}})


@pytest.mark.parametrize("nonsense", [None, 7, "text", [1], {"revenue": {"a": 1}}])
def test_nonsense_where_an_object_belongs_is_survived(nonsense: object) -> None:
    call = ANA | {"event": "Order Completed", "properties": nonsense, "context": nonsense, "traits": nonsense}
    assert segment_cells(call)["activity"] == "order_completed"


def test_a_file_of_calls_is_recognised_by_its_first_object(tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_text(json.dumps(ANA | {"event": "Cart Viewed"}) + "\n" + '{"type": ["track"]}\n', encoding="utf-8")
    reader = JsonLinesReader(path)
    assert reader.format == "segment"
    (chunk,) = reader
    assert chunk.table.column("activity").to_pylist() == ["cart_viewed", None]
