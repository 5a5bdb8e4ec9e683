"""Logs of web servers, in the Common and the Combined format of Apache and nginx, plain or gzip, read as a stream.

No network address leaves this module. A visitor is what a day, a network (/24, /48) and a kind of browser have in
common, hashed later with the data directory's key like every identifier: enough to tell what was looked at together on
a day, and no more. What that means for the numbers stands in the recipe's notes and in docs/mapping.md.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Generator
from itertools import islice
from pathlib import Path

from tillit.errors import FileError
from tillit.events.arrivals import arrival_channel
from tillit.events.chunks import BrokenRow
from tillit.events.json_lines import numbered_lines
from tillit.events.loose_rows import Cells, LooseReader, LooseRow, LooseTable
from tillit.events.packed import InputFile
from tillit.events.page_addresses import host_of, kept_parameters, without_visitor
from tillit.events.personal_numbers import without_numbers
from tillit.events.visitors import prefix, reduced_agent
from tillit.sentences import Sentence, sentence
from tillit.vocabulary import Channel

COLUMNS = ("kind", "time", "visitor", "path", "channel", "campaign", "referring_site", "status", "agent")
PAGE, FILE, FORM, MOVED, REFUSED, OTHER = "page", "file", "form", "moved", "refused", "other"

_LINE = re.compile(
    r"(?:[\w.-]+:\d+ )?"  # the virtual host, where the server writes it first
    r"(?P<address>\S+) \S+ (?P<user>[^\[]{1,200}) \[(?P<time>[^\]]{20,40})\] "
    r'"(?P<request>(?:[^"\\]|\\.)*)" (?P<status>\d{3}) (?:\d+|-)'
    r'(?: "(?P<before>(?:[^"\\]|\\.)*)" "(?P<agent>(?:[^"\\]|\\.)*)")?'
)
_TIME = re.compile(r"(\d{2})/([A-Z][a-z]{2})/(\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{2})(\d{2})")
_MONTHS = {
    name: f"{number:02}"
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), start=1
    )
}
_REQUEST = re.compile(r"([A-Z]+) (\S+)(?: HTTP/[\d.]+)?")
_ENDING = re.compile(r"\.(\w{1,8})$")
_PAGE_ENDINGS = frozenset({"html", "htm", "php", "asp", "aspx", "jsp", "xhtml"})
_FOR_PROGRAMS = re.compile(
    r"/(?:api|wp-json|wp-admin|wp-content|wp-includes|xmlrpc|graphql|static|assets|_next|\.well-known)(?:/|$)"
)
_ADDRESS_IN_TEXT = re.compile(
    r"\b\d{1,3}(?:\.\d{1,3}){3}\b|(?<![\w:])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?![\w:])"
)
_SNIFFED_LINES = 20
_LOOKED_THROUGH = 5_000  # lines, for the site's own name
_SHOWN_CHARACTERS = 500


def is_weblog(head: bytes) -> bool:
    """Whether the first lines of a file are those of a web server's log: most of them, since any may be broken."""
    lines = [line for line in head.splitlines()[:_SNIFFED_LINES] if line.strip()]
    fitting = sum(_LINE.match(line.decode("utf-8", "replace")) is not None for line in lines)
    return fitting > len(lines) / 2


class WeblogReader(LooseReader):
    """Reads a server's log as chunks of text cells, one row a request, in file order.

    Raises:
        FileError: There is not one line in it.
    """

    def __init__(self, path: Path) -> None:
        self._file = InputFile(path)
        self._own_site = self._most_named_site()
        self._table = LooseTable(self._rows, always=COLUMNS)
        if not self._table.has_rows:
            raise FileError(sentence("{file} has no line. Take another of the server's logs.", file=path.name))

    @property
    def format(self) -> str:
        return "weblog"

    @property
    def notes(self) -> tuple[Sentence, ...]:
        read = sentence("A web server's log, one row a request. Network addresses were cut before anything was kept.")
        if not self._own_site:
            return (read,)
        own = sentence(
            "Visits from {site} count as within your own site: most requests come from there.", site=self._own_site
        )
        return (read, own)

    def _most_named_site(self) -> str:
        """The site that most requests name as the page before: a page's own pictures and scripts do."""
        named: Counter[str] = Counter()
        with self._file.open_bytes() as stream:
            for _, line in islice(numbered_lines(stream), _LOOKED_THROUGH):
                found = _LINE.match(line.decode("utf-8", "replace"))
                if found:
                    named[host_of(found["before"] or "")] += 1
        named.pop("", None)
        return named.most_common(1)[0][0] if named else ""

    def _rows(self) -> Generator[LooseRow, None, None]:
        with self._file.open_bytes() as stream:
            for row, (number, line) in enumerate(numbered_lines(stream), start=1):
                text = line.decode("utf-8", "replace").strip()
                found = self._cells(text)
                if isinstance(found, Sentence):
                    reason = sentence("Line {line}: {problem}.", line=number, problem=found)
                    yield BrokenRow(row, "weblog", reason, (_showable(text),))
                else:
                    yield found

    def _cells(self, text: str) -> Cells | Sentence:
        """The cells of one line, or what is wrong with it as a clause."""
        found = _LINE.match(text)
        if found is None:
            return sentence("it is no line of the Common or Combined log format; it may be cut off")
        time = _TIME.fullmatch(found["time"])
        if time is None or time[2] not in _MONTHS:
            return sentence("its time is not written like 22/Nov/2026:04:29:11 +0100")
        network = prefix(found["address"])
        if not network:
            return sentence("it names a host and no network address; turn off name lookups in the server")
        day = f"{time[3]}-{_MONTHS[time[2]]}-{time[1]}"
        agent = reduced_agent(_plain(found["agent"] or ""))
        request = _REQUEST.fullmatch(_plain(found["request"]))
        address = request[2] if request else ""
        before = _plain(found["before"] or "")
        site = host_of(before)
        outside = before if site != self._own_site else ""
        direct = Channel.DIRECT if before == "-" else Channel.WEB
        cells = {
            "kind": _kind(request[1] if request else "", address, int(found["status"])),
            "time": f"{day}T{time[4]}{time[5]}:{time[6]}",
            "visitor": " ".join(filter(None, (day, network, agent))),
            "path": without_visitor(address).partition("?")[0],
            "channel": str(arrival_channel(address, outside) or direct),
            "campaign": kept_parameters(address).get("utm_campaign", ""),
            "referring_site": site if outside else "",
            "status": found["status"],
            "agent": agent,
        }
        return {name: value.replace("\x00", "") for name, value in cells.items() if value}


def _kind(method: str, address: str, status: int) -> str:
    """What a request was for, as far as its line tells."""
    if status >= 400:
        return REFUSED
    if 300 <= status < 400 and status != 304:
        return MOVED
    if method == "POST":
        return FORM
    if method != "GET":
        return OTHER
    path = address.partition("?")[0]
    ending = _ENDING.search(path)
    if (ending and ending[1].lower() not in _PAGE_ENDINGS) or _FOR_PROGRAMS.match(path):
        return FILE
    return PAGE


def _plain(text: str) -> str:
    return text.replace('\\"', '"').replace("\\\\", "\\")


def _showable(text: str) -> str:
    """A broken line for whoever mends it: without network addresses, and what personal numbers stand in it."""
    return without_numbers(_ADDRESS_IN_TEXT.sub("[address]", text[:_SHOWN_CHARACTERS]))
