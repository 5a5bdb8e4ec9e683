"""Requests to the plain ASGI parts of the desk, without a server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

App = Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


async def asked(
    app: App,
    path: str,
    *,
    method: str = "GET",
    query: str = "",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    address: str = "192.0.2.7",
    takes_receive: bool = True,
) -> Answered:
    """One request, whole."""
    given = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": given,
        "client": (address, 1),
    }
    waiting: list[MutableMapping[str, Any]] = [{"type": "http.request", "body": body}]
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await (app(scope, receive, send) if takes_receive else app(scope, send))
    found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answered(sent[0]["status"], found, b"".join(message.get("body", b"") for message in sent[1:]))


def ask(app: App, path: str, **rest: Any) -> Answered:
    """The same, from a test that is not async."""
    return asyncio.run(asked(app, path, **rest))


class Following:
    """A stream that is read while it comes; leave it by `async with`."""

    def __init__(self, app: App, path: str, headers: Mapping[str, str], *, address: str = "192.0.2.7") -> None:
        given = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        self._scope = {"type": "http", "method": "GET", "path": path, "headers": given, "client": (address, 1)}
        self._app = app
        self._left = asyncio.Event()
        self._news = asyncio.Event()
        self._task: asyncio.Future[None] | None = None
        self.status = 0
        self.text = ""

    async def __aenter__(self) -> Following:
        async def receive() -> MutableMapping[str, Any]:
            await self._left.wait()
            return {"type": "http.disconnect"}

        async def send(message: MutableMapping[str, Any]) -> None:
            self.status = message.get("status", self.status)
            self.text += message.get("body", b"").decode()
            self._news.set()

        self._task = asyncio.ensure_future(self._app(self._scope, receive, send))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._left.set()
        assert self._task is not None
        await asyncio.wait_for(self._task, 10)

    def events(self, name: str) -> list[Any]:
        """The data of each event of this name so far."""
        blocks = [dict(line.partition(": ")[::2] for line in block.split("\n")) for block in self.text.split("\n\n")]
        return [json.loads(block["data"]) for block in blocks if block.get("event") == name]

    async def until(self, name: str, count: int) -> list[Any]:
        """The data of so many events, as soon as they have come."""
        async with asyncio.timeout(10):
            while len(self.events(name)) < count:
                await self._news.wait()
                self._news.clear()
        return self.events(name)
