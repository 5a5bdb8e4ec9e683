"""An IMAP and an SMTP server on this machine, over TLS with a certificate of its own: little of each, and lies."""

from __future__ import annotations

import base64
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

USER, PASSWORD, TOKEN = "info@shop.example", "pass w0rd!", "token-1"


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine's address, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths


class Line:
    """One client, a line at a time."""

    def __init__(self, link: socket.socket) -> None:
        self.link = link
        self.file = link.makefile("rb")

    def say(self, *lines: bytes) -> None:
        self.link.sendall(b"".join(line + b"\r\n" for line in lines))

    def hear(self) -> bytes:
        return self.file.readline().rstrip(b"\r\n")


@dataclass
class Imap:
    """A folder of mails, by number; what was marked as seen; and how it misbehaves."""

    mails: dict[int, bytes] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    validity: int = 1
    announces: int | None = None  # bytes of a literal that never come
    folder: str = "INBOX"

    def serve(self, line: Line) -> None:
        line.say(b"* OK ready")
        while command := line.hear():
            tag, name, *rest = command.split(b" ", 2)
            told = rest[0] if rest else b""
            if not self._answer(line, tag, name.upper(), told):
                return

    def _answer(self, line: Line, tag: bytes, name: bytes, told: bytes) -> bool:
        ok = tag + b" OK done"
        if name == b"CAPABILITY":
            line.say(b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2", ok)
        elif name == b"LOGIN":
            line.say(ok if told == f'{USER} "secret"'.encode() else tag + b" NO [AUTHENTICATIONFAILED] wrong password")
        elif name == b"AUTHENTICATE":
            line.say(b"+ ")
            said = base64.b64decode(line.hear()).decode()
            if said == f"user={USER}\x01auth=Bearer {TOKEN}\x01\x01":
                line.say(ok)
            else:
                line.say(b"+ " + base64.b64encode(b'{"status":"400"}'))
                line.hear()
                line.say(tag + b" NO AUTHENTICATE failed")
        elif name == b"SELECT":
            if told.strip(b'"').decode() != self.folder:
                line.say(tag + b" NO no such folder")
                return True
            newest = max(self.mails, default=0)
            line.say(b"* %d EXISTS" % len(self.mails), b"* OK [UIDVALIDITY %d] ok" % self.validity)
            line.say(b"* OK [UIDNEXT %d] ok" % (newest + 1), ok)
        elif name == b"UID":
            self._uid(line, told, ok)
        elif name == b"LOGOUT":
            line.say(b"* BYE", ok)
            return False
        return True

    def _uid(self, line: Line, told: bytes, ok: bytes) -> None:
        if told.startswith(b"SEARCH"):
            least = int(re.findall(rb"UID (\d+):", told)[0])
            newest = [max(self.mails)] if self.mails else []
            found = [uid for uid in self.mails if uid >= least] or newest  # "*" is the last one, however low
            line.say(b"* SEARCH " + b" ".join(b"%d" % uid for uid in found), ok)
        elif told.startswith(b"FETCH"):
            uid, most = int(told.split()[1]), int(re.findall(rb"<0\.(\d+)>", told)[0])
            raw = self.mails[uid][:most]
            line.say(b"* 1 FETCH (UID %d BODY[]<0> {%d}" % (uid, self.announces or len(raw)))
            line.link.sendall(raw)
            line.say(b")", ok)
        elif told.startswith(b"STORE"):
            self.seen.add(int(told.split()[1]))
            line.say(ok)


@dataclass
class Smtp:
    """What was sent, as it was said; and how it refuses."""

    sent: list[bytes] = field(default_factory=list)
    refuses: dict[bytes, bytes] = field(default_factory=dict)
    closes_after_data: bool = False

    def serve(self, line: Line) -> None:
        line.say(b"220 ready")
        while command := line.hear():
            name = command.split(b" ", 1)[0].upper()
            refused = next((said for begins, said in self.refuses.items() if command.upper().startswith(begins)), None)
            if refused is not None:
                line.say(refused)
            elif name == b"EHLO":
                line.say(b"250-test", b"250 AUTH XOAUTH2 PLAIN")
            elif name == b"AUTH":
                line.say(self._let_in(command))
            elif name == b"DATA":
                line.say(b"354 go on")
                self.sent.append(b"\n".join(iter(line.hear, b".")))
                if self.closes_after_data:
                    return
                line.say(b"250 taken")
            elif name == b"QUIT":
                line.say(b"221 bye")
                return
            else:
                line.say(b"250 ok")

    def _let_in(self, command: bytes) -> bytes:
        _, kind, said = command.split(b" ")
        told = base64.b64decode(said).decode()
        known = {"PLAIN": f"\x00{USER}\x00{PASSWORD}", "XOAUTH2": f"user={USER}\x01auth=Bearer {TOKEN}\x01\x01"}
        return b"235 welcome" if told == known[kind.decode().upper()] else b"535 5.7.8 wrong password"


class Tokens:
    """A token server: what it was asked, and what it grants. Without TLS, as one of our own servers."""

    def __init__(self, answer: bytes = b'{"access_token": "token-1", "expires_in": 3600}', status: int = 200) -> None:
        self.answer, self.status, self.asked = answer, status, list[str]()

    def serve(self, line: Line) -> None:
        length = 0
        while head := line.hear():
            if head.lower().startswith(b"content-length:"):
                length = int(head.split(b":")[1])
        self.asked.append(line.file.read(length).decode())
        head = b"HTTP/1.1 %d x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        line.link.sendall(head % (self.status, len(self.answer)) + self.answer)


@contextmanager
def listening(serve: Callable[[Line], None], pem: tuple[Path, Path] | None) -> Iterator[int]:
    """A server on a free port of this machine for the length of the block."""
    listener = socket.create_server(("127.0.0.1", 0))
    context = None
    if pem is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*pem)

    def one(link: socket.socket) -> None:
        try:
            with link if context is None else context.wrap_socket(link, server_side=True) as secured:
                line = Line(secured)
                with line.file:
                    serve(line)
        except OSError:
            pass  # the client left

    def accept() -> None:
        while True:
            try:
                link, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(link,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
