"""A real Radicale on this machine, and a calendar program's view of it: files as it keeps them."""

from __future__ import annotations

import threading
from base64 import b64encode
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import radicale.app
import radicale.config
from icalendar import Calendar

USER, PASSWORD = "ada", "spruce"


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Requests are the test's own."""


class CalendarServer:
    """Radicale with one user, `ada`, and no calendar yet."""

    def __init__(self, folder: Path) -> None:
        self._files = folder / "collections"
        users = folder / "users"
        users.write_text(f"{USER}:{PASSWORD}\n")
        settings = radicale.config.load()
        settings.update(
            {
                "auth": {
                    "type": "htpasswd",
                    "htpasswd_filename": str(users),
                    "htpasswd_encryption": "plain",
                    "delay": "0",
                },
                "storage": {"filesystem_folder": str(self._files)},
                "rights": {"type": "owner_only"},
                "logging": {"level": "critical"},
            },
            "test",
        )
        self._server: WSGIServer = make_server("127.0.0.1", 0, radicale.app.Application(settings), handler_class=_Quiet)
        self.endpoint = f"127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://{self.endpoint}/"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def make_calendar(self, name: str = "work") -> str:
        """A calendar's address."""
        assert self.ask("MKCALENDAR", f"/{USER}/{name}/") == 201
        return f"{self.address}{USER}/{name}/"

    def put(self, name: str, text: bytes, *, calendar: str = "work") -> None:
        """As a calendar program would save an event."""
        assert self.ask("PUT", f"/{USER}/{calendar}/{name}.ics", text) in (200, 201, 204)

    def delete(self, name: str, *, calendar: str = "work") -> None:
        assert self.ask("DELETE", f"/{USER}/{calendar}/{name}.ics") == 200

    def ask(self, method: str, path: str, body: bytes = b"") -> int:
        """The status of an answer."""
        connection = HTTPConnection(self.endpoint)
        credentials = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        connection.request(
            method, path, body, {"Authorization": f"Basic {credentials}", "Content-Type": "text/calendar"}
        )
        response = connection.getresponse()
        response.read()
        connection.close()
        return response.status

    def kept(self, calendar: str = "work") -> dict[str, Any]:
        """What lies on the server's disk: the event of each file, by the file's name."""
        folder = self._files / "collection-root" / USER / calendar
        texts = {path.stem: path.read_bytes() for path in folder.glob("*.ics")}
        return {name: Calendar.from_ical(text).walk("VEVENT")[0] for name, text in texts.items()}
