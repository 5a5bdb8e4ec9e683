"""The only door out: asks other servers over HTTP, and no server that it should not reach.

Whoever may type an address into a page could otherwise make this machine ask its own neighbours. So the address that a
name stands for is checked at the moment of connecting, and that checked address is the one connected to: a name that
changes its mind between two look-ups gains nothing. No cookies, no proxies of the environment, nothing kept between two
questions.
"""

from __future__ import annotations

import contextlib
import io
import ipaddress
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead, RemoteDisconnected
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings

from tillit.errors import TillitError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer as Buffer

MOST_REDIRECTS = 4
REDIRECTS = (301, 302, 303, 307, 308)
PORTS = {"https": 443, "http": 80}
AGENT = "tillit"
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
TUNNELS = (ipaddress.IPv6Network("64:ff9b:1::/48"), ipaddress.IPv6Network("2001::/32"))

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Reason(StrEnum):
    """Why there is no answer; `tillit_web.ui.outgoing_words` says it to people."""

    NOT_AN_ADDRESS = "not_an_address"
    NOT_ENCRYPTED = "not_encrypted"
    PRIVATE = "private"
    UNKNOWN_NAME = "unknown_name"
    NO_CONNECTION = "no_connection"
    BAD_CERTIFICATE = "bad_certificate"
    TOO_SLOW = "too_slow"
    TOO_LARGE = "too_large"
    CUT_SHORT = "cut_short"
    NOT_HTTP = "not_http"
    REDIRECTED = "redirected"
    REFUSED = "refused"  # its status says so: `require_success`


class NoAnswer(TillitError):
    """A server was not asked, or gave no answer that can be used.

    Attributes:
        reason: What stood in the way.
        status: Of the answer, where there was one.
    """

    def __init__(self, reason: Reason, said: str, *, status: int = 0) -> None:
        super().__init__(said)
        self.reason = reason
        self.status = status


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a server may cost us.

    Attributes:
        seconds: For everything from connecting to the last byte, redirects included. Looking up the name comes on top,
            by the system's own patience.
        most_bytes: Of the answer's body.
    """

    seconds: float = 20
    most_bytes: int = 10_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said.

    Attributes:
        headers: Names in lower case; of several alike the last.
        address: Where it was said, after redirects.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    address: str

    def require_success(self) -> Answer:
        """Itself.

        Raises:
            NoAnswer: The status is not of the 200s.
        """
        if 200 <= self.status < 300:
            return self
        raise NoAnswer(Reason.REFUSED, f"{_place(self.address)} answered {self.status}.", status=self.status)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: headers are added to Host, User-Agent and Accept-Encoding; a body needs its Content-Type here."""

    address: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


DEFAULT_LIMITS = Limits()


def ask(question: Question, *, limits: Limits = DEFAULT_LIMITS) -> Answer:
    """Ask a server, and follow where a GET is sent on to; anything else is followed on the same server only.

    `Authorization` goes to no other server than the one it was meant for. Servers named in `TILLIT_OWN_SERVERS`
    (`host:port`) may be private and without TLS; link-local addresses are refused even there.

    Raises:
        NoAnswer: It may not be asked, cannot be reached, or breaks a limit. An answer of any status is an answer.
    """
    until = time.monotonic() + limits.seconds
    for _ in range(MOST_REDIRECTS + 1):
        answer = _ask_once(question, limits.most_bytes, until)
        target = answer.headers.get("location")
        if answer.status not in REDIRECTS or not target:
            return answer
        question = _followed(question, urljoin(question.address, target))
    raise NoAnswer(Reason.REDIRECTED, f"{_place(question.address)} sends on and on, {MOST_REDIRECTS} times by now.")


def is_own_server(address: str) -> bool:
    """Whether it is one that TILLIT_OWN_SERVERS names."""
    parts = _parts(address)
    return _endpoint(parts) in settings.OWN_SERVERS


def _followed(question: Question, address: str) -> Question:
    here, there = _parts(question.address), _parts(address)
    same = (here.scheme, _endpoint(here)) == (there.scheme, _endpoint(there))
    if _endpoint(there) in settings.OWN_SERVERS and not same:
        # Our own servers are asked by those who name them, not by a stranger who points there.
        raise NoAnswer(Reason.REDIRECTED, f"{_place(question.address)} sends on into your own network.")
    if question.method not in ("GET", "HEAD") and not same:
        raise NoAnswer(
            Reason.REDIRECTED, f"{_place(question.address)} sends on to {_place(address)}; type that address."
        )
    kept = {name: value for name, value in question.headers.items() if same or name.lower() != "authorization"}
    return Question(address, question.method, kept, question.body)


def _ask_once(question: Question, most_bytes: int, until: float) -> Answer:
    parts = _parts(question.address)
    place, own = _place(question.address), _endpoint(parts) in settings.OWN_SERVERS
    if parts.scheme != "https" and not own:
        raise NoAnswer(Reason.NOT_ENCRYPTED, f"{place} is not asked without TLS. Type an address with https://.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = HTTPConnection(parts.hostname or "", parts.port or PORTS[parts.scheme])
    try:
        with contextlib.closing(_connected(parts, own=own, until=until)) as link:
            connection.sock = _Link(link, until)
            host = parts.netloc if parts.port != PORTS[parts.scheme] else parts.netloc.rpartition(":")[0]
            headers = {"Host": host, "User-Agent": AGENT, "Accept-Encoding": "identity", **question.headers}
            connection.request(question.method, path, question.body or None, headers)
            with connection.getresponse() as response:
                found = {name.lower(): value for name, value in response.getheaders()}
                body = _body_of(response, found, place, most_bytes)
    except TimeoutError as slow:
        raise NoAnswer(Reason.TOO_SLOW, f"{place} took too long.") from slow
    except (IncompleteRead, RemoteDisconnected) as cut:
        raise NoAnswer(Reason.CUT_SHORT, f"{place} went away in the middle of its answer.") from cut
    except ssl.SSLError as bad:
        raise NoAnswer(Reason.BAD_CERTIFICATE, f"{place} does not prove who it is: {bad.reason or bad}.") from bad
    except OSError as gone:
        raise NoAnswer(Reason.NO_CONNECTION, f"{place} cannot be reached: {gone}.") from gone
    except (HTTPException, ValueError) as odd:
        raise NoAnswer(Reason.NOT_HTTP, f"{place} does not speak HTTP as it should: {type(odd).__name__}.") from odd
    return Answer(response.status, found, body, question.address)


def _body_of(response: HTTPResponse, headers: Mapping[str, str], place: str, most_bytes: int) -> bytes:
    if headers.get("content-encoding", "identity").lower() != "identity":
        # A few packed bytes can be gigabytes; we asked for none.
        raise NoAnswer(Reason.NOT_HTTP, f"{place} packed its answer, though it was asked not to.")
    promised = response.length
    if promised is not None and promised > most_bytes:
        raise NoAnswer(Reason.TOO_LARGE, f"{place} answers with {promised} bytes; at most {most_bytes} are read.")
    body = response.read(most_bytes + 1)
    if len(body) > most_bytes:
        raise NoAnswer(Reason.TOO_LARGE, f"{place} answers with more than {most_bytes} bytes.")
    if promised is not None and len(body) < promised:
        raise IncompleteRead(body, promised - len(body))
    return body


def _parts(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018 - which raises where it is none
        # Anything else could end the line of the request and begin a header.
        plain = address.isascii() and all("!" <= letter <= "~" for letter in address)
    except ValueError:
        plain, parts = False, urlsplit("")
    if not plain or parts.scheme not in PORTS or not parts.hostname or parts.username or parts.password:
        raise NoAnswer(Reason.NOT_AN_ADDRESS, "That is no address of the form https://calendar.example.com/path.")
    return parts


def _endpoint(parts: SplitResult) -> str:
    return f"{parts.hostname}:{parts.port or PORTS[parts.scheme]}"


def _place(address: str) -> str:
    """What may be told and logged of an address: its path can be a key."""
    parts = _parts(address)
    return f"{parts.scheme}://{_endpoint(parts)}"


def may_be_reached(address: Address, *, own: bool = False) -> bool:
    """Whether a server at this address is somebody else's, out in the world; or may be ours, where `own` says so."""
    if isinstance(address, ipaddress.IPv6Address):
        within = address.ipv4_mapped or address.sixtofour
        if address in NAT64:
            within = ipaddress.IPv4Address(address.packed[-4:])
        if within:
            return may_be_reached(within, own=own)
        if any(address in tunnel for tunnel in TUNNELS):
            return False  # an IPv4 address in a disguise that no server out in the world wears
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    return own or (address.is_global and not address.is_reserved)


def _connected(parts: SplitResult, *, own: bool, until: float) -> socket.socket:
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as unknown:
        raise NoAnswer(Reason.UNKNOWN_NAME, f"Nobody knows the name {host}.") from unknown
    reachable = [one for one in found if may_be_reached(ipaddress.ip_address(str(one[4][0]).split("%")[0]), own=own)]
    if not reachable:
        raise NoAnswer(
            Reason.PRIVATE,
            f"{host} is an address of this machine's own network, which pages may not make it ask. "
            f"If the server is yours, name {host}:{port} in TILLIT_OWN_SERVERS.",
        )
    failed: OSError | None = None
    for family, kind, protocol, _name, place in reachable:
        link = socket.socket(family, kind, protocol)
        try:
            link.settimeout(_left(until))
            link.connect(place)  # the very address that was checked; the name is not looked up again
            if parts.scheme == "https":
                link = ssl.create_default_context().wrap_socket(link, server_hostname=host)
            return link
        except OSError as error:
            link.close()
            failed = error
    raise failed or ConnectionError(host)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Link:
    """A socket that ends at one moment, however many small pieces its other side sends."""

    def __init__(self, link: socket.socket, until: float) -> None:
        self._link, self._until = link, until

    def sendall(self, data: bytes) -> None:
        self._link.settimeout(_left(self._until))
        self._link.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:  # noqa: ARG002 - http.client only ever reads
        return io.BufferedReader(_Arriving(self._link, self._until))

    def close(self) -> None:
        """Nothing yet: http.client closes before it reads a body without a length; whoever connected closes."""


class _Arriving(io.RawIOBase):
    """What arrives on a link."""

    def __init__(self, link: socket.socket, until: float) -> None:
        self._link, self._until = link, until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        self._link.settimeout(_left(self._until))
        return self._link.recv_into(buffer)
