"""One stream of server-sent events over ASGI: what is told goes out at once, a beat in silence, an end at the end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from tillit_web.collect.requests import Receive, Send
from tillit_web.desk.live import Event, Follower

RETRY_MILLISECONDS = 2_000
RETRY_WITHOUT_STREAM = 5_000
SECONDS_BETWEEN_BEATS = 15.0  # proxies close what is silent for a minute, some for half of one
SECONDS_TO_SEND = 20.0  # a browser that takes nothing for so long is gone, whatever its connection says

HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # a proxy that collects what it passes on would keep it for minutes
    (b"x-content-type-options", b"nosniff"),
)
BEAT = b": still here\n\n"
END = Event("end", b"{}").encoded()


async def send_stream(
    receive: Receive,
    send: Send,
    follower: Follower,
    first: Sequence[Event],
    *,
    is_allowed: Callable[[], Awaitable[bool]],
    seconds_between_checks: float,
    seconds_between_beats: float = SECONDS_BETWEEN_BEATS,
    seconds_to_send: float = SECONDS_TO_SEND,
) -> None:
    """Send until the browser leaves, the follower is over, or it is not allowed any more.

    Args:
        first: What happened before the follower began; an event that is told again is not sent twice.
        is_allowed: Asked again and again: sessions end, roles change, conversations are erased. After a no the event
            `end` is sent, and the browser does not come back.
    """

    async def put(body: bytes) -> None:
        async with asyncio.timeout(seconds_to_send):
            await send({"type": "http.response.body", "body": body, "more_body": True})

    leaving = asyncio.create_task(_left(receive))
    leaving.add_done_callback(lambda _task: follower.end())
    try:
        await send({"type": "http.response.start", "status": 200, "headers": list(HEADERS)})
        await put(b"retry: %d\n\n" % RETRY_MILLISECONDS + b"".join(event.encoded() for event in first))
        sent = max((event.id for event in first if event.id is not None), default=-1)
        checked_at = time.monotonic()
        while follower.has_more and not leaving.done():
            told = [
                event for event in await follower.heard(seconds_between_beats) if event.id is None or event.id > sent
            ]
            if time.monotonic() - checked_at >= seconds_between_checks:
                if not await is_allowed():
                    await put(END)
                    break
                checked_at = time.monotonic()
            sent = max((event.id for event in told if event.id is not None), default=sent)
            await put(b"".join(event.encoded() for event in told) or BEAT)
        await send({"type": "http.response.body", "body": b""})
    except TimeoutError:
        return
    finally:
        leaving.cancel()


async def send_once(send: Send, first: Sequence[Event]) -> None:
    """Send what happened and end: where no stream can be kept open, the browser comes back for more by itself."""
    await send({"type": "http.response.start", "status": 200, "headers": list(HEADERS)})
    body = b"retry: %d\n\n" % RETRY_WITHOUT_STREAM + b"".join(event.encoded() for event in first)
    await send({"type": "http.response.body", "body": body})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
