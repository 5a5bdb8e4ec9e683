"""The data directory's secret key: made once, never replaced, and missed aloud."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from tillit.errors import KeyMissing, StoreError
from tillit.sentences import sentence

KEY_FILE = "secret.key"
KEY_BYTES = 32


def read_or_create_key(directory: Path) -> bytes:
    """The key that hashes identifiers in this data directory; made (mode 0600) where there is neither key nor data.

    Two processes that start at once get the same key.

    Raises:
        KeyMissing: The directory holds events, whose people cannot be recognised without the key they came in with.
        StoreError: The key has not its length.
    """
    path = directory / KEY_FILE
    if not path.exists():
        if any((directory / "log").glob("*.parquet")):
            raise KeyMissing(
                sentence(
                    "{directory} holds events but its {file} is gone. Without it no customer can be recognised again. "
                    "Put {file} back from your backup, or start with an empty directory.",
                    directory=str(directory),
                    file=KEY_FILE,
                )
            )
        create_key(path)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise StoreError(
            sentence(
                "{path} has {bytes} bytes, a key has {wanted}. Put {file} back from your backup.",
                path=str(path),
                bytes=len(key),
                wanted=KEY_BYTES,
                file=KEY_FILE,
            )
        )
    return key


def fingerprint(key: bytes) -> str:
    """What names a data directory by its key, and tells nobody the key: 16 hexadecimal digits."""
    return hashlib.blake2b(key, digest_size=8, person=b"tillit-name").hexdigest()


def create_key(path: Path) -> None:
    """Make a file of KEY_BYTES random bytes, mode 0600, on stable storage; one that is there already stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # unlike a rename, it never replaces the key of a process that was faster
        except FileExistsError:
            return
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        draft.unlink()
