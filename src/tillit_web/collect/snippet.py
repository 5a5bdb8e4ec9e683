"""tillit.js as it is served: one commented file in the repository, without its comments and indentation.

There is no build. Sites name /tillit.js for ever and get a new version within a day; /tillit.js?v=… is one version and
may be kept for ever.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import parse_qs

from tillit.vocabulary import MeasurementMode
from tillit_web.collect.origins import OriginError, origin_of

ADDRESS = "/tillit.js"
WIDGET = "/widget.js"  # the button for questions, pasted beside it; the desk serves it
FOR_EVER = b"public, max-age=31536000, immutable"
FOR_A_DAY = b"public, max-age=86400, stale-while-revalidate=604800"

# Any site may run it: it is the key in the page that says whose events it sends.
_FOR_ALL_SITES = (
    (b"access-control-allow-origin", b"*"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"timing-allow-origin", b"*"),
    (b"x-content-type-options", b"nosniff"),
)


@dataclass(frozen=True, slots=True)
class Snippet:
    """The program, ready to send."""

    body: bytes
    zipped: bytes
    version: str


@cache
def snippet(mode: MeasurementMode = MeasurementMode.WITH_CONSENT) -> Snippet:
    """What browsers get where the company measures so far."""
    source = resources.files("tillit_web.collect").joinpath("browser/tillit.js").read_text(encoding="utf-8")
    told = f'const measured = "{MeasurementMode.WITH_CONSENT}";'
    body = without_comments(source).replace(told, f'const measured = "{mode}";').encode()
    return Snippet(body, gzip.compress(body, mtime=0), hashlib.sha256(body).hexdigest()[:16])


def without_comments(source: str) -> str:
    """A program without the lines that are comments, empty lines and indentation. Its lines end where they ended."""
    lines = (line.strip() for line in source.splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))


# Which sites asked for it since this process was started, by origin alone: tells a page that lacks the line from one
# whose policy stops the events.
_fetched: dict[str, None] = {}
MOST_SITES = 500


def fetched_by(origin: str) -> bool:
    """Whether a page of this origin has asked for the script since the process was started."""
    return origin in _fetched


def _note(referrer: bytes) -> None:
    try:
        origin = origin_of(referrer.decode("latin-1"))
    except OriginError:
        return
    if len(_fetched) < MOST_SITES:
        _fetched[origin] = None


async def send_snippet(
    scope: Mapping[str, Any], send: Callable[[dict[str, Any]], Awaitable[None]], mode: MeasurementMode
) -> None:
    """Answer a request for /tillit.js, with or without `?v=`."""
    if scope["method"] not in {"GET", "HEAD"}:
        await send({"type": "http.response.start", "status": 405, "headers": [(b"allow", b"GET, HEAD")]})
        await send({"type": "http.response.body", "body": b""})
        return
    program, request = snippet(mode), dict(scope["headers"])
    _note(request.get(b"referer", b""))
    etag = f'"{program.version}"'.encode()
    asked_for = parse_qs(scope.get("query_string", b"").decode("ascii", "replace")).get("v")
    keeping = FOR_EVER if asked_for == [program.version] else FOR_A_DAY
    headers = [*_FOR_ALL_SITES, (b"etag", etag), (b"cache-control", keeping), (b"vary", b"Accept-Encoding")]
    if request.get(b"if-none-match") == etag:
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    body = program.body
    if b"gzip" in request.get(b"accept-encoding", b""):
        body = program.zipped
        headers.append((b"content-encoding", b"gzip"))
    headers += [
        (b"content-type", b"text/javascript; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
