"""Requests to the plain ASGI application, without a server."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

from tillit_web.meetings.app import DECIDE, Decider


async def asked(
    decider: Decider,
    body: Any,
    *,
    key: str,
    path: str = DECIDE,
    origin: str = "",
    method: str = "POST",
    signs: Sequence[tuple[bytes, bytes]] = (),
) -> tuple[int, Mapping[str, Any]]:
    """Status and JSON of one request."""
    sent: list[Mapping[str, Any]] = []
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = [(b"authorization", b"Bearer " + key.encode())] if key else []
    headers += signs
    if origin:
        headers.append((b"origin", origin.encode()))

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": raw, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": headers, "query_string": b""}
    await decider(scope, receive, send)
    return sent[0]["status"], json.loads(sent[1]["body"] or b"{}")


def signed(secret: str, moment: dict[str, Any]) -> dict[str, Any]:
    """As a shop's own server signs it."""
    text = json.dumps(moment)
    return {"signed": text, "signature": hmac.new(secret.encode(), text.encode(), "sha256").hexdigest()}


def ask(decider: Decider, body: Any, **rest: Any) -> tuple[int, Mapping[str, Any]]:
    """The same, for a test that asks one thing at a time."""
    return asyncio.run(asked(decider, body, **rest))
