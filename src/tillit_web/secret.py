"""Keys of the product, each derived from the data directory's one secret under its own label."""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path

KEY_FILE = "secret.key"


def session_key(directory: Path) -> str | None:
    """Key that signs sessions and forms, or None where the data directory has no secret yet."""
    path = directory / KEY_FILE
    if not path.is_file():
        return None
    return hmac.digest(path.read_bytes(), b"tillit django sessions", "sha256").hex()


def make_key(directory: Path) -> None:
    """Give the data directory its secret, if it has none."""
    path = directory / KEY_FILE
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
