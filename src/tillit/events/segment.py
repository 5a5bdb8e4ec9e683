"""Segment's calls (track, page, screen, identify, group, alias) as rows of one shape that needs no mapping.

Specification: https://segment.com/docs/connections/spec/. What a call tells about the device (address, browser) and
about the person beyond an e-mail and a phone number is left out: no journey needs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tillit.events.arrivals import arrival_channel, channel_of_medium
from tillit.events.json_lines import Number, as_text
from tillit.events.loose_rows import Cells
from tillit.events.names import activity_name
from tillit.vocabulary import Channel

# A call without an event name of its own, and what it says happened.
_ACTIVITY_OF_CALL = {
    "page": "page_viewed",
    "screen": "screen_viewed",
    "identify": "identified",
    "group": "group_joined",
    "alias": "identified",
}
CALLS = frozenset({"track", *_ACTIVITY_OF_CALL})

# What every call has or lacks; a file without one of them still has its column, for the rows to be refused.
ALWAYS = ("message_id", "customer_id", "anonymous_id", "timestamp", "activity", "channel")

_TIMES = ("timestamp", "originalTimestamp", "sentAt", "receivedAt")

# Segment: `revenue` is without shipping and tax, `total` with both. Only orders carry money; a viewed price does not.
_AMOUNTS = ("revenue", "total", "value")
_MONEY_BACK = frozenset({"order_refunded", "order_returned"})
# Segment's names first, then GA4's.
_OBJECTS = ("order_id", "transaction_id", "product_id", "sku", "item_id", "cart_id", "path")


def is_segment_call(parsed: Mapping[str, Any]) -> bool:
    """Whether an object has the fields every Segment call has: a type and someone it is about."""
    kind = parsed.get("type")
    return isinstance(kind, str) and kind in CALLS and ("userId" in parsed or "anonymousId" in parsed)


def segment_cells(call: Mapping[str, Any]) -> Cells:
    """The cells of one call: ids, time, activity, channel, money and object in our words; `properties.*` kept."""
    kind = call.get("type")
    context = _inner(call, "context")
    properties = _inner(call, "properties")
    traits = {**_inner(context, "traits"), **_inner(call, "traits")}
    campaign = _inner(context, "campaign")
    page = _inner(context, "page")
    event = call.get("event") if kind == "track" else None
    activity = activity_name(event) if isinstance(event, str) else _ACTIVITY_OF_CALL.get(str(kind), "")

    found: dict[str, Any] = {
        "message_id": call.get("messageId"),
        "customer_id": call.get("userId"),
        "anonymous_id": call.get("previousId") if kind == "alias" else call.get("anonymousId"),
        "email": traits.get("email"),
        "phone": traits.get("phone"),
        "timestamp": _first(call, _TIMES),
        "activity": activity,
        "channel": _channel(call, campaign, page),
        "campaign": campaign.get("name"),
        "object": _first(properties, _OBJECTS) or page.get("path"),
    }
    if activity.startswith("order_"):
        found["amount"] = _amount(properties, refund=activity in _MONEY_BACK)
        found["currency"] = properties.get("currency")
    found |= {f"properties.{key}": value for key, value in properties.items()}
    return {key: as_text(value) for key, value in found.items() if value is not None and value != ""}


def _inner(outer: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = outer.get(key)
    return value if isinstance(value, dict) else {}


def _first(outer: Mapping[str, Any], keys: tuple[str, ...]) -> Any:
    return next((outer[key] for key in keys if outer.get(key) not in (None, "")), None)


def _amount(properties: Mapping[str, Any], *, refund: bool) -> Any:
    amount = _first(properties, _AMOUNTS)
    if refund and isinstance(amount, str) and not amount.startswith("-"):
        return Number(f"-{amount}")
    return amount


def _channel(call: Mapping[str, Any], campaign: Mapping[str, Any], page: Mapping[str, Any]) -> str:
    medium = campaign.get("medium")
    named = channel_of_medium(medium) if isinstance(medium, str) else None
    if named is not None:
        return named
    if call.get("type") == "page":
        shown = {**page, **_inner(call, "properties")}
        arrived = arrival_channel(str(shown.get("url") or ""), str(shown.get("referrer") or ""))
        if arrived is not None:
            return arrived
    seen_on_a_page = page or call.get("channel") in ("client", "browser", "web") or call.get("type") == "page"
    return Channel.WEB if seen_on_a_page else Channel.UNKNOWN
