"""`python -m bench.pages [--events N]`: how long the owner waits for every page after a build and what follows it.

The made events come in as a file does, by `tillit import`, and a real `tillit serve` answers, its worker beside it.
When no job is left, the owner asks for every page: first all of them once, as after a build, then each again with the
same choice, then with choices of their own (a channel, customers who had bought before, a period). A page that says
that it still counts is asked for again, as its script does, until its numbers are there. So two times are told of
each: until the page came, and until its numbers did.

`--folder F` keeps the events and the data directory there for the next run.
"""

from __future__ import annotations

import argparse
import html
import http.client
import os
import re
import secrets
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from tests.web.serving.running import start_serving, stop_serving

from bench.prepare import EVENTS, write_events

GOAL_SECONDS = 1.0
TIMES = 5  # each page is asked for again, with the same choice
LONGEST_SECONDS = 120.0
COUNTING = b'id="counting"'  # stands on a page whose numbers are not there yet
REACHED = "reached"

# What the owner chooses besides: once each, on the pages that have filters.
CHOICES = (
    (("channel", "email"),),
    (("customers", "known"),),
    (("from", "2025-03-01"), ("to", "2025-05-31")),
)
FUNNEL = (("step", "page_view:product"), ("step", "cart"), ("step", "order"))
OWN_FUNNEL = (("step", "search"), ("step", "ask"), ("step", "quote"), ("step", "order"), ("within", "2592000"))
PATHS = (("anchor", "cart"),)
OWN_PATHS = (("anchor", "ask"), ("look", "back"), ("depth", "5"))
HURTS, CREDIT = "/journeys/where-it-hurts/", "/credit/"

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Page:
    """One page; `link` is a pattern of the address, looked for on the page `at`. `chosen` if it has filters."""

    name: str
    at: str
    pairs: Pairs = ()
    link: str = ""
    chosen: bool = False
    own: bool = False  # what nobody can foresee: it is asked for once, with the first views


PAGES = (
    Page("Home", "/home/"),
    Page("Journeys: map", "/journeys/", chosen=True),
    Page("map, all details", "/journeys/", (("detail", "100"),)),
    Page("stages by week", "/journeys/stages/", chosen=True),
    Page("stages by month", "/journeys/stages/", (("by", "month"),)),
    Page("funnel, its form", "/journeys/funnel/"),
    Page("funnel of three steps", "/journeys/funnel/", FUNNEL, chosen=True),
    Page("funnel, one's own", "/journeys/funnel/", OWN_FUNNEL, own=True),
    Page("paths, their form", "/journeys/paths/"),
    Page("paths from the cart", "/journeys/paths/", PATHS, chosen=True),
    Page("paths, one's own", "/journeys/paths/", OWN_PATHS, own=True),
    Page("ways", "/journeys/ways/", chosen=True),
    Page("our customers' way", "/journeys/our-way/"),
    Page("find a customer", "/journeys/find/"),
    Page("list of all journeys", "/journeys/", link=r"/journeys/behind/\?[^\"]*"),
    Page("list, page 3", "/journeys/behind/", (("first", "101"),)),
    Page("list behind an arrow", "/journeys/", link=r"/journeys/behind/\?[^\"]*arrow[^\"]*"),
    Page("one customer", "/journeys/behind/", link=r"/journeys/customer/[0-9a-z-]+/"),
    Page("Where it hurts", HURTS, chosen=True),
    Page("hurts by channel", HURTS, (("by", "channel"),)),
    Page("journeys of one step", HURTS, link=r"/journeys/behind/\?[^\"]*step[^\"]*"),
    Page("promises", HURTS + "promises/"),
    Page("table of steps, a file", HURTS + "table.csv"),
    Page("Who contributed", CREDIT, chosen=True),
    Page("by function", CREDIT, (("by", "function"),)),
    Page("by place", CREDIT, (("by", "place"),)),
    Page("by campaign", CREDIT, (("by", "campaign"),)),
    Page("sales of one channel", CREDIT, link=r"/journeys/behind/\?[^\"]*sold[^\"]*"),
    Page("Without, its form", CREDIT + "without/"),
    Page("without e-mail", CREDIT + "without/", (("without", "email"),)),
    Page("without social", CREDIT + "without/", (("without", "social"),)),
    Page("without two", CREDIT + "without/", (("without", "email"), ("without", "phone")), own=True),
    Page("shared statement", CREDIT + "statement/"),
    Page("statement of a month", CREDIT + "statement/", (("month", "2025-06"),)),
    Page("a goal, its form", CREDIT + "goal/"),
    Page("Found: answers", "/answers/"),
    Page("unanswered", "/answers/unanswered/"),
    Page("how sure", "/answers/sure/"),
    Page("Meetings", "/meetings/"),
    Page("who meets whom", "/meetings/who/"),
    Page("learn", "/meetings/learn/"),
    Page("decisions", "/meetings/decisions/"),
    Page("who is near", "/meetings/near/"),
    Page("Desk", "/desk/"),
    Page("week's report", "/desk/report/"),
    Page("skills", "/desk/skills/"),
    Page("bookings", "/bookings/"),
    Page("calls", "/calls/"),
    Page("imports", "/import/"),
    Page("who is who", "/identity/"),
    Page("settings", "/settings/"),
    Page("settings: company", "/settings/company/"),
    Page("settings: team", "/settings/team/"),
    Page("settings: employees", "/settings/employees/"),
    Page("settings: privacy", "/settings/privacy/"),
    Page("settings: retention", "/settings/privacy/retention/"),
    Page("settings: robots", "/settings/robots/"),
    Page("settings: collection", "/settings/collection/"),
)


def prepare(data: Path) -> None:
    """Make the company and its owner, say who works there, and print what the owner's browser keeps."""
    from tillit_web.serving.directory import open_directory

    open_directory(data)
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY as BACKEND
    from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from tillit.credit.cells import Headcount, Headcounts, write_headcounts
    from tillit.vocabulary import Role
    from tillit_web.people.actions import NewMember, make_member
    from tillit_web.people.models import Company, User

    Company.objects.update_or_create(id=1, defaults={"name": "Bench", "goal_activity": "order"})
    write_headcounts(data, Headcounts((Headcount(60), Headcount(9, "sales"), Headcount(9, "service"))))
    owner = User.objects.filter(role=Role.OWNER.value).first()
    owner = owner or make_member(NewMember("ana@example.org", secrets.token_hex(16), "en"), Role.OWNER)
    session = SessionStore()
    session[SESSION_KEY] = str(owner.pk)
    session[BACKEND] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = owner.get_session_auth_hash()
    session.create()
    print(settings.SESSION_COOKIE_NAME, session.session_key)


@dataclass(frozen=True, slots=True)
class View:
    """One page asked for once: seconds until it came, until its numbers did, and CPU seconds of the server."""

    came: float
    shown: float
    cpu: float
    status: int
    kilobytes: float


@dataclass(slots=True)
class Browser:
    """The owner's, signed in."""

    port: int
    cookie: str
    pid: int
    content: bytes = b""

    def open(self, address: str) -> View:
        """Ask for a page, and again while it says that it counts."""
        began, cpu, came = time.perf_counter(), _cpu(self.pid), 0.0
        while True:
            status = self._ask(address)
            came = came or time.perf_counter() - began
            if COUNTING not in self.content or time.perf_counter() - began > LONGEST_SECONDS:
                break
            time.sleep(0.5)
        shown = time.perf_counter() - began
        return View(came, shown, _cpu(self.pid) - cpu, status, len(self.content) / 1000)

    def _ask(self, address: str) -> int:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONGEST_SECONDS)) as connection:
            connection.request("GET", address, headers={"cookie": self.cookie})
            answer = connection.getresponse()
            self.content = answer.read()
            return answer.status


@dataclass(slots=True)
class Row:
    """What is known of one page."""

    page: Page
    address: str
    first: View
    again: list[View] = field(default_factory=list)
    chosen: list[View] = field(default_factory=list)


def look_at_all(browser: Browser) -> list[Row]:
    """Ask for every page as an owner does."""
    rows = []
    for page in PAGES:
        address = _with(page.at, page.pairs)
        if page.link:
            browser.open(address)
            found = re.search(page.link.encode(), browser.content)
            if found is None:
                print(f"  {page.name}: no such link on {address}", flush=True)
                continue
            address = html.unescape(found[0].decode())
        rows.append(Row(page, address, browser.open(address)))
        if rows[-1].first.status != 200:
            print(f"  {page.name}: {rows[-1].first.status} at {address}", flush=True)
    for row in rows:
        row.again += [browser.open(row.address) for _ in range(TIMES)]
    for choice in CHOICES:
        for row in rows:
            if row.page.chosen:
                row.chosen.append(browser.open(_with(row.address, choice)))
    return rows


def tell(rows: Sequence[Row]) -> bool:
    """Print each page and the whole; True if 95 of 100 came within a second."""
    heads = ("first", "CPU", "p50", "p95", "worst", "CPU", "chosen", "shown", "kB")
    print(f"\n{'seconds':<24}{''.join(f'{head:>8}' for head in heads)}")
    for row in rows:
        again = sorted(view.came for view in row.again)
        figures = [row.first.came, row.first.cpu, _at(again, 0.5), _at(again, 0.95), again[-1]]
        figures.append(sum(view.cpu for view in row.again) / len(again))
        chosen = [max(view.came for view in row.chosen), max(view.shown for view in row.chosen)] if row.chosen else []
        cells = "".join(f"{figure:8.2f}" for figure in (*figures, *chosen)) + " " * 8 * (2 - len(chosen))
        late = f"  numbers after {row.first.shown:.2f}" if row.first.shown > row.first.came + 0.1 else ""
        print(f"{row.page.name:<24}{cells}{row.first.kilobytes:8.0f}{late}")
    own = [view for row in rows for view in (*row.chosen, *([row.first] if row.page.own else []))]
    told = {
        "first views": [row.first for row in rows if not row.page.own],
        "again": [view for row in rows for view in row.again],
        "a choice of one's own": own,
        "all": [view for row in rows for view in (row.first, *row.again, *row.chosen)],
    }
    print()
    for name, views in told.items():
        for what, took in (("page", [view.came for view in views]), ("numbers", [view.shown for view in views])):
            ordered = sorted(took)
            print(
                f"{name:<24}{what:<9}{len(ordered):>5}: p50 {_at(ordered, 0.5):.2f} s, p95 {_at(ordered, 0.95):.2f} s, "
                f"worst {ordered[-1]:.2f} s (goal: p95 below 1 s: {_verdict(ordered)})"
            )
    return _verdict(sorted(view.came for view in told["all"])) == REACHED


def _verdict(ordered: Sequence[float]) -> str:
    return REACHED if _at(ordered, 0.95) < GOAL_SECONDS else "MISSED"


def measure(folder: Path, events: int) -> bool:
    """Fill a data directory if there is none, serve it, and look at every page."""
    data = folder / "data"
    if not (folder / EVENTS).exists():
        write_events(folder, events)
    cookie = "=".join(_python("-m", "bench.pages", "--prepare", str(data), data=data).split())
    if not (data / "store").exists():
        began = time.perf_counter()
        _python("-m", "tillit_cli", "import", str(folder / EVENTS), "--data", str(data), data=data)
        print(f"imported, built and answered ahead in {time.perf_counter() - began:.0f} s", flush=True)
    began = time.perf_counter()
    served = start_serving(data)
    pid = served.process.pid
    try:
        _until_idle(data)
        load = os.getloadavg()[0]
        print(f"nothing left to do {time.perf_counter() - began:.0f} s after the start; load {load:.1f}", flush=True)
        used, began = _cpu(pid), time.perf_counter()
        rows = look_at_all(Browser(urlsplit(served.url).port or 0, cookie, pid))
        reached = tell(rows)
        took, cpu = time.perf_counter() - began, _cpu(pid) - used
        print(f"{took:.0f} s, {cpu:.0f} CPU s of the server; load {os.getloadavg()[0]:.1f}")
        print(f"peak of the server {_peak(pid):,.0f} MB, of its worker {max(map(_peak, _children(pid))):,.0f} MB")
        return reached
    finally:
        stop_serving(served)


def _python(*typed: str, data: Path) -> str:
    environment = os.environ | {"TILLIT_DATA": str(data)}
    run = subprocess.run([sys.executable, *typed], check=True, stdout=subprocess.PIPE, text=True, env=environment)
    return run.stdout


def _until_idle(data: Path) -> None:
    """Wait until what comes by itself each minute has been done since now, and no job is waiting or at work."""
    quiet, since = 0, datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    while quiet < 3:
        time.sleep(1)
        with closing(sqlite3.connect(f"file:{data / 'app.sqlite'}?mode=ro", uri=True)) as tables:
            count = "select count(*) from django_tasks_database_dbtaskresult where status"
            busy = tables.execute(f"{count} in ('READY', 'RUNNING')").fetchone()[0]
            sealed = f"{count} = 'SUCCESSFUL' and task_path like '%warehouse.jobs.seal' and enqueued_at > ?"
            done = tables.execute(sealed, (since,)).fetchone()[0]
        quiet = quiet + 1 if done and not busy else 0


def _children(pid: int) -> Iterator[int]:
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="ascii").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            yield int(path.parent.name)


def _peak(pid: int) -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    return int(found[1]) / 1024 if found else 0.0


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _with(path: str, pairs: Pairs) -> str:
    return f"{path}{'&' if '?' in path else '?'}{urlencode(pairs)}" if pairs else path


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=lambda text: int(text.replace("_", "")), default=1_000_000)
    parser.add_argument("--folder", type=Path, help="keep the events and the data directory here, for the next run")
    parser.add_argument("--prepare", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.prepare:
        prepare(args.prepare)
        return 0
    with tempfile.TemporaryDirectory(prefix="tillit-bench-") as made:
        folder = args.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        return 0 if measure(folder, args.events) else 1


if __name__ == "__main__":
    sys.exit(main())
