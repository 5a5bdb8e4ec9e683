"""What other servers' secrets look like in our database: nothing that opens without the data directory's key."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from tillit.errors import KeyMissing
from tillit.events.key import read_or_create_key

NONCE_BYTES = 12


def seal(text: str, *, label: str) -> bytes:
    """Encrypt what must not lie open in the database: another server's password, an address that is itself a key.

    Args:
        label: What it is, such as "calendar 7 password": it opens under the same label only, so that one row's secret
            cannot be put into another row.
    """
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher(label).encrypt(nonce, text.encode(), label.encode())


def unseal(sealed: bytes, *, label: str) -> str:
    """What `seal` was given.

    Raises:
        KeyMissing: It was sealed with another key, or was changed: the data directory's secret is not the one it had.
    """
    try:
        return _cipher(label).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], label.encode()).decode()
    except InvalidTag as wrong:
        raise KeyMissing(
            "A password that is kept for another server does not open with this data directory's secret. Type it again."
        ) from wrong


def _cipher(label: str) -> AESGCM:
    secret = read_or_create_key(Path(settings.DATA_DIRECTORY))
    return AESGCM(HKDF(SHA256(), 32, None, b"tillit sealed " + label.encode()).derive(secret))
