"""An encrypted stream: a header in the clear, then chunks that open in their order, whole, or not at all.

AES-256-GCM over chunks of 1 MiB, each under the nonce of its number and of whether it is the last: a chunk that was
changed, moved, repeated or cut off is found before a byte of it is used. The chunks' key is made from the backup's key,
a salt of this file's own and the header, so that a changed header opens nothing either.

Source: STREAM in Hoang, Reyhanitabar, Rogaway & Vizár (2015), doi:10.1007/978-3-662-47989-6_24; HKDF: RFC 5869.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import asdict, dataclass
from datetime import date
from typing import BinaryIO

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tillit.errors import BackupError

MAGIC = b"tillit backup\n"
FORMAT = 1
CHUNK_BYTES = 1 << 20
TAG_BYTES = 16
MOST_HEADER_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Header:
    """What a backup says of itself to everybody.

    Attributes:
        format: Of the file.
        made_at: Microseconds UTC.
        installation: Which data directory it is of (`tillit.events.key.fingerprint`).
        key: The name of the key that opens it.
        key_check: By which a wrong key of that name is told from a damaged file.
        program: The version that wrote it.
        salt: Of this file alone, hexadecimal.
    """

    format: int
    made_at: int
    installation: str
    key: str
    key_check: str
    program: str
    salt: str


def new_header(*, made_at: int, installation: str, key: str, secret: bytes, program: str) -> Header:
    """The header of a file that is begun now."""
    return Header(FORMAT, made_at, installation, key, _check(secret), program, secrets.token_hex(32))


def read_header(file: BinaryIO, *, name: str) -> Header:
    """Read the header at a file's beginning.

    Raises:
        BackupError: It is no backup, damaged, or of a newer tillit.
    """
    if file.read(len(MAGIC)) != MAGIC:
        raise BackupError(f"{name} is no backup of tillit's. Name a file that `tillit backup` wrote.")
    length = int.from_bytes(file.read(4), "big")
    raw = file.read(length) if length <= MOST_HEADER_BYTES else b""
    try:
        found = msgspec.json.decode(raw, type=dict[str, int | str])
        if int(found["format"]) > FORMAT:
            raise BackupError(
                f"{name} has format {found['format']}; this tillit knows up to {FORMAT}. Nothing was changed. "
                "Install the newer tillit that wrote it."
            )
        date.fromisoformat(str(found["key"]))  # it names a file
        return msgspec.convert(found, Header)
    except (msgspec.MsgspecError, KeyError, ValueError) as error:
        raise BackupError(f"{name} is damaged at its beginning ({error}). Take another backup.") from error


class EncryptingWriter:
    """Writes what it is given, encrypted; memory for one chunk. `finish` makes it whole."""

    def __init__(self, file: BinaryIO, header: Header, secret: bytes) -> None:
        raw = _raw(header)
        file.write(MAGIC + len(raw).to_bytes(4, "big") + raw)
        self._file = file
        self._cipher = _cipher(raw, header, secret)
        self._waiting = bytearray()
        self._number = 0

    def write(self, data: bytes) -> int:
        self._waiting += data
        while len(self._waiting) > CHUNK_BYTES:  # one stays, since the last is told apart
            self._put(bytes(self._waiting[:CHUNK_BYTES]), is_last=False)
            del self._waiting[:CHUNK_BYTES]
        return len(data)

    def finish(self) -> None:
        """Write the last chunk. Without it the file is known to be cut off."""
        self._put(bytes(self._waiting), is_last=True)
        self._waiting.clear()

    def _put(self, chunk: bytes, *, is_last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, is_last=is_last), chunk, None))
        self._number += 1


class DecryptingReader:
    """Reads what an `EncryptingWriter` wrote; no byte is given out before its chunk is proven."""

    def __init__(self, file: BinaryIO, header: Header, secret: bytes, *, name: str) -> None:
        """Go on where `read_header` stopped.

        Raises:
            BackupError: The key is another than the one it was written with.
        """
        if not hmac.compare_digest(_check(secret), header.key_check):
            raise BackupError(
                f"The key {header.key} that was found is not the one {name} was written with. Look for the folder "
                "with the key of that day, and give it with --keys."
            )
        self._file = file
        self._name = name
        self._cipher = _cipher(_raw(header), header, secret)
        self._next = file.read(CHUNK_BYTES + TAG_BYTES)
        self._open = b""
        self._number = 0

    def read(self, size: int) -> bytes:
        """At most `size` bytes; fewer only at the end.

        Raises:
            BackupError: A chunk is damaged, or the file is cut off.
        """
        found = bytearray()
        while len(found) < size and (self._open or self._advance()):
            taken = self._open[: size - len(found)]
            self._open = self._open[len(taken) :]
            found += taken
        return bytes(found)

    def finish(self) -> None:
        """Prove what is left.

        Raises:
            BackupError: As `read`.
        """
        while self._advance():
            pass

    def _advance(self) -> bool:
        if self._number and not self._next:
            return False
        chunk, self._next = self._next, self._file.read(CHUNK_BYTES + TAG_BYTES)
        try:
            self._open = self._cipher.decrypt(_nonce(self._number, is_last=not self._next), chunk, None)
        except (InvalidTag, ValueError):
            at = self._number * (CHUNK_BYTES + TAG_BYTES)
            where = "is cut off" if not self._next else "is damaged"
            raise BackupError(
                f"{self._name} {where} or was changed, {at / 1e6:,.0f} MB into its content. Nothing was restored. "
                "Take another backup."
            ) from None
        self._number += 1
        return True


def _raw(header: Header) -> bytes:
    return msgspec.json.encode(asdict(header))


def _check(secret: bytes) -> str:
    return hashlib.blake2b(secret, digest_size=8, person=b"tillit-check").hexdigest()


def _cipher(raw: bytes, header: Header, secret: bytes) -> AESGCM:
    derived = HKDF(SHA256(), 32, header.salt.encode(), b"tillit backup" + hashlib.sha256(raw).digest()).derive(secret)
    return AESGCM(derived)


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])
