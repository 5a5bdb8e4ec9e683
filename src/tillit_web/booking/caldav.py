"""A calendar server, as far as a booking needs one (RFC 4791): find a calendar, read it, put an event in, take it out.

Every question goes through the guarded door. What the server says of itself is followed on its own host only, since the
password goes along.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

from tillit.booking.busy import times_of
from tillit.errors import FileError, InputError
from tillit.sentences import sentence
from tillit_web.outgoing import Answer, Limits, NoAnswer, Question, Reason, ask

LIMITS = Limits(seconds=15, most_bytes=20_000_000)
NAMES = {"d": "DAV:", "c": "urn:ietf:params:xml:ns:caldav"}
XML = "application/xml; charset=utf-8"
GONE = (404, 410)

_ABOUT = """<?xml version="1.0" encoding="utf-8"?>
<d:propfind xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><d:resourcetype/><d:displayname/>
<d:current-user-principal/><c:calendar-home-set/><c:supported-calendar-component-set/></d:prop></d:propfind>"""
_EVENTS = """<?xml version="1.0" encoding="utf-8"?>
<c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><d:getetag/><c:calendar-data/></d:prop>
<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT"><c:time-range start="{start}" end="{end}"/>
</c:comp-filter></c:comp-filter></c:filter></c:calendar-query>"""


@dataclass(frozen=True, slots=True)
class Server:
    """Where a calendar is, or where to begin to look, and who asks."""

    address: str
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Found:
    """A calendar on a server."""

    address: str
    name: str


def find_calendar(server: Server) -> Found:
    """The calendar at an address, or the only one that whoever asks has on that server.

    Raises:
        NoAnswer: The server is not to be had, or refuses.
        InputError: There is none, or there are several; they are named.
    """
    here = _about(server, server.address, depth="0")
    if found := [_calendar(server, one) for one in here if _is_calendar(one)]:
        return found[0]
    principal = next((_link(server, one, "d:current-user-principal") for one in here), None) or server.address
    home = next((_link(server, one, "c:calendar-home-set") for one in _about(server, principal, depth="0")), None)
    inside = _about(server, home, depth="1") if home else _about(server, server.address, depth="1")
    calendars = [_calendar(server, one) for one in inside if _is_calendar(one)]
    if len(calendars) == 1:
        return calendars[0]
    if not calendars:
        raise InputError(sentence("There is no calendar at that address. Type the address of the calendar itself."))
    raise InputError(
        sentence(
            "There are several calendars: {calendars}. Type the address of one of them.",
            calendars=", ".join(f"{one.name} ({one.address})" for one in calendars[:8]),
        )
    )


def events_between(server: Server, starts: datetime, ends: datetime) -> tuple[bytes, ...]:
    """The objects of a calendar that have an event in a stretch, whole as they are kept.

    Raises:
        NoAnswer: The server is not to be had, refuses, or answers something else.
    """
    bounds = {name: f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}" for name, at in (("start", starts), ("end", ends))}
    asked = Question(
        server.address,
        "REPORT",
        _headers(server) | {"Content-Type": XML, "Depth": "1"},
        _EVENTS.format(**bounds).encode(),
    )
    rows = _rows(ask(asked, limits=LIMITS).require_success())
    return tuple(text.encode() for row in rows for text in _texts(row, "c:calendar-data"))


def put_event(server: Server, name: str, event: bytes, *, uid: str, starts_at: datetime) -> None:
    """Put an event where it was, or for the first time; and see that it is there.

    Raises:
        NoAnswer: The server is not to be had or refuses; or says that it has the event, and gives another back.
    """
    address = _object(server, name)
    headers = _headers(server) | {"Content-Type": "text/calendar; charset=utf-8"}
    ask(Question(address, "PUT", headers, event), limits=LIMITS).require_success()
    kept = ask(Question(address, "GET", _headers(server)), limits=LIMITS).require_success()
    try:
        times = times_of(kept.body, uid, "UTC")
    except FileError:
        times = None
    if times is None or times[0] != starts_at:
        raise NoAnswer(Reason.NOT_HTTP, "The server says that it has the event, and gives another one back.")


def remove_event(server: Server, name: str) -> None:
    """Take an event out; one that is not there is out.

    Raises:
        NoAnswer: The server is not to be had, or refuses.
    """
    answer = ask(Question(_object(server, name), "DELETE", _headers(server)), limits=LIMITS)
    if answer.status not in GONE:
        answer.require_success()


def _headers(server: Server) -> dict[str, str]:
    if not server.user:
        return {}
    return {"Authorization": "Basic " + b64encode(f"{server.user}:{server.password}".encode()).decode()}


def _object(server: Server, name: str) -> str:
    return urljoin(server.address.rstrip("/") + "/", f"{name}.ics")


def _about(server: Server, address: str, *, depth: str) -> list[ElementTree.Element]:
    headers = _headers(server) | {"Content-Type": XML, "Depth": depth}
    return _rows(ask(Question(address, "PROPFIND", headers, _ABOUT.encode()), limits=LIMITS).require_success())


def _rows(answer: Answer) -> list[ElementTree.Element]:
    if answer.status != 207:
        raise _not_a_calendar_server(f"status {answer.status} where 207 was due", answer)
    text = _plain(answer)
    try:
        # Entities, by which a few lines become gigabytes, were refused above. As text, so that an encoding which the
        # answer claims for itself makes nothing else of it than what was looked at.
        return ElementTree.fromstring(text).findall("d:response", NAMES)  # noqa: S314
    except ElementTree.ParseError as broken:
        raise _not_a_calendar_server(f"no XML: {broken}", answer) from broken


def _plain(answer: Answer) -> str:
    """The text of an answer, in which nothing can stand for more than it is."""
    if b"\0" in answer.body:
        raise _not_a_calendar_server("a NUL byte, as in UTF-16, where UTF-8 was asked for", answer)
    try:
        text = answer.body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = answer.body[error.start]
        raise _not_a_calendar_server(f"byte {byte:#04x} at {error.start}, which is no UTF-8", answer) from error
    for word in ("<!DOCTYPE", "<!ENTITY"):
        if word in text:
            raise _not_a_calendar_server(f"{word}, which calendars have no use for", answer)
    return text


def _not_a_calendar_server(found: str, answer: Answer) -> NoAnswer:
    said = f"The server does not answer as a calendar server does: {found}."
    return NoAnswer(Reason.NOT_HTTP, said, status=answer.status)


def _texts(row: ElementTree.Element, name: str) -> Iterator[str]:
    for part in row.findall("d:propstat", NAMES):
        if " 200" in part.findtext("d:status", "", NAMES):
            yield from (one.text for one in part.findall(f"d:prop/{name}", NAMES) if one.text)


def _link(server: Server, row: ElementTree.Element, name: str) -> str | None:
    target = row.findtext(f"d:propstat/d:prop/{name}/d:href", None, NAMES)
    return _within(server, target) if target else None


def _is_calendar(row: ElementTree.Element) -> bool:
    is_calendar = row.find("d:propstat/d:prop/d:resourcetype/c:calendar", NAMES) is not None
    parts = row.findall("d:propstat/d:prop/c:supported-calendar-component-set/c:comp", NAMES)
    return is_calendar and (not parts or any(part.get("name") == "VEVENT" for part in parts))


def _calendar(server: Server, row: ElementTree.Element) -> Found:
    address = _within(server, row.findtext("d:href", "", NAMES))
    return Found(address, next(_texts(row, "d:displayname"), "") or urlsplit(address).path)


def _within(server: Server, target: str) -> str:
    """An address that the server names, on the server itself: the password goes nowhere else."""
    found = urljoin(server.address, target)
    if urlsplit(found)[:2] != urlsplit(server.address)[:2]:
        raise NoAnswer(Reason.REDIRECTED, f"The server sends on to {urlsplit(found).hostname}; type the address there.")
    return found
