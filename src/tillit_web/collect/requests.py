"""A request's parts, each with its limit: the body (plain or gzip), the write key, the calls in it."""

from __future__ import annotations

import base64
import binascii
import hmac
import zlib
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import msgspec

from tillit_web.collect.answers import Problem
from tillit_web.collect.strict_json import refuse_repeated_around

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

LARGEST_EVENT = 32 * 1024
LARGEST_BATCH = 500 * 1024
READ_ON = 4 * 1024 * 1024  # a client that is cut off while it writes never reads why
MOST_EVENTS = 2_500  # what a batch of the smallest calls holds

KINDS = frozenset({"track", "identify", "page", "screen", "group", "alias", "consent"})


class Envelope(msgspec.Struct):
    """What we read of a batch; each call is read by itself, so that one broken call harms no other."""

    batch: list[msgspec.Raw] | None = None
    writeKey: str | None = None  # noqa: N815 - Segment's name
    sentAt: Any = None  # noqa: N815
    context: dict[str, Any] | None = None


class Single(msgspec.Struct):
    """What we read of a single call besides the call."""

    writeKey: str | None = None  # noqa: N815
    sentAt: Any = None  # noqa: N815


@dataclass(frozen=True, slots=True)
class Calls:
    """The calls of one request, not yet decoded.

    Attributes:
        kind: What the address says they are; None for a batch, whose calls say it themselves.
        context: Of the whole batch; a call's own wins.
    """

    raw: Sequence[bytes]
    kind: str | None
    write_key: str | None
    sent_at: object
    context: Mapping[str, Any]


_ENVELOPE = msgspec.json.Decoder(Envelope)
_SINGLE = msgspec.json.Decoder(Single)


async def body_of(receive: Receive, headers: Mapping[bytes, bytes]) -> bytes:
    """The whole body, unpacked.

    Raises:
        Problem: It is larger than a batch may be, packed or unpacked, or is no gzip.
    """
    packed = headers.get(b"content-encoding", b"").strip().lower()
    if packed not in (b"", b"identity", b"gzip"):
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "encoding_unknown", "Send the body plain, or packed with gzip."
        )
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Problem(HTTPStatus.BAD_REQUEST, "cut_off", "The request ended before its body did. Send it again.")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > LARGEST_BATCH:
            parts = [b""]
        if not message.get("more_body") or size > READ_ON:
            break
    if size > LARGEST_BATCH:
        raise _too_large()
    body = b"".join(parts)
    return _unpacked(body) if packed == b"gzip" else body


def calls_of(body: bytes, kind: str) -> Calls:
    """The calls of a body sent to /v1/`kind`.

    Raises:
        Problem: The body is no JSON object of that form, or is too large.
    """
    try:
        if kind != "batch":
            if len(body) > LARGEST_EVENT:
                raise _too_large(LARGEST_EVENT)
            single = _SINGLE.decode(body)
            return Calls((body,), kind, single.writeKey, single.sentAt, {})
        found = _ENVELOPE.decode(body)
        refuse_repeated_around(body, found.batch or ())
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise _unreadable(error) from None
    if found.batch is None:
        raise Problem(
            HTTPStatus.BAD_REQUEST, "batch_missing", 'The body needs its calls in "batch": {"batch": [{…}, {…}]}.'
        )
    if len(found.batch) > MOST_EVENTS:
        raise Problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_many", f"Send at most {MOST_EVENTS} calls in one batch."
        )
    return Calls(tuple(bytes(raw) for raw in found.batch), None, found.writeKey, found.sentAt, found.context or {})


def found_in(error: Exception) -> str:
    """What is wrong with bytes that are no JSON, in a few words."""
    found = "its brackets are nested too deeply" if isinstance(error, RecursionError) else str(error)
    return found[:200].encode("ascii", "replace").decode()


def _unreadable(error: Exception) -> Problem:
    hint = f"Send JSON in UTF-8, an object for each call ({found_in(error)})."
    return Problem(HTTPStatus.BAD_REQUEST, "json_unreadable", hint)


def key_in(headers: Mapping[bytes, bytes]) -> str | None:
    """The write key of a basic (as user name) or bearer authorization; None without one that can be read."""
    scheme, _, rest = headers.get(b"authorization", b"").strip().partition(b" ")
    if scheme.lower() == b"bearer":
        return rest.strip().decode("ascii", "replace")
    if scheme.lower() != b"basic":
        return None
    try:
        return base64.b64decode(rest.strip(), validate=True).partition(b":")[0].decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def says_no(headers: Mapping[bytes, bytes]) -> bool:
    """Whether the browser asks not to be followed (Sec-GPC or DNT)."""
    return headers.get(b"sec-gpc") == b"1" or headers.get(b"dnt") == b"1"


def is_signed(secret: str, body: bytes, signature: bytes) -> bool:
    """Whether a server that has the key's secret signed this body: HMAC-SHA-256 in hexadecimal."""
    return hmac.compare_digest(hmac.digest(secret.encode(), body, "sha256").hex().encode(), signature.strip().lower())


def claim_is_signed(secret: str, call: Mapping[str, Any]) -> bool:
    """Whether `context.signature` proves who the call speaks of.

    It signs userId, email and phone as the call has them, a line each, empty where there is none.
    """
    context, traits = call.get("context"), call.get("traits")
    signature = context.get("signature") if isinstance(context, dict) else None
    if not isinstance(signature, str):
        return False
    within = context.get("traits") if isinstance(context, dict) else None
    told = {**(within if isinstance(within, dict) else {}), **(traits if isinstance(traits, dict) else {})}
    claim = "\n".join(str(value or "") for value in (call.get("userId"), told.get("email"), told.get("phone")))
    return is_signed(secret, claim.encode("utf-8", "replace"), signature.encode("utf-8", "replace"))


def _unpacked(body: bytes) -> bytes:
    """What a gzip body holds; a bomb is noticed one byte beyond the largest batch."""
    unpacking = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        plain = unpacking.decompress(body, LARGEST_BATCH + 1)
    except zlib.error:
        raise Problem(HTTPStatus.BAD_REQUEST, "gzip_broken", "The body says gzip and is none. Pack it again.") from None
    if len(plain) > LARGEST_BATCH:
        raise _too_large()
    if not unpacking.eof:
        raise Problem(HTTPStatus.BAD_REQUEST, "gzip_broken", "The gzip body is cut off. Send it again.")
    return plain


def _too_large(most: int = LARGEST_BATCH) -> Problem:
    hint = f"Send at most {LARGEST_EVENT // 1024} KB a call and {LARGEST_BATCH // 1024} KB a batch, unpacked."
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "event_large" if most == LARGEST_EVENT else "batch_large", hint)
