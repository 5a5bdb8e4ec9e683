"""The whole of the web in one ASGI application: health, collection, static files, else Django."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tillit_web.settings")

from concurrent.futures import ThreadPoolExecutor

import django
from asgiref.sync import sync_to_async
from django.conf import settings

django.setup(set_prefix=False)

from tillit_web.collect.app import PREFIX as COLLECT  # noqa: E402 - tables exist only after Django is set up
from tillit_web.collect.mount import collect, send_program  # noqa: E402
from tillit_web.collect.requests import Receive  # noqa: E402
from tillit_web.collect.snippet import ADDRESS as SNIPPET  # noqa: E402
from tillit_web.desk import mount as desk  # noqa: E402
from tillit_web.meetings.app import DECIDE, OUTCOME, decide_over_http  # noqa: E402
from tillit_web.serving.health import health  # noqa: E402
from tillit_web.serving.pages import THREADS, Pages  # noqa: E402
from tillit_web.serving.static_mount import Scope, Send, send_static  # noqa: E402

Answer = Callable[[Scope, Receive, Send], Awaitable[None]]

STATIC = "/static/"
django_application = Pages(ThreadPoolExecutor(THREADS, thread_name_prefix="page"))
# Files go the way of uploads, through Django; so does what is signed.
THROUGH_DJANGO = tuple(COLLECT + each for each in ("import", "mail", "calls"))


async def _static(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - as all of them are called
    await send_static(scope, send, scope["path"].removeprefix(STATIC))


async def _program(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001
    await send_program(scope, send)


async def _health(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001
    found = await sync_to_async(health, thread_sensitive=False)(settings.DATA_DIRECTORY)
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 200 if found.is_well else 503, "headers": headers})
    await send({"type": "http.response.body", "body": found.body})


# What Django does not answer; the first that fits does. An address that ends with a slash stands for all below it.
BESIDE_DJANGO: Mapping[str, Answer] = {
    STATIC: _static,
    SNIPPET: _program,
    DECIDE: decide_over_http,
    OUTCOME: decide_over_http,
    **dict.fromkeys(desk.ADDRESSES, desk.answer),
    COLLECT: collect,
    "/healthz": _health,
}


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request."""
    answer = _beside(scope.get("path", "")) if scope["type"] == "http" else None
    await (answer or django_application)(scope, receive, send)


def _beside(path: str) -> Answer | None:
    if path.startswith(THROUGH_DJANGO):
        return None
    fits = (
        answer
        for address, answer in BESIDE_DJANGO.items()
        if (path.startswith(address) if address.endswith("/") else path == address)
    )
    return next(fits, None)
