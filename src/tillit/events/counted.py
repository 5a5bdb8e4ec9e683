"""Events that are only counted: nothing ties one to another or to anybody, so they are in no journey and no customer.

They are in the log, once each, as all events; a store of persons is built without them and says how many there were.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

# Stands where the kind of an identifier does. It is no IdentifierKind: nobody can be known by it.
COUNTED = "counted"

# What a counted call may say of what happened: nothing that names a person, an order or a device.
_PROPERTIES = frozenset(
    {"url", "path", "title", "referrer", "name", "category", "product_id", "sku", "variant", "brand", "position"}
    | {"price", "quantity", "currency", "value", "revenue", "total", "form", "fields", "list", "list_id", "coupon"}
)
_CONTEXT = ("campaign", "page", "webdriver", "userAgent", "library")
_CALL = ("type", "event", "name", "category", "messageId", "timestamp", "originalTimestamp", "sentAt")


def counted_call(call: Mapping[str, Any]) -> dict[str, Any]:
    """A call without what could tie it to another: no identifier, no trait, and of its properties what counts."""
    kept = {name: call[name] for name in _CALL if name in call}
    for name, allowed in (("properties", _PROPERTIES), ("context", _CONTEXT)):
        said = call.get(name)
        if isinstance(said, dict):
            kept[name] = {key: value for key, value in said.items() if key in allowed}
    return kept


def nobody(event_id: str, key: bytes) -> bytes:
    """The subject of a counted event: 16 bytes of the event's own id, so no other event has it."""
    return hashlib.blake2b(event_id.encode(), key=key, digest_size=16, person=b"counted").digest()


def of_somebody(events: pa.Table) -> pa.Table:
    """These rows of EVENT_SCHEMA (texts may be dictionaries) but for those that are only counted."""
    counted = pc.equal(events["subject_kind"].cast(pa.string()), COUNTED)
    return events.filter(pc.invert(counted)) if pc.any(counted).as_py() else events
