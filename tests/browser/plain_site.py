"""A shop's own site with a strict policy, and a collector beside it that writes down what comes and can fail."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tillit.vocabulary import MeasurementMode
from tillit_web.collect.snippet import snippet

PAGES = {
    "/": '<a id="away" href="https://elsewhere.example/path?q=1">Away</a> <a href="/two">Two</a>'
    '<a id="call" href="tel:+46701234567">Call</a>'
    '<form id="contact" action="/thanks"><input name="id" aria-label="Name"><input name="card" aria-label="Card">'
    "<button>Send</button></form>",
    "/two": "<p>Second page</p>",
    "/thanks": "<p>Thanks</p>",
}


@dataclass(slots=True)
class Arrived:
    """What the collector was sent.

    Attributes:
        requests: Each request's batch as it came, failed ones too.
        failures: How many of the next requests are answered with 503.
    """

    requests: list[list[dict[str, Any]]] = field(default_factory=list)
    failures: int = 0
    key: str = "tk_test"

    def calls(self) -> list[dict[str, Any]]:
        """Every call once, by its id, in the order of first arrival."""
        return list({call["messageId"]: call for batch in self.requests for call in batch}.values())

    def names(self) -> list[str]:
        """What happened, in order."""
        return [call.get("event") or call["type"] for call in self.calls()]

    def wait_for(self, count: int, *, seconds: float = 8) -> list[dict[str, Any]]:
        """Every call, as soon as there are so many; the test fails after `seconds`."""
        end = time.monotonic() + seconds
        while len(self.calls()) < count:
            assert time.monotonic() < end, f"{count} calls were expected, these came: {self.names()}"
            time.sleep(0.02)
        return self.calls()


@dataclass(frozen=True, slots=True)
class Site:
    """The shop's pages (`url`) and what the collector got from them."""

    url: str
    arrived: Arrived


@contextmanager
def plain_site(*, mode: MeasurementMode = MeasurementMode.WITH_CONSENT) -> Iterator[Site]:
    """Serve both, on two ports: two origins."""
    arrived = Arrived()
    with _serving(_collector(arrived, mode)) as collector:
        line = f'<script async src="{collector}/tillit.js" data-key="{arrived.key}"></script>'
        with _serving(_pages(collector, lambda: line)) as pages:
            yield Site(pages, arrived)


@contextmanager
def pages_with(tillit: str) -> Iterator[tuple[str, Callable[[str], None]]]:
    """The shop's pages with a policy for a real tillit, and how to paste a line into them."""
    pasted: list[str] = []
    with _serving(_pages(tillit, lambda: "".join(pasted))) as url:
        yield url, pasted.append


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Quiet(BaseHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Tests speak for themselves."""

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _pages(collector: str, line: Callable[[], str]) -> type[BaseHTTPRequestHandler]:
    policy = (
        f"default-src 'none'; script-src {collector}; connect-src {collector}; frame-src {collector}; "
        "form-action 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
    )

    class Pages(_Quiet):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/favicon.ico":
                return self.answer(204, b"")
            body = f'<!doctype html><html lang="en"><title>{path}</title>{line()}{PAGES.get(path, "")}</html>'
            return self.answer(200, body.encode(), Content_Type="text/html", Content_Security_Policy=policy)

    return Pages


def _collector(arrived: Arrived, mode: MeasurementMode) -> type[BaseHTTPRequestHandler]:
    class Collector(_Quiet):
        def do_GET(self) -> None:
            self.answer(200, snippet(mode).body, Content_Type="text/javascript")

        def do_POST(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert sent["writeKey"] == arrived.key
            assert "Cookie" not in self.headers
            arrived.requests.append(sent["batch"])
            status = 200
            if arrived.failures > 0:
                arrived.failures -= 1
                status = 503
            self.answer(status, b"{}", Access_Control_Allow_Origin=self.headers["Origin"])

    return Collector
