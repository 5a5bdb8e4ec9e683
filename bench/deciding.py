"""`python -m bench.deciding [--seconds S]`: decisions a CPU second and their p50 and p99, with the log and without.

The same server, the same reading of consents and shifts, the same choice and answer; in one run each decision is on
stable storage before it is answered, in the other it is answered at once. Beside them stands what nobody can beat on
this machine: the same server with an application that reads a request and answers twelve bytes, and one commit of 2 KB
to a bare SQLite file with `synchronous=FULL`. On a machine that others share, the ratios to these two count. The pure
decision is timed in this process.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.meetings.making import DEFAULT, any_desk, any_moment

from tillit.meetings.decide import decide

CUSTOMERS = 2_000
AGREED = 1_000  # of them said yes, so that half of the decisions use what is known of the customer


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a server under load."""

    decisions: int
    cpu_seconds: float
    took_seconds: tuple[float, ...]

    def quantile_ms(self, share: float) -> float:
        return self.took_seconds[min(len(self.took_seconds) - 1, int(len(self.took_seconds) * share))] * 1e3


async def echo(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001 - the signature of ASGI
    """The least that an application under this server does."""
    while (await receive()).get("more_body"):
        pass
    body = b'{"decision":1}'
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def serve_echo(port: int) -> None:
    """Be the server with nothing behind it."""
    import uvicorn

    print("no key", flush=True)
    uvicorn.run(echo, port=port, log_config=None, access_log=False, lifespan="off", ws="none")


def serve(data: Path, port: int, *, logged: bool) -> None:
    """Be the server: the decider alone, under uvicorn as `tillit serve` runs it."""
    from tillit_web.serving.directory import open_directory

    open_directory(data)
    import uvicorn

    from tillit.events.key import read_or_create_key
    from tillit.events.subject import subject_of
    from tillit.meetings.log import Entry
    from tillit.vocabulary import IdentifierKind, Purpose
    from tillit_web.collect import actions
    from tillit_web.collect.keyring import KeyRing
    from tillit_web.meetings.app import Decider
    from tillit_web.meetings.desk import DeskKeeper
    from tillit_web.meetings.lots import LotReader
    from tillit_web.meetings.queries import PolicyReader
    from tillit_web.meetings.staffing import add_shift
    from tillit_web.meetings.writing import Writer
    from tillit_web.people.actions import record_consent
    from tillit_web.people.consents import How
    from tillit_web.people.standing import StandingReader
    from tillit_web.readiness.here import HereReader

    class YesAtOnce(Writer):
        async def put(self, entry: Entry) -> None:  # noqa: ARG002 - nothing is written
            return

    key = read_or_create_key(data)
    for first in range(0, AGREED, 500):
        subjects = [subject_of(IdentifierKind.CUSTOMER, f"k-{place}", key=key) for place in range(first, first + 500)]
        record_consent(subjects, Purpose.PERSONALISATION, granted=True, how=How.SITE, where="bench")
    add_shift("service", 50, "mon-sun 00:00-24:00")
    writer = (Writer if logged else YesAtOnce)(data)
    policies, standings, desk, lots = PolicyReader(data), StandingReader(data), DeskKeeper(data), LotReader(data)
    app = Decider(KeyRing(), policies, standings, desk, lots, writer, HereReader(), key=key)
    print(actions.create_key("bench").text, flush=True)
    uvicorn.run(app, port=port, log_config=None, access_log=False, lifespan="off", ws="none")


async def load(port: int, key: str, *, connections: int, seconds: float) -> list[float]:
    """Ask as fast as answers come, over so many connections; seconds of each decision."""
    head = f"POST /v1/decide HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-length: "
    errands = ("look_up", "choose", "order", "start", "renew")  # repairs would fill the desk with one queue
    took: list[float] = []
    numbers = iter(range(10**9))
    end = time.perf_counter() + seconds

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < end:
            number = next(numbers)
            moment = {"customer": f"k-{number % CUSTOMERS}", "errand": errands[number % 5], "stake": number % 4000}
            sent = json.dumps({"moment": moment, "language": "sv"}).encode()
            began = time.perf_counter()
            writer.write(f"{head}{len(sent)}\r\n\r\n".encode() + sent)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            said = json.loads(await reader.readexactly(length))
            if "decision" not in said:
                raise AssertionError(f"nothing was decided: {said}")
            took.append(time.perf_counter() - began)
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return took


def measure(*, kind: str, connections: int, seconds: float) -> Run:
    """Start a server, load it, and count."""
    with tempfile.TemporaryDirectory(prefix="tillit-bench-") as folder:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        typed = [sys.executable, "-m", "bench.deciding", "--serve", kind]
        server = subprocess.Popen([*typed, "--data", folder, "--port", str(port)], stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout is not None
            key = server.stdout.readline().strip()
            _wait_for(port)
            asyncio.run(load(port, key, connections=connections, seconds=1))
            began = _cpu(server.pid)
            took = asyncio.run(load(port, key, connections=connections, seconds=seconds))
            return Run(len(took), _cpu(server.pid) - began, tuple(sorted(took)))
        finally:
            server.terminate()
            server.wait()
            if server.stdout is not None:
                server.stdout.close()


def pure(count: int = 10_000) -> list[float]:
    """Seconds of each of so many decisions of random moments, sorted."""
    dice = random.Random(1)
    asked = [(any_moment(dice), any_desk(dice), dice.random()) for _ in range(count)]
    took = []
    for moment, desk, draw in asked:
        began = time.perf_counter()
        decide(moment, DEFAULT, desk, draw=draw, decision_id="d")
        took.append(time.perf_counter() - began)
    return sorted(took)


def commits(count: int = 1_000) -> list[float]:
    """Seconds of each commit of 2 KB to a bare SQLite file, as durable as the log's, sorted."""
    took = []
    with tempfile.TemporaryDirectory(prefix="tillit-bench-") as folder:
        file = sqlite3.connect(Path(folder) / "bare.sqlite", isolation_level=None)
        for pragma in ("journal_mode = wal", "synchronous = full", "wal_autocheckpoint = 0"):
            file.execute(f"pragma {pragma}")
        file.execute("create table row (number integer primary key, content blob)")
        for _ in range(count):
            content = os.urandom(2_048)
            began = time.perf_counter()
            file.execute("insert into row (content) values (?)", (content,))
            took.append(time.perf_counter() - began)
        file.close()
    return sorted(took)


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not come")


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _beside(logged: Run, nothing: Run, committed: list[float], share: float) -> float:
    """How many times as long as the bare server and a bare commit, one after the other."""
    bare = nothing.quantile_ms(share) + committed[int(len(committed) * share)] * 1e3
    return logged.quantile_ms(share) / bare


def _told(name: str, took: list[float]) -> str:
    middle, late = took[len(took) // 2], took[int(len(took) * 0.99)]
    return f"{name:<28}p50 {middle * 1e3:.3f} ms, p99 {late * 1e3:.3f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0, help="of each run (default: 8)")
    parser.add_argument("--serve", choices=["log", "none", "echo"], help=argparse.SUPPRESS)
    parser.add_argument("--data", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve == "echo":
        serve_echo(args.port)
        return
    if args.serve:
        serve(args.data, args.port, logged=args.serve == "log")
        return
    print(_told("pure decision", pure()) + " (goal: below 0.2 ms)")
    for connections in (1, 8, 32):
        committed = commits()
        print(_told("one bare commit of 2 KB", committed))
        nothing, bare, logged = (
            measure(kind=kind, connections=connections, seconds=args.seconds) for kind in ("echo", "none", "log")
        )
        for name, run in (("nothing at all", nothing), ("without the log", bare), ("with the log", logged)):
            a_second = run.decisions / run.cpu_seconds
            print(
                f"{connections:>3} at once, {name:<16}{a_second:>8,.0f} decisions a CPU second,"
                f"{run.decisions / args.seconds:>8,.0f} a second, p50 {run.quantile_ms(0.5):.2f} ms, "
                f"p99 {run.quantile_ms(0.99):.2f} ms"
            )
        ratio = (logged.decisions / logged.cpu_seconds) / (bare.decisions / bare.cpu_seconds)
        print(
            f"    ratio by CPU {ratio:.2f}, p99 {logged.quantile_ms(0.99) / bare.quantile_ms(0.99):.1f} times; beside "
            f"nothing and one commit: p50 {_beside(logged, nothing, committed, 0.5):.1f} times, "
            f"p99 {_beside(logged, nothing, committed, 0.99):.1f} times",
            flush=True,
        )


if __name__ == "__main__":
    main()
