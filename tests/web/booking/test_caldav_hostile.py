"""What a calendar server answers is read as UTF-8 without a document type, or not at all."""

from __future__ import annotations

import codecs
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from pytest_django import Settings

from tests.web.booking.test_booking import NOW
from tillit_web.booking.caldav import Server, events_between
from tillit_web.outgoing import NoAnswer, Reason

ROW = (
    '<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:response><d:propstat><d:prop>'
    "<c:calendar-data>{inside}</c:calendar-data></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>"
    "</d:response></d:multistatus>"
)
BOMB = (
    '<!DOCTYPE d [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
    + ROW.format(inside="&i;")
)
DECLARED = '<?xml version="1.0" encoding="utf-16"?>'


@pytest.fixture
def answers(settings: Settings) -> Iterator[tuple[Server, list[bytes]]]:
    """A server of the company's own network, and what it answers next."""
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_REPORT(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(207)
            self.send_header("Content-Length", str(len(bodies[0])))
            self.end_headers()
            self.wfile.write(bodies[0])

        def log_message(self, *_: object) -> None:
            """Requests are the test's own."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    settings.OWN_SERVERS = frozenset({f"127.0.0.1:{server.server_port}"})
    yield Server(f"http://127.0.0.1:{server.server_port}/ada/work/", "", ""), bodies
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("body", "found"),
    [
        pytest.param(BOMB.encode(), "<!DOCTYPE", id="a bomb of entities"),
        pytest.param(BOMB.encode("utf-16"), "NUL byte", id="the bomb in UTF-16"),
        pytest.param(BOMB.encode("utf-16-le"), "NUL byte", id="the bomb in UTF-16 without its mark"),
        pytest.param((DECLARED + BOMB).encode("utf-16-be"), "NUL byte", id="the bomb in UTF-16 that says so"),
        pytest.param((DECLARED + ROW.format(inside="ha")).encode("utf-16"), "NUL byte", id="a row in UTF-16"),
        pytest.param(codecs.BOM_UTF16_LE + "ⰼ".encode("utf-16-le"), "0xff at 0", id="UTF-16 of no NUL"),
        pytest.param(ROW.format(inside="Möte").encode("latin-1"), "0xf6 at", id="Latin-1"),
        pytest.param(b"", "no XML", id="nothing"),
    ],
)
def test_it_is_refused_and_what_was_found_is_said(answers: tuple[Server, list[bytes]], body: bytes, found: str) -> None:
    server, bodies = answers
    bodies.append(body)
    with pytest.raises(NoAnswer, match=found) as refused:
        events_between(server, NOW, NOW + timedelta(days=1))
    assert refused.value.reason is Reason.NOT_HTTP


@pytest.mark.parametrize("before", ["", "\ufeff", DECLARED.replace("16", "8"), DECLARED])
def test_utf_8_is_read_whatever_it_says_of_itself(answers: tuple[Server, list[bytes]], before: str) -> None:
    server, bodies = answers
    bodies.append((before + ROW.format(inside="Möte")).encode())
    assert events_between(server, NOW, NOW + timedelta(days=1)) == ("Möte".encode(),)
