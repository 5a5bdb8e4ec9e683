"""What senders hear: counts for what was taken, problem+json with a code and a hint for what was not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import msgspec

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer."""

    status: int
    body: bytes
    content_type: bytes = b"application/json"
    headers: tuple[tuple[bytes, bytes], ...] = ()

    def all_headers(self, more: Headers = ()) -> list[tuple[bytes, bytes]]:
        """Headers as ASGI takes them."""
        return [
            (b"content-type", self.content_type),
            (b"content-length", str(len(self.body)).encode()),
            (b"cache-control", b"no-store"),
            *self.headers,
            *more,
        ]


class Problem(Exception):
    """A request that is refused whole.

    Attributes:
        code: Stable, for programs.
        hint: What to do about it.
    """

    def __init__(self, status: HTTPStatus, code: str, hint: str, *, retry_after: int | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.hint = hint
        self.retry_after = retry_after

    def answer(self) -> Answer:
        """RFC 9457; `message` repeats the hint for clients of Segment, which look for it there."""
        body = {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": int(self.status),
            "code": self.code,
            "hint": self.hint,
            "message": self.hint,
        }
        headers = () if self.retry_after is None else ((b"retry-after", str(self.retry_after).encode()),)
        return Answer(int(self.status), msgspec.json.encode(body), b"application/problem+json", headers)


def taken(*, received: int, accepted: int, duplicate: int, rejected: Sequence[Mapping[str, Any]]) -> Answer:
    """200: received = accepted + duplicate + the length of rejected, which names index, code and hint of each."""
    body = {
        "success": True,
        "received": received,
        "accepted": accepted,
        "duplicate": duplicate,
        "rejected": rejected,
    }
    return Answer(200, msgspec.json.encode(body))
