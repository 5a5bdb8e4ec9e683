"""The whole of the web in one ASGI application: health, collection, static files, else Django."""

from __future__ import annotations

import os

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

STATIC = "/static/"
django_application = Pages(ThreadPoolExecutor(THREADS, thread_name_prefix="page"))
# Files go the way of uploads, through Django; so does what is signed.
THROUGH_DJANGO = tuple(COLLECT + each for each in ("import", "mail", "calls"))


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request."""
    path = scope.get("path", "")
    if scope["type"] == "http" and path.startswith(STATIC):
        await send_static(scope, send, path.removeprefix(STATIC))
    elif scope["type"] == "http" and path == SNIPPET:
        await send_program(scope, send)
    elif scope["type"] == "http" and path in (DECIDE, OUTCOME):
        await decide_over_http(scope, receive, send)
    elif scope["type"] == "http" and desk.is_mounted(path):
        await desk.answer(scope, receive, send)
    elif scope["type"] == "http" and path.startswith(COLLECT) and not path.startswith(THROUGH_DJANGO):
        await collect(scope, receive, send)
    elif scope["type"] == "http" and path == "/healthz":
        await _send_health(send)
    else:
        await django_application(scope, receive, send)


async def _send_health(send: Send) -> None:
    found = await sync_to_async(health, thread_sensitive=False)(settings.DATA_DIRECTORY)
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 200 if found.is_well else 503, "headers": headers})
    await send({"type": "http.response.body", "body": found.body})
