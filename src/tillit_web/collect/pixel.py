"""A call in the address of an image, for mails and pages without script."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import msgspec

from tillit_web.collect.answers import Answer

_GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
# An image is always answered with an image: nobody reads a problem there. What is refused is in the failed box.
PIXEL = Answer(200, _GIF, b"image/gif")
_OWN = frozenset({"writeKey", "messageId", "anonymousId", "event", "timestamp"})


def pixel_call(query: Mapping[str, str]) -> bytes:
    """The call that a pixel's address says: a track call with `event`, otherwise a page; the rest are properties."""
    call: dict[str, Any] = {name: query[name] for name in ("anonymousId", "event", "timestamp") if name in query}
    call["type"] = "track" if "event" in query else "page"
    call["messageId"] = query.get("messageId") or f"pixel-{secrets.token_hex(12)}"
    call["properties"] = {name: value for name, value in query.items() if name not in _OWN}
    return msgspec.json.encode(call)
