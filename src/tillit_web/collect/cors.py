"""What browsers are told about requests from other sites. No cookie is ever asked for or read."""

from __future__ import annotations

from collections.abc import Collection

PREFLIGHT = (
    (b"access-control-allow-methods", b"POST, GET, OPTIONS"),
    (b"access-control-allow-headers", b"authorization, content-type, content-encoding, x-tillit-signature"),
    (b"access-control-max-age", b"7200"),
)


def allowing(origin: str, registered: Collection[str]) -> list[tuple[bytes, bytes]]:
    """Headers that let a page of this origin read the answer, if some key is registered for it."""
    if not origin:
        return []
    vary = (b"vary", b"Origin")
    if origin not in registered:
        return [vary]
    return [(b"access-control-allow-origin", origin.encode("latin-1")), vary]
