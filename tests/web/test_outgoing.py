"""The door out: who is not asked at all, and what a server that is down, slow or lying can do to us."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pytest_django import Settings

from tillit_web.outgoing import Limits, NoAnswer, Question, Reason, ask, may_be_reached

Speak = Callable[[socket.socket], None]
QUICK = Limits(seconds=5, most_bytes=10_000)
OVER = threading.Event()


class Server:
    """A server on this machine that says what a test tells it to, to each who connects."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.asked: list[bytes] = []
        self._open: list[socket.socket] = []

    def says(self, *speeches: bytes | Speak, own: bool = True, tls: ssl.SSLContext | None = None) -> str:
        """Its address; the n-th that connects is told the n-th speech."""
        listening = socket.create_server(("127.0.0.1", 0))
        self._open.append(listening)
        port = listening.getsockname()[1]
        if own:
            self._settings.OWN_SERVERS = self._settings.OWN_SERVERS | {f"127.0.0.1:{port}"}
        threading.Thread(target=self._speak, args=(listening, speeches, tls), daemon=True).start()
        return f"{'https' if tls else 'http'}://127.0.0.1:{port}"

    def _speak(self, listening: socket.socket, speeches: tuple[bytes | Speak, ...], tls: ssl.SSLContext | None) -> None:
        for speech in speeches:
            try:
                link = listening.accept()[0]
                with tls.wrap_socket(link, server_side=True) if tls else link as spoken:
                    self.asked.append(spoken.recv(65536))
                    if callable(speech):
                        speech(spoken)
                    else:
                        spoken.sendall(speech)
            except OSError:  # the other side had enough, or the test is over
                continue

    def close(self) -> None:
        for listening in self._open:
            listening.close()


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    made = Server(settings)
    yield made
    made.close()


def answer(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def drip(link: socket.socket) -> None:
    """A byte now and a byte then, each well within any patience for one."""
    for letter in b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n" + b"x" * 9000:
        link.sendall(bytes([letter]))
        OVER.wait(0.02)


def endless(link: socket.socket) -> None:
    link.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(1000):
        link.sendall(b"x" * 1_000_000)  # a gigabyte, if anybody reads it


def why(address: str, *, limits: Limits = QUICK, method: str = "GET") -> Reason:
    with pytest.raises(NoAnswer) as refused:
        ask(Question(address, method), limits=limits)
    return refused.value.reason


def test_an_answer_comes_back_whole(server: Server) -> None:
    address = server.says(answer(b"hej", "ETag: one", "Set-Cookie: a=b"), answer(b"", status="404 Not Found"))
    said = ask(Question(f"{address}/a?b=c", headers={"Accept": "text/calendar"}))
    assert (said.status, said.body, said.headers["etag"]) == (200, b"hej", "one")
    missing = ask(Question(address))
    assert missing.status == 404
    assert server.asked[0].startswith(b"GET /a?b=c HTTP/1.1\r\n")
    assert b"cookie" not in server.asked[1].lower()
    with pytest.raises(NoAnswer, match="answered 404"):
        missing.require_success()


@pytest.mark.parametrize(
    "address",
    [
        *("https://127.0.0.1", "https://localhost", "https://10.0.0.1", "https://192.168.1.1", "https://172.16.0.1"),
        *("https://169.254.169.254/latest/meta-data", "https://[::1]", "https://[fe80::1]", "https://[fd00::1]"),
        *("https://0.0.0.0", "https://[::]", "https://127.1", "https://2130706433", "https://0x7f000001"),
        *("https://[::ffff:127.0.0.1]", "https://[64:ff9b::7f00:1]", "https://[2002:7f00:1::]", "https://100.64.0.1"),
        *("https://224.0.0.1", "https://[2001::1]", "https://[::127.0.0.1]", "https://240.0.0.1"),
    ],
)
def test_nobody_within_is_asked(address: str) -> None:
    assert why(address) == Reason.PRIVATE


def test_addresses_of_the_world_may_be_reached() -> None:
    for said in ("93.184.216.34", "2606:4700::1111", "64:ff9b::5db8:d822"):
        assert may_be_reached(ipaddress.ip_address(said))


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://example.com/", Reason.NOT_ENCRYPTED),
        ("ftp://example.com/", Reason.NOT_AN_ADDRESS),
        ("file:///etc/passwd", Reason.NOT_AN_ADDRESS),
        ("https://ana:secret@example.com/", Reason.NOT_AN_ADDRESS),
        ("https://example.com/\r\nHost: other", Reason.NOT_AN_ADDRESS),
        ("https://example.com:99999/", Reason.NOT_AN_ADDRESS),
        ("https:///path", Reason.NOT_AN_ADDRESS),
        ("", Reason.NOT_AN_ADDRESS),
        ("https://[::1", Reason.NOT_AN_ADDRESS),
        ("https://no-such-name.invalid/", Reason.UNKNOWN_NAME),
    ],
)
def test_what_is_no_address_is_not_tried(address: str, reason: Reason) -> None:
    assert why(address) == reason


def test_a_name_is_looked_up_once_and_a_second_answer_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: harmless when it is checked, at home when it is connected to."""
    answers = iter(["127.0.0.1", "93.184.216.34"])
    asked: list[str] = []

    def look_up(host: str, port: int, **_: object) -> list[object]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert why("https://rebinds.example/") == Reason.PRIVATE
    assert asked == ["rebinds.example"]


def test_own_servers_are_named_and_link_local_ones_never_pass(server: Server, settings: Settings) -> None:
    address = server.says(answer(b""), own=False)
    assert why(address) == Reason.NOT_ENCRYPTED
    assert why(address.replace("http:", "https:")) == Reason.PRIVATE
    settings.OWN_SERVERS = frozenset({"169.254.169.254:80"})
    assert why("http://169.254.169.254/") == Reason.PRIVATE


@pytest.mark.parametrize(
    ("speech", "reason"),
    [
        (drip, Reason.TOO_SLOW),
        (lambda _: OVER.wait(2), Reason.TOO_SLOW),
        (endless, Reason.TOO_LARGE),
        (answer(b"x", length=10**9), Reason.TOO_LARGE),
        (answer(b"short", length=500), Reason.CUT_SHORT),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", Reason.CUT_SHORT),
        (b"", Reason.CUT_SHORT),
        (b"SSH-2.0-OpenSSH\r\n", Reason.NOT_HTTP),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", Reason.NOT_HTTP),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000, Reason.NOT_HTTP),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", Reason.CUT_SHORT),
        (answer(b"\x1f\x8b", "Content-Encoding: gzip"), Reason.NOT_HTTP),
    ],
)
def test_a_server_that_is_slow_or_lies_costs_little(server: Server, speech: bytes | Speak, reason: Reason) -> None:
    slow = reason == Reason.TOO_SLOW
    assert why(server.says(speech), limits=Limits(0.3 if slow else 5, 10_000)) == reason


def test_a_length_that_is_too_small_cuts_the_answer(server: Server) -> None:
    assert ask(Question(server.says(answer(b"whole and more", length=5)))).body == b"whole"


def test_nobody_listening_is_said(server: Server, settings: Settings) -> None:
    address = server.says()
    server.close()
    assert why(address) == Reason.NO_CONNECTION


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("http://169.254.169.254/latest/meta-data", Reason.NOT_ENCRYPTED),
        ("https://169.254.169.254/latest/meta-data", Reason.PRIVATE),
        ("https://localhost/", Reason.PRIVATE),
        ("file:///etc/passwd", Reason.NOT_AN_ADDRESS),
        ("/round/and/round", Reason.REDIRECTED),
    ],
)
def test_being_sent_on_is_checked_again(server: Server, target: str, reason: Reason) -> None:
    moved = answer(b"", f"Location: {target}", status="302 Found")
    assert why(server.says(*[moved] * 9)) == reason


def test_a_stranger_cannot_send_us_to_our_own_servers(server: Server) -> None:
    within = server.says(answer(b"secret"))
    assert why(server.says(answer(b"", f"Location: {within}/", status="301 Moved"))) == Reason.REDIRECTED


def test_on_the_same_server_the_password_goes_along(server: Server) -> None:
    address = server.says(answer(b"", "Location: /there", status="308 Permanent"), answer(b"ok"))
    said = ask(Question(address, "PROPFIND", {"Authorization": "Basic abc"}, b"<x/>"))
    assert (said.body, said.address) == (b"ok", f"{address}/there")
    assert server.asked[1].startswith(b"PROPFIND /there ")
    assert b"Basic abc" in server.asked[1]


def certificate(folder: Path, host: ipaddress.IPv4Address, *, days: int = 1) -> tuple[ssl.SSLContext, Path]:
    """A server's context for a host, signed by itself; and the file that would make it trusted."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "public.pem", folder / "private.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public


HERE = ipaddress.IPv4Address("127.0.0.1")


@pytest.mark.parametrize(
    ("host", "days", "trusted", "heard"),
    [
        (HERE, 1, True, True),
        (HERE, 1, False, False),  # signed by itself
        (HERE, -1, True, False),  # over since yesterday
        (ipaddress.IPv4Address("127.0.0.2"), 1, True, False),  # somebody else's
    ],
)
def test_who_a_server_is_must_be_proven(
    host: ipaddress.IPv4Address,
    days: int,
    trusted: bool,
    heard: bool,
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    context, public = certificate(tmp_path, host, days=days)
    address = server.says(answer(b"hej"), tls=context)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(public))
    if heard:
        assert ask(Question(address)).body == b"hej"
    else:
        assert why(address) == Reason.BAD_CERTIFICATE


def test_a_server_without_tls_behind_https_is_no_proof(server: Server) -> None:
    assert why(server.says(answer(b"")).replace("http:", "https:")) in (Reason.BAD_CERTIFICATE, Reason.CUT_SHORT)


def test_proxies_of_the_environment_are_not_used(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = server.says(answer(b"from the proxy"))
    monkeypatch.setenv("http_proxy", proxy)
    monkeypatch.setenv("ALL_PROXY", proxy)
    assert ask(Question(server.says(answer(b"from the server")))).body == b"from the server"
