"""Keys of the product, each derived from the data directory's one secret under its own label; and what they lock."""

from __future__ import annotations

import hmac
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tillit.errors import KeyMissing
from tillit.events.key import KEY_FILE, read_or_create_key

NONCE_BYTES = 12


def session_key(directory: Path) -> str | None:
    """Key that signs sessions and forms, or None where the data directory has no secret yet."""
    if not (directory / KEY_FILE).is_file():
        return None
    return hmac.digest(read_or_create_key(directory), b"tillit django sessions", "sha256").hex()


def lock_text(directory: Path, text: str, *, purpose: str) -> bytes:
    """A password of another server, as a table keeps it: AES-256-GCM under a key of this data directory.

    Args:
        purpose: What it is for and whose it is; it opens under the same words only, so that no row passes for another.
    """
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + _cipher(directory).encrypt(nonce, text.encode(), purpose.encode())


def unlock_text(directory: Path, locked: bytes, *, purpose: str) -> str:
    """What `lock_text` was given.

    Raises:
        KeyMissing: It was locked with another data directory's key, or for something else.
    """
    try:
        return _cipher(directory).decrypt(locked[:NONCE_BYTES], locked[NONCE_BYTES:], purpose.encode()).decode()
    except InvalidTag:
        raise KeyMissing(
            f"A password that is kept ({purpose}) does not open with this data directory's key. Type it again."
        ) from None


def _cipher(directory: Path) -> AESGCM:
    return AESGCM(hmac.digest(read_or_create_key(directory), b"tillit passwords of other servers", "sha256"))
