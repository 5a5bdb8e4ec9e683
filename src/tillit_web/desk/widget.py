"""/widget.js for a shop's pages, and /widget/ for the frame that it opens: plain ASGI, no cookie is read or set.

The frame may stand on the company's registered sites and nowhere else. What it says is the same for everybody, so
nothing is asked of whoever opens it, and a member's session in the same browser is not looked at.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from urllib.parse import parse_qs

from django.db import connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tillit_web.booking.queries import can_be_booked
from tillit_web.collect.keyring import KeyRing
from tillit_web.collect.requests import Scope, Send
from tillit_web.collect.snippet import FOR_A_DAY, FOR_EVER, WIDGET, without_comments
from tillit_web.desk.standing import spoken_to, wait_for_anyone
from tillit_web.languages import LANGUAGES
from tillit_web.people.queries import company

PAGE, STYLESHEET = "/widget/", "/widget/widget.css"
_SPOKEN = tuple(code for code, _name in LANGUAGES)
_MOST_SITES_NAMED = 100  # a header has its limits, and a company so many sites has a proxy to say it

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Program:
    """A text that is the same for everybody, ready to send."""

    body: bytes
    zipped: bytes
    version: str


@cache
def loader() -> Program:
    """The script for a shop's pages, with its words in every language."""
    source = resources.files("tillit_web.desk").joinpath("browser/widget.js").read_text(encoding="utf-8")
    words = {}
    for code in _SPOKEN:
        with translation.override(code):
            words[code] = {
                "ask": _("Ask us"),
                "answered": _("We have answered"),
                "title": _("A conversation with us"),
                "apart": _("In a window of its own"),
                "close": _("Close"),
            }
    told = json.dumps(words, ensure_ascii=False)
    return _program(without_comments(source).replace("const words = {};", f"const words = {told};"))


@cache
def stylesheet() -> Program:
    """The frame's style: the names and the ground of the product's, then its own."""
    folder = resources.files("tillit_web.ui").joinpath("static/ui")
    whole = folder.joinpath("tillit.css").read_text(encoding="utf-8")
    marks = [line for line in whole.splitlines() if line.startswith(".by")]
    ground = whole.partition("/* --- frame")[0]
    return _program("\n".join([ground, *marks, folder.joinpath("widget.css").read_text(encoding="utf-8")]))


class Widget:
    """Answers for what a shop's page loads from here."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    async def __call__(self, scope: Scope, send: Send) -> None:
        """Answer one request."""
        path, method = scope["path"], scope["method"]
        if method not in ("GET", "HEAD"):
            await _send(send, method, 405, b"", [(b"allow", b"GET, HEAD")])
        elif path == WIDGET:
            await _send_program(
                scope, send, loader(), b"text/javascript", [(b"cross-origin-resource-policy", b"cross-origin")]
            )
        elif path == STYLESHEET:
            await _send_program(scope, send, stylesheet(), b"text/css", [])
        elif path == PAGE:
            body = await asyncio.to_thread(_page, _language(scope))
            await _send(send, method, 200, body, _page_headers(await self._ring.origins()))
        else:
            await _send(send, method, 404, b"", [])


def _page(language: str) -> bytes:
    try:
        with spoken_to(language):
            shown = {
                "LANGUAGE_CODE": language,
                "company": company(),
                "stylesheet": f"{STYLESHEET}?v={stylesheet().version}",
                "page": f"{reverse('talk:start')}?language={language}",
                "wait": wait_for_anyone(now=timezone.now()),
                "can_book": can_be_booked(),
            }
            return render_to_string("widget/widget.html", shown).encode()
    finally:
        connection.close()


def _page_headers(origins: Collection[str]) -> Headers:
    sites = " ".join(sorted(origins)[:_MOST_SITES_NAMED]) or "'none'"
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; "
        f"base-uri 'none'; frame-ancestors {sites}"
    )
    return [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-security-policy", policy.encode()),
        (b"referrer-policy", b"no-referrer"),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"x-robots-tag", b"noindex"),
    ]


def _language(scope: Scope) -> str:
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("language", [""])[-1]
    return asked if asked in _SPOKEN else "en"


async def _send_program(scope: Scope, send: Send, program: Program, kind: bytes, more: Headers) -> None:
    request = dict(scope["headers"])
    asked_for = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("v")
    etag = f'"{program.version}"'.encode()
    headers = [
        (b"etag", etag),
        (b"cache-control", FOR_EVER if asked_for == [program.version] else FOR_A_DAY),
        (b"vary", b"Accept-Encoding"),
        (b"x-content-type-options", b"nosniff"),
        *more,
    ]
    if request.get(b"if-none-match") == etag:
        await _send(send, scope["method"], 304, b"", headers)
        return
    body = program.body
    if b"gzip" in request.get(b"accept-encoding", b""):
        body = program.zipped
        headers.append((b"content-encoding", b"gzip"))
    await _send(send, scope["method"], 200, body, [(b"content-type", kind + b"; charset=utf-8"), *headers])


async def _send(send: Send, method: str, status: int, body: bytes, headers: Sequence[tuple[bytes, bytes]]) -> None:
    length = [] if status == 304 else [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *length]})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})


def _program(text: str) -> Program:
    body = text.encode()
    return Program(body, gzip.compress(body, mtime=0), hashlib.sha256(body).hexdigest()[:16])
