"""`python -m bench.conversing [--seconds S]`: how long a message takes to the other side, with 500 open conversations.

A real `tillit serve` on this machine. 500 customers, each with an open stream and from a network of its own, and 50
members of the team, each with the desk's stream, ten conversations, and their pages. Everybody writes at their own
time: a customer one message in `--every` seconds, and the member who has the conversation answers each as soon as it
is seen. A message has reached the other side when its text is there: for the customer in the stream, for the member in
the conversation's page. What a member asks for is what the page's script asks for: the page is opened whole once it
was taken; when the stream says that something is new, what came after the last message is asked for, and an answer is
sent for the same. Every fifth member has the queue in sight beside. What a browser loads once and keeps (style and
scripts) is not asked for, and nobody looks at any other page meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import html
import json
import os
import random
import re
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from tests.web.serving.running import Served, start_serving, stop_serving

from bench.connections import Http

CONVERSATIONS, TEAM = 500, 50
GOAL_SECONDS = 1.0
WATCHES = 5  # every fifth of the team has the queue in sight too
CSRF = "b" * 32
TALK, DESK = "/v1/talk/messages", "/desk"


def prepare(data: Path, team: int) -> None:
    """Make the company and its team, and print what their browsers keep: cookie name and one value a line."""
    from tillit_web.serving.directory import open_directory

    open_directory(data)
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY as BACKEND
    from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from tillit.vocabulary import Role
    from tillit_web.meetings.staffing import add_shift
    from tillit_web.people.actions import NewMember, make_member
    from tillit_web.people.models import Company

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # nobody signs in by password here
    Company.objects.get_or_create(id=1, defaults={"name": "Bench"})
    add_shift("service", team, "mon-sun 00:00-24:00")
    print(settings.SESSION_COOKIE_NAME)
    for number in range(team):
        made = make_member(NewMember(f"bo{number}@example.org", secrets.token_hex(16), "en"), Role.SPECIALIST)
        session = SessionStore()
        session[SESSION_KEY] = str(made.pk)
        session[BACKEND] = settings.AUTHENTICATION_BACKENDS[-1]
        session[HASH_SESSION_KEY] = made.get_session_auth_hash()
        session.create()
        print(session.session_key)


@dataclass(slots=True)
class Market:
    """Who writes to whom, and how long each message took."""

    port: int
    cookie: str
    every: float
    by_id: dict[str, Customer] = field(default_factory=dict)
    to_team: list[float] = field(default_factory=list)
    to_customer: list[float] = field(default_factory=list)
    is_measured: bool = False
    written: int = 0
    streams: int = 0
    cpu_seconds: float = 0.0  # of the server, while it is measured

    def open_stream(self) -> None:
        """Count a stream that has begun."""
        self.streams += 1

    def note(self, took: list[float], began: float) -> None:
        """Count a message that has arrived."""
        if self.is_measured:
            took.append(time.perf_counter() - began)


@dataclass(slots=True)
class Customer:
    """One open conversation."""

    market: Market
    number: int
    public_id: str = ""
    last: int = 0
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    asked: dict[str, float] = field(default_factory=dict)  # words on their way to the team
    answered: dict[str, float] = field(default_factory=dict)  # words on their way back
    http: Http = field(init=False)

    def __post_init__(self) -> None:
        address = f"127.{1 + self.number // 200}.{1 + self.number % 200}.1"
        self.http = Http(self.market.port, address, f"authorization: Bearer {self.token}\r\n")

    async def write(self, *, person: bool = False) -> None:
        """Say something that nobody has said before."""
        words = f"ask{secrets.token_hex(8)}"
        self.asked[words] = time.perf_counter()
        said = {
            "id": secrets.token_hex(8),
            "text": f"Hej {words}",
            "language": "sv",
            "person": person,
            "after": self.last,
        }
        status, content = await self.http.ask("POST", TALK, json.dumps(said).encode())
        if status != 200:
            raise AssertionError(f"not taken: {status} {content[:300]!r}")
        self.market.written += 1
        self.public_id = json.loads(content)["conversation"]
        self.market.by_id[self.public_id] = self

    async def read(self) -> None:
        """Follow the conversation."""
        async for name, data in self.http.follow("/v1/talk/events", self.market.open_stream):
            if name != "message":
                continue
            message = json.loads(data)
            self.last, words = message["id"], message.get("text", "")
            if words in self.answered:
                self.market.note(self.market.to_customer, self.answered.pop(words))

    async def live(self) -> None:
        """Write now and then."""
        while True:
            await asyncio.sleep(random.expovariate(1 / self.market.every))
            if len(self.asked) < 3:  # whoever is not answered waits
                await self.write()


@dataclass(slots=True)
class Member:
    """One of the team, with the conversations that are theirs."""

    market: Market
    session: str
    theirs: Sequence[Customer]
    http: Http = field(init=False)
    _shown: dict[str, _Page] = field(default_factory=dict)
    _changed: set[str] = field(default_factory=set)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _any: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        cookie = f"cookie: {self.market.cookie}={self.session}; csrftoken={CSRF}\r\nx-csrftoken: {CSRF}\r\n"
        self.http = Http(self.market.port, "127.0.0.1", cookie)

    async def read(self) -> None:
        """Follow the desk."""
        own = {one.public_id for one in self.theirs}
        async for _name, data in self.http.follow("/desk/live", self.market.open_stream):
            changed = json.loads(data).get("conversation")
            self._any.set()
            if changed in own:
                self._changed.add(changed)
                self._woken.set()

    async def live(self) -> None:
        """Read what is new, and answer each question."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            for public_id in tuple(self._changed):
                self._changed.discard(public_id)
                await self._see(self.market.by_id[public_id])

    async def watch(self) -> None:
        """Keep the queue in sight as its page's script does: asked for at a change, less often where it is slow."""
        queue = Http(self.market.port, "127.0.0.1", self.http.headers)
        _status, page = await queue.ask("GET", f"{DESK}/", kind="text/html")
        seen = _mark_on(page)
        while True:
            await self._any.wait()
            self._any.clear()
            began = time.perf_counter()
            await queue.ask("GET", f"{DESK}/", kind="text/html", more=f"x-after: 0\r\nx-seen: {seen}\r\n")
            seen = queue.seen or seen
            await asyncio.sleep(max(0.8, 3 * (time.perf_counter() - began)))

    async def take_all(self) -> None:
        """Have the conversations from now on, and answer what they began with."""
        for customer in self.theirs:
            path = f"{DESK}/{customer.public_id}/"
            await self._ask("POST", f"{path}take/")
            self._shown[customer.public_id] = _Page()
            await self._look(customer, await self._ask("GET", path))

    async def _see(self, customer: Customer) -> None:
        """Ask for what the page does not show yet."""
        page = self._shown[customer.public_id]
        await self._look(customer, await self._ask("GET", f"{DESK}/{customer.public_id}/", more=page.head))

    async def _look(self, customer: Customer, content: bytes) -> None:
        """Show what came, and answer what was asked in it."""
        page = self._shown[customer.public_id]
        text = html.unescape(content.decode())
        page.note(content, self.http.seen)
        for words in [words for words in customer.asked if words in text]:
            self.market.note(self.market.to_team, customer.asked.pop(words))
            answer = f"answer{words}"
            customer.answered[answer] = time.perf_counter()
            fields = {"text": answer, "client_id": secrets.token_hex(8)}
            path = f"{DESK}/{customer.public_id}/answer/"
            page.note(await self._ask("POST", path, fields, more=page.head), self.http.seen)

    async def _ask(self, method: str, path: str, fields: dict[str, str] | None = None, *, more: str = "") -> bytes:
        kind = "application/x-www-form-urlencoded" if method == "POST" else "text/html"
        status, content = await self.http.ask(method, path, urlencode(fields or {}).encode(), kind, more)
        if status not in (200, 204, 302):
            raise AssertionError(f"{path}: {status} {content[:300]!r}")
        return content


@dataclass(slots=True)
class _Page:
    """A member's page of one conversation: what its script knows of it."""

    last: int = 0
    seen: str = ""

    @property
    def head(self) -> str:
        """What the script sends along."""
        return f"x-after: {self.last}\r\nx-seen: {self.seen}\r\n"

    def note(self, content: bytes, seen: str) -> None:
        """Keep the number of the last message, and the mark of the rest."""
        self.last = max([self.last, *map(int, re.findall(rb'<li class="line [a-z]+" id="m(\d+)"', content))])
        self.seen = seen or _mark_on(content) or self.seen


def _mark_on(page: bytes) -> str:
    found = re.search(rb'data-seen="([0-9a-f]+)"', page)
    return found[1].decode() if found else ""


async def converse(
    served: Served, cookie: str, sessions: Sequence[str], *, count: int, every: float, seconds: float
) -> Market:
    """Open every conversation, let everybody write, and count what arrives within `seconds`."""
    port = urlsplit(served.url).port or 0
    market = Market(port, cookie, every)
    customers = [Customer(market, number) for number in range(count)]
    for first in range(0, count, 10):
        await asyncio.gather(*(one.write(person=True) for one in customers[first : first + 10]))
    members = [Member(market, key, customers[place :: len(sessions)]) for place, key in enumerate(sessions)]
    await asyncio.gather(*(one.take_all() for one in members))
    print(f"{count} conversations are open and answered", flush=True)
    for one in customers:
        one.answered.clear()  # before there was a stream
    everybody = [asyncio.create_task(one.read()) for one in (*customers, *members)]
    try:
        while market.streams < len(everybody):
            await asyncio.sleep(0.1)
        steps = [*(one.live for one in (*customers, *members)), *(one.watch for one in members[::WATCHES])]
        everybody += [asyncio.create_task(step()) for step in steps]
        await asyncio.sleep(10)
        market.is_measured, market.written, began = True, 0, _cpu(served.process.pid)
        await asyncio.sleep(seconds)
        market.is_measured, market.cpu_seconds = False, _cpu(served.process.pid) - began
        for task in everybody:
            if task.done():
                task.result()
    finally:
        for task in everybody:
            task.cancel()
        await asyncio.gather(*everybody, return_exceptions=True)
        for one in (*customers, *members):
            one.http.close()
    return market


def measure(*, count: int, team: int, every: float, seconds: float) -> Market:
    """Start a server, have everybody converse, and stop it."""
    with tempfile.TemporaryDirectory(prefix="tillit-bench-") as folder:
        data = Path(folder) / "data"
        typed = [sys.executable, "-m", "bench.conversing", "--prepare", str(data), "--team", str(team)]
        environment = os.environ | {"TILLIT_DATA": str(data)}
        made = subprocess.run(typed, check=True, capture_output=True, text=True, env=environment).stdout.split()
        served = start_serving(data)
        try:
            began = _cpu(served.process.pid)
            market = asyncio.run(converse(served, made[0], made[1:], count=count, every=every, seconds=seconds))
            cpu = _cpu(served.process.pid) - began
            print(f"the server used {cpu:.0f} CPU s, from the first conversation to the last")
            return market
        finally:
            stop_serving(served)


def told(name: str, took: Sequence[float]) -> str:
    """A line of the result: seconds."""
    ordered = sorted(took)
    middle, late = (ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.95))
    verdict = "reached" if late < GOAL_SECONDS else "MISSED"
    return f"{name:<24}{len(ordered):>7,} messages, p50 {middle:.3f} s, p95 {late:.3f} s (goal 1 s: {verdict})"


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="that are measured (default: 60)")
    parser.add_argument("--every", type=float, default=60.0, help="seconds between a customer's messages (default: 60)")
    parser.add_argument("--conversations", type=int, default=CONVERSATIONS)
    parser.add_argument("--team", type=int, default=TEAM)
    parser.add_argument("--prepare", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.prepare:
        prepare(args.prepare, args.team)
        return
    count, team = args.conversations, args.team
    market = measure(count=count, team=team, every=args.every, seconds=args.seconds)
    print(
        f"{count} open conversations, {team} of the team, {os.cpu_count()} cores, "
        f"{market.written} questions in {args.seconds:.0f} s, {market.cpu_seconds:.1f} CPU s of the server"
    )
    print(told("to the team", market.to_team))
    print(told("to the customer", market.to_customer))


if __name__ == "__main__":
    main()
