"""Keys of the product, each derived from the data directory's one secret under its own label."""

from __future__ import annotations

import hmac
from pathlib import Path

from tillit.events.key import KEY_FILE, read_or_create_key


def session_key(directory: Path) -> str | None:
    """Key that signs sessions and forms, or None where the data directory has no secret yet."""
    if not (directory / KEY_FILE).is_file():
        return None
    return hmac.digest(read_or_create_key(directory), b"tillit django sessions", "sha256").hex()
