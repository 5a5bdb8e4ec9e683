"""Origins of web pages: scheme, host and port, as browsers write them."""

from __future__ import annotations

from urllib.parse import urlsplit

from tillit.errors import InputError
from tillit.sentences import sentence


class OriginError(InputError):
    """A text that is no origin."""


def origin_of(text: str) -> str:
    """The origin of an address, in lower case, without a port that its scheme has anyway.

    Raises:
        OriginError: It is no http or https address.
    """
    try:
        parts = urlsplit(text.strip().lower())
        port, host = parts.port, parts.hostname
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host:
        raise OriginError(
            sentence("“{text}” is no address of a web site. Write it like https://shop.example.", text=text.strip())
        )
    name = f"[{host}]" if ":" in host else host
    usual = port is None or port == (443 if parts.scheme == "https" else 80)
    return f"{parts.scheme}://{name}" if usual else f"{parts.scheme}://{name}:{port}"
