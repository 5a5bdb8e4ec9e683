"""Keys of the product, each derived from the data directory's one secret under its own label."""

from __future__ import annotations

import hmac
from pathlib import Path

KEY_FILE = "secret.key"


def session_key(directory: Path) -> str | None:
    """Key that signs sessions and forms, or None where the data directory has no secret yet."""
    path = directory / KEY_FILE
    if not path.is_file():
        return None
    return hmac.digest(path.read_bytes(), b"tillit django sessions", "sha256").hex()
