"""A running tillit with a key for servers and one for a shop's pages, and what it has on stable storage."""

from __future__ import annotations

import base64
import json
import os
import re
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.web.serving.running import start_serving, stop_serving, with_tables
from tillit.events.hot import HotEvent, unpack
from tillit.vocabulary import MeasurementMode


@dataclass(frozen=True, slots=True)
class Shop:
    """A running tillit with a server's key and a browser's."""

    url: str
    data: Path
    server_key: str
    browser_key: str

    def stored(self) -> dict[str, HotEvent]:
        """The events on stable storage that no segment holds yet, by id."""
        with closing(sqlite3.connect(self.data / "events.sqlite")) as database:
            events = [unpack(packed) for (packed,) in database.execute("select event from hot")]
        assert len({event.event_id for event in events}) == len(events)
        return {event.event_id: event for event in events}

    def post(self, path: str, body: Any, *, key: str = "", **headers: str) -> tuple[int, dict[str, Any], Any]:
        """Send a body; the status, the JSON of the answer, and its headers."""
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        asked = urllib.request.Request(f"{self.url}{path}", sent, {"content-type": "application/json"})
        if key:
            asked.add_header("authorization", "Basic " + base64.b64encode(f"{key}:".encode()).decode())
        for name, value in headers.items():
            asked.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.urlopen(asked) as answer:
                return answer.status, json.load(answer), answer.headers
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.load(refused), refused.headers

    def measure(self, mode: MeasurementMode) -> None:
        """Choose how far it measures, as Settings → Privacy does, and wait until the script says so."""
        values = {
            "id": 1,
            "name": "Exempelbutiken",
            "timezone": "Europe/Stockholm",
            "language": "sv",
            "currency": "SEK",
            "goal_activity": "order_completed",
            "lapse_days": 30,
            "week_start": 1,
            "is_simulated": 0,
            "measurement_mode": mode.value,
            "country": "SE",
        }
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        with closing(sqlite3.connect(self.data / "app.sqlite", timeout=10)) as database, database:
            database.execute(
                f"insert or replace into people_company ({names}) values ({marks})", tuple(values.values())
            )
        end, told = time.monotonic() + 30, ""
        while f'measured = "{mode}"' not in told:
            assert time.monotonic() < end, told[:200]
            with urllib.request.urlopen(f"{self.url}/tillit.js") as answer:
                told = answer.read().decode()
            time.sleep(0.2)

    def said(self, purpose: str) -> list[tuple[bytes, bool]]:
        """The answers on record for a purpose, in their order: whose, and whether it is a yes."""
        path = self.data / "consents.sqlite"
        if not path.exists():
            return []
        with closing(sqlite3.connect(path)) as database:
            rows = database.execute(
                "select subject, granted from consent_subject where purpose = ? order by number, subject", (purpose,)
            )
            return [(subject, bool(granted)) for subject, granted in rows]

    def holds(self, text: str) -> list[str]:
        """The files of the data directory in which these bytes stand, whatever they are."""
        files = (path for path in self.data.rglob("*") if path.is_file())
        return sorted(path.name for path in files if text.encode() in path.read_bytes())


@contextmanager
def running_shop(place: Path) -> Iterator[Shop]:
    """Serve on a data directory in this folder, measuring as it is shipped."""
    data = with_tables(place / "data")
    served = start_serving(data)
    try:
        yield Shop(
            served.url, data, _new_key(data), _new_key(data, "--origin", "https://shop.example", "--name", "shop")
        )
    finally:
        stop_serving(served)


def _new_key(data: Path, *arguments: str) -> str:
    typed = [sys.executable, "-m", "tillit_cli", "key", "create", "--data", str(data), *arguments]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    said = subprocess.run(typed, env=environment, capture_output=True, text=True, check=True).stdout
    found = re.search(r"write key: (\S+)", said)
    assert found is not None
    return found[1]
