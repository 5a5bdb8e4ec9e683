"""The collector of this process, made at the first request."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from tillit.events.key import read_or_create_key
from tillit_web.collect.app import Collector, collector
from tillit_web.collect.keyring import KeyRing
from tillit_web.collect.opening import open_storage
from tillit_web.collect.requests import Receive, Scope, Send
from tillit_web.collect.snippet import send_snippet


async def collect(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request below /v1/."""
    await _collector(Path(settings.DATA_DIRECTORY))(scope, receive, send)


async def send_program(scope: Scope, send: Send) -> None:
    """Answer a request for /tillit.js, with how far the company measures."""
    await send_snippet(scope, send, await _ring().mode())


@lru_cache(maxsize=1)
def _ring() -> KeyRing:
    return KeyRing()


@lru_cache(maxsize=1)
def _collector(directory: Path) -> Collector:
    return collector(_ring(), lambda: open_storage(directory), key=read_or_create_key(directory))
