"""A stand-in for object storage: just as much of the S3 protocol as Arrow's client needs to list and to read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

BUCKET = "bucket"
MODIFIED = "2026-03-01T00:00:00.000Z"
HTTP_MODIFIED = "Sun, 01 Mar 2026 00:00:00 GMT"


@contextmanager
def object_storage(objects: Mapping[str, bytes]) -> Iterator[Callable[[str], str]]:
    """Serve these objects on loopback; what is given back makes an address of a name."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            name = unquote(asked.path).removeprefix(f"/{BUCKET}").lstrip("/")
            if name in objects:
                self._object(objects[name])
            elif not name:
                self._answer(200, _listing(objects, parse_qs(asked.query)), {"Content-Type": "application/xml"})
            else:
                self._answer(404, b"")

        def _object(self, content: bytes) -> None:
            asked = self.headers.get("Range")
            told = {"ETag": '"1"', "Last-Modified": HTTP_MODIFIED, "Accept-Ranges": "bytes"}
            if asked is None:
                self._answer(200, content, told)
                return
            first, last = (int(place) for place in asked.removeprefix("bytes=").split("-"))
            last = min(last, len(content) - 1)
            told["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
            self._answer(206, content[first : last + 1], told)

        def _answer(self, status: int, content: bytes, told: Mapping[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in (told or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        endpoint = f"scheme=http&endpoint_override=127.0.0.1%3A{server.server_address[1]}&region=eu-north-1"
        yield lambda name: f"s3://key:secret@{BUCKET}/{name}?{endpoint}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _listing(objects: Mapping[str, bytes], asked: Mapping[str, list[str]]) -> bytes:
    prefix = asked.get("prefix", [""])[0]
    found = "".join(
        f"<Contents><Key>{escape(name)}</Key><Size>{len(content)}</Size><LastModified>{MODIFIED}</LastModified></Contents>"
        for name, content in sorted(objects.items())
        if name.startswith(prefix)
    )
    return f"<ListBucketResult><IsTruncated>false</IsTruncated>{found}</ListBucketResult>".encode()
