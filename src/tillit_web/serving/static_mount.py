"""/static/ as plain ASGI: from memory, zipped where the browser can, kept for ever under the digest in the address."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from tillit_web.ui.static_files import StaticFile, static_files

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

FOR_EVER = b"public, max-age=31536000, immutable"
ASK_EACH_TIME = b"no-cache"


async def send_static(scope: Scope, send: Send, name: str) -> None:
    """Answer a request for the file `name` below /static/."""
    file = static_files().get(name)
    if file is None or scope["method"] not in {"GET", "HEAD"}:
        await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})
        return
    request = dict(scope["headers"])
    etag = f'"{file.digest}"'.encode()
    headers = [(b"etag", etag), (b"cache-control", _keeping(scope, file)), (b"x-content-type-options", b"nosniff")]
    if request.get(b"if-none-match") == etag:
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    body = file.body
    if b"gzip" in request.get(b"accept-encoding", b""):
        body = file.zipped
        headers.append((b"content-encoding", b"gzip"))
    headers += [
        (b"vary", b"Accept-Encoding"),
        (b"content-type", file.content_type.encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def _keeping(scope: Scope, file: StaticFile) -> bytes:
    # An address without a digest (a module's relative import) must be asked for again, or an update would be missed.
    asked_for = parse_qs(scope.get("query_string", b"").decode("ascii", "replace")).get("v")
    return FOR_EVER if asked_for == [file.digest] else ASK_EACH_TIME
