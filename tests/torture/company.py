"""A company on one data directory, a client of it that forgets nothing, and an audit that trusts neither."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from tests.web.serving.running import with_tables
from tillit.events.hot import unpack

ROOT = Path(__file__).parents[2]
SECONDS_TO_ANSWER = 30


def said_by(name: str) -> str:
    """What the event with this id says, so that a stored one can be told from a changed one."""
    # Letters alone: digits may look like a personal number, which is scrubbed.
    return hashlib.sha256(name.encode()).hexdigest()[:12].translate(str.maketrans("0123456789", "ghijklmnop"))


def call(name: str, *, customer: str = "") -> dict[str, Any]:
    """One event as a client sends it."""
    return {
        "type": "track",
        "event": "Chair Tested",
        "messageId": name,
        "userId": customer or f"c-{sum(name.encode()) % 40}",
        "timestamp": "2026-02-01T10:00:00Z",
        "properties": {"said": said_by(name)},
    }


class Oracle:
    """What was promised to us: every id that a 2xx named, on stable storage before it counts."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)
        self.acknowledged: set[str] = set()
        self.sent: set[str] = set()

    def close(self) -> None:
        self._file.close()

    def heard(self, names: Sequence[str]) -> None:
        """These were acknowledged."""
        self._file.write(b"".join(f"{name}\n".encode() for name in names))
        os.fsync(self._file.fileno())
        self.acknowledged.update(names)


@dataclass(frozen=True, slots=True)
class Audit:
    """What storage holds against what was promised; every list is empty where the trust contract holds."""

    lost: tuple[str, ...]
    double: tuple[str, ...]
    wrong: tuple[str, ...]
    count: int

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.double or self.wrong)


class Tortured:
    """A data directory, the process that works on it, and the oracle."""

    def __init__(self, folder: Path, *, seed: int) -> None:
        self.data = with_tables(folder / "data")
        self.oracle = Oracle(folder / "acknowledged.txt")
        self.dice = random.Random(seed)
        self.imported: dict[str, list[str]] = {}
        self._numbers = iter(range(10**9))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.torture.steps", str(self.data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={
                **{name: value for name, value in os.environ.items() if not name.startswith("TILLIT_")},
                "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
            },
        )
        code, key = self.do("prepare")
        assert code == 0
        self._key = str(key)

    def close(self) -> None:
        """End the process and what it began."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(SECONDS_TO_ANSWER)
        self.oracle.close()

    # Work

    def do(self, step: str, *values: str, fault: str = "") -> tuple[int, Any]:
        """Do one step in a process that may die; its exit code and what it found."""
        answer = self._ask({"step": step, "with": values, "fault": fault})
        return answer["code"], answer["found"]

    def done(self, step: str, *values: str) -> Any:
        """Do one step that must succeed."""
        code, found = self.do(step, *values)
        assert code == 0, f"{step} ended with {code}"
        return found

    @contextmanager
    def serving(self, *, fault: str = "", cheats: bool = False) -> Iterator[tuple[int, int]]:
        """A collector of its own for the block: its pid and port. It is killed at the end if it lives."""
        answer = self._ask({"step": "serve", "fault": fault, "cheats": cheats})
        try:
            yield answer["child"], answer["port"]
        finally:
            with suppress(ProcessLookupError):
                os.kill(answer["child"], signal.SIGKILL)
            self._ask({"step": "ended", "child": answer["child"]})

    def bring_in(self, *, fault: str = "") -> int:
        """Import a new file, in which half the events came live before; the exit code."""
        name = f"file-{len(self.imported)}"
        known = self.dice.sample(sorted(self.oracle.acknowledged), min(5, len(self.oracle.acknowledged)))
        names = [*known, *(f"{name}-{number}" for number in range(8))]
        lines = "".join(json.dumps(call(each)) + "\n" for each in names)
        (self.data.parent / f"{name}.jsonl").write_text(lines, encoding="utf-8")
        self.imported[name] = names
        return self.do("import", name, fault=fault)[0]

    # Sending

    def new_names(self, count: int) -> list[str]:
        names = [f"e-{next(self._numbers)}" for _ in range(count)]
        self.oracle.sent.update(names)
        return names

    def send(self, port: int, names: Sequence[str]) -> bool:
        """Send these once, in one request; whether an answer came. What a 2xx took is on record."""
        body = json.dumps({"batch": [call(name) for name in names]}).encode()
        word = base64.b64encode(f"{self._key}:".encode()).decode()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS_TO_ANSWER)
        try:
            connection.request("POST", "/v1/batch", body, {"authorization": f"Basic {word}"})
            answer = connection.getresponse()
            said = json.loads(answer.read())
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        if answer.status == 200:
            refused = {line["index"] for line in said["rejected"]}
            assert said["received"] == said["accepted"] + said["duplicate"] + len(refused) == len(names)
            assert not refused
            self.oracle.heard(names)
        return True

    def send_until_it_dies(self, port: int, *, most: int = 60) -> bool:
        """New events and old ones again, in any order; whether the server died of it."""
        for _ in range(most):
            again = self.dice.sample(sorted(self.oracle.sent), min(len(self.oracle.sent), self.dice.randrange(4)))
            names = list(dict.fromkeys([*self.new_names(self.dice.randrange(1, 12)), *again]))
            self.dice.shuffle(names)
            if not self.send(port, names):
                return True
        return False

    def send_what_is_unanswered(self) -> None:
        """As a client that retries: everything sent so far is acknowledged after this."""
        left = sorted(self.oracle.sent - self.oracle.acknowledged)
        if not left:
            return
        with self.serving() as (_, port):
            assert self.send(port, left)
        assert self.oracle.sent == self.oracle.acknowledged

    # Looking

    def audit(self) -> Audit:
        """Count what storage has, by means of our own: SQL, Parquet, SHA-256."""
        stored: list[tuple[str, str]] = []
        with closing(sqlite3.connect(self.data / "events.sqlite")) as database:
            segments = database.execute(
                "select id, sha256 from segment where state = 'live' and kind = 'events'"
            ).fetchall()
            states = dict(database.execute("select id, state from import"))
            has_seal = database.execute("select count(*) from sqlite_master where name = 'seal'").fetchone()[0]
            mark = database.execute("select max(hi) from seal where state = 'sealed'").fetchone()[0] if has_seal else 0
            for (packed,) in database.execute("select event from hot where id > ?", (mark or 0,)):
                event = unpack(packed)
                stored.append((event.event_id, event.properties or ""))
        wrong = []
        for number, digest in segments:
            path = self.data / "log" / f"{number:06}-events.parquet"
            if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
                wrong.append(path.name)
            rows = pq.read_table(path, columns=["event_id", "properties"]).to_pylist()
            stored.extend((row["event_id"], row["properties"] or "") for row in rows)
        promised = set(self.oracle.acknowledged)
        allowed = set(self.oracle.sent)
        for name, events in self.imported.items():
            if states.get(name) == "done":
                promised.update(events)
                allowed.update(events)
        counts = Counter(name for name, _ in stored)
        wrong += [name for name, properties in stored if said_by(name) not in properties or name not in allowed]
        double = sorted(name for name, count in counts.items() if count > 1)
        return Audit(tuple(sorted(promised - set(counts))), tuple(double), tuple(wrong), len(stored))

    def _ask(self, command: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the process that works on the data directory ended"
        answer: dict[str, Any] = json.loads(line)
        return answer
