"""Tokens of one-time links: made random, kept as a digest."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """256 random bits, safe in an address."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """What is kept of a token. It has 256 random bits, so a plain hash cannot be searched back."""
    return hashlib.sha256(token.encode()).digest()
