"""`python -m bench.collecting [--seen N] [--seconds S] [--workers W]`: events a CPU second, with the store and without.

The same server, the same parsing, the same answers; in one run the committer writes, in the other it says yes at once.
What the store costs is the ratio. CPU seconds are the servers' own, user and system, from /proc. Several workers are
processes that take connections from one socket and write one database.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import secrets
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 32
EVENT = {
    "type": "track",
    "event": "Product Viewed",
    "anonymousId": "a-@N@",
    "timestamp": "2026-03-01T10:00:00.123Z",
    "context": {"page": {"path": "/p/1", "url": "https://shop.example/p/1", "title": "A chair"}},
    "properties": {"sku": "s-@N@", "price": 129.5, "currency": "SEK", "list": ["a", "b"]},
}


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a server under load."""

    events: int
    cpu_seconds: float
    p50_ms: float
    p99_ms: float
    bytes_per_event: float

    @property
    def events_per_cpu_second(self) -> float:
        return self.events / self.cpu_seconds


def serve(data: Path, socket_fd: int, *, stored: bool) -> None:
    """Be a server: the collector alone, under uvicorn as `tillit serve` runs it."""
    from tillit_web.serving.directory import open_directory

    open_directory(data)
    import uvicorn

    from tillit.events.key import read_or_create_key
    from tillit_web.collect import actions
    from tillit_web.collect.app import Collector
    from tillit_web.collect.committer import Committer
    from tillit_web.collect.keyring import KeyRing
    from tillit_web.collect.limits import Limits
    from tillit_web.collect.sqlite_storage import SqliteStorage
    from tillit_web.collect.storage import Arrival, Outcome, Refusal

    class YesAtOnce(Committer):
        async def put(self, arrived: Sequence[Arrival | Refusal]) -> list[Outcome]:
            return [Outcome.ACCEPTED] * len(arrived)

    endless = Limits(key_rate=1e9, key_burst=1e9)
    committer = (Committer if stored else YesAtOnce)(lambda: SqliteStorage.open(data))
    app = Collector(KeyRing(), committer, endless, key=read_or_create_key(data))
    print(actions.create_key("bench").text, flush=True)
    uvicorn.run(app, fd=socket_fd, log_config=None, access_log=False, lifespan="off", ws="none")


def seed(data: Path, seen: int) -> None:
    """Make as many ids known."""
    from tillit_web.collect.sqlite_storage import SqliteStorage

    SqliteStorage.open(data).close()
    with closing(sqlite3.connect(data / "events.sqlite", isolation_level=None)) as database:
        database.execute("pragma synchronous = off")
        database.execute("begin")
        width = 2**128 // max(seen, 1)
        rows = ((number * width + secrets.randbelow(width)).to_bytes(16, "big") for number in range(seen))
        database.executemany("insert into seen values (?, x'0000000000000000')", ((digest,) for digest in rows))
        database.execute("commit")


async def load(port: int, key: str, *, batch: int, seconds: float) -> tuple[int, list[float]]:
    """Send as fast as answers come, over CONNECTIONS connections; events answered with 200, and seconds of each."""
    word = base64.b64encode(f"{key}:".encode()).decode()
    path = "track" if batch == 1 else "batch"
    head = f"POST /v1/{path} HTTP/1.1\r\nhost: x\r\nauthorization: Basic {word}\r\ncontent-length: "
    text = json.dumps(EVENT)
    took: list[float] = []
    numbers = iter(range(10**9))
    prefix = secrets.token_hex(6)
    end = time.perf_counter() + seconds

    def body() -> bytes:
        each = []
        for _ in range(batch):
            number = next(numbers)
            each.append(f'{{"messageId":"{prefix}-{number}",' + text.replace("@N@", str(number % 5000))[1:])
        return (each[0] if batch == 1 else '{"batch":[' + ",".join(each) + "]}").encode()

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < end:
            sent = body()
            began = time.perf_counter()
            writer.write(f"{head}{len(sent)}\r\n\r\n".encode() + sent)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            said = json.loads(await reader.readexactly(length))
            if said.get("accepted") != batch:
                raise AssertionError(f"not all were accepted: {said}")
            took.append(time.perf_counter() - began)
        writer.close()

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return len(took) * batch, took


def measure(*, stored: bool, batch: int, seen: int, seconds: float, workers: int) -> Run:
    """Start servers with so many known ids, load them, and count."""
    with tempfile.TemporaryDirectory(prefix="tillit-bench-") as folder:
        data = Path(folder)
        if stored:
            seed(data, seen)
        with socket.create_server(("127.0.0.1", 0)) as listening, ExitStack() as running:
            port = listening.getsockname()[1]
            servers = [running.enter_context(_server(data, listening.fileno(), stored=stored)) for _ in range(workers)]
            key = servers[0][1]
            asyncio.run(load(port, key, batch=batch, seconds=1))
            size, began = _size(data), sum(_cpu(pid) for pid, _ in servers)
            events, took = asyncio.run(load(port, key, batch=batch, seconds=seconds))
            cpu = sum(_cpu(pid) for pid, _ in servers) - began
            grown = _size(data) - size
    took.sort()
    return Run(events, cpu, took[len(took) // 2] * 1e3, took[int(len(took) * 0.99)] * 1e3, grown / events)


@contextmanager
def _server(data: Path, socket_fd: int, *, stored: bool) -> Iterator[tuple[int, str]]:
    """A server process: its id, and a write key that it made."""
    typed = [sys.executable, "-m", "bench.collecting", "--serve", "store" if stored else "none"]
    typed += ["--data", str(data), "--socket", str(socket_fd)]
    process = subprocess.Popen(typed, stdout=subprocess.PIPE, text=True, pass_fds=[socket_fd])
    try:
        assert process.stdout is not None
        yield process.pid, process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _size(data: Path) -> int:
    return sum(path.stat().st_size for path in data.glob("events.sqlite*"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seen", type=int, default=1_000_000, help="ids known before (default: 1,000,000)")
    parser.add_argument("--seconds", type=float, default=8.0, help="of each run (default: 8)")
    parser.add_argument("--workers", type=int, default=1, help="server processes (default: 1)")
    parser.add_argument("--serve", choices=["store", "none"], help=argparse.SUPPRESS)
    parser.add_argument("--data", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--socket", type=int, default=0, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        serve(args.data, args.socket, stored=args.serve == "store")
        return
    for batch in (1, 50):
        bare = measure(stored=False, batch=batch, seen=0, seconds=args.seconds, workers=args.workers)
        stored = measure(stored=True, batch=batch, seen=args.seen, seconds=args.seconds, workers=args.workers)
        ratio = stored.events_per_cpu_second / bare.events_per_cpu_second
        for name, run in (("without a store", bare), ("stored", stored)):
            print(
                f"{batch:>3} a request, {name:<16}{run.events_per_cpu_second:>9,.0f} events a CPU second, "
                f"p50 {run.p50_ms:.1f} ms, p99 {run.p99_ms:.1f} ms, {run.bytes_per_event:,.0f} bytes an event"
            )
        print(f"    ratio {ratio:.2f} (goal: at least 0.4)", flush=True)


if __name__ == "__main__":
    main()
