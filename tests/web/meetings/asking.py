"""Requests to the plain ASGI application, without a server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from tillit_web.meetings.app import DECIDE, Decider


async def asked(
    decider: Decider, body: Any, *, key: str, path: str = DECIDE, origin: str = "", method: str = "POST"
) -> tuple[int, Mapping[str, Any]]:
    """Status and JSON of one request."""
    sent: list[Mapping[str, Any]] = []
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = [(b"authorization", b"Bearer " + key.encode())] if key else []
    if origin:
        headers.append((b"origin", origin.encode()))

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": raw, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": headers, "query_string": b""}
    await decider(scope, receive, send)
    return sent[0]["status"], json.loads(sent[1]["body"] or b"{}")


def ask(decider: Decider, body: Any, **rest: Any) -> tuple[int, Mapping[str, Any]]:
    """The same, for a test that asks one thing at a time."""
    return asyncio.run(asked(decider, body, **rest))
