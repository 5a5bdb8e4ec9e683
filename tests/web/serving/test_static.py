"""Static files: kept for ever under their digest, asked for again without it, and nothing else is served."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import MutableMapping
from typing import Any

import pytest
from django.templatetags.static import static

from tillit_web.serving.static_mount import send_static

Headers = dict[str, str]


def _fetch(name: str, query: str = "", method: str = "GET", **headers: str) -> tuple[int, Headers, bytes]:
    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    asked = [(key.replace("_", "-").encode(), value.encode()) for key, value in headers.items()]
    asyncio.run(send_static({"method": method, "query_string": query.encode(), "headers": asked}, send, name))
    answered = {key.decode(): value.decode() for key, value in sent[0].get("headers", [])}
    return sent[0]["status"], answered, sent[1]["body"]


def test_the_address_on_a_page_is_kept_for_ever() -> None:
    address, query = static("ui/tillit.css").split("?")
    assert address == "/static/ui/tillit.css"
    status, headers, body = _fetch("ui/tillit.css", query)
    assert (status, headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "immutable" in headers["cache-control"]
    assert body.startswith(b"/* tillit")


def test_an_address_without_the_digest_is_asked_for_again() -> None:
    _, headers, _ = _fetch("ui/tillit.css", "v=old")
    assert headers["cache-control"] == "no-cache"
    assert _fetch("ui/tillit.css", if_none_match=headers["etag"])[0] == 304


def test_a_browser_that_can_gets_it_zipped() -> None:
    plain = _fetch("ui/tillit.css")[2]
    _, headers, zipped = _fetch("ui/tillit.css", accept_encoding="gzip, br")
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(zipped) == plain
    assert int(headers["content-length"]) == len(zipped) < len(plain) / 2


@pytest.mark.parametrize(
    "name", ["", "nothing.css", "../settings.py", "ui/../../settings.py", "/etc/passwd", "django_htmx/htmx-4.js"]
)
def test_nothing_else_is_served(name: str) -> None:
    assert _fetch(name)[0] == 404


def test_only_reading_is_answered() -> None:
    assert _fetch("ui/tillit.css", method="POST")[0] == 404
    assert _fetch("ui/tillit.css", method="HEAD")[2] == b""
