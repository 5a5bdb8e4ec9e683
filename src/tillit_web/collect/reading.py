"""From the bytes of one call to what storage takes: an arrival, or a refusal that can be replayed."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import Any

import msgspec

from tillit.events.calls import SOURCE, Refused, Terms, collected, micros_of
from tillit.events.hot import pack
from tillit.events.json_lines import Number
from tillit.events.personal_numbers import without_numbers
from tillit.sentences import sentence
from tillit_web.collect.keyring import KeyFacts, Ring
from tillit_web.collect.requests import LARGEST_EVENT, Calls, claim_is_signed, found_in
from tillit_web.collect.scrubbing import scrub
from tillit_web.collect.storage import Arrival, Refusal, kept_reason

_CALL = msgspec.json.Decoder(dict[str, Any], float_hook=Number)
_JSON = msgspec.json.Encoder(enc_hook=str)  # a Number as text, which is read back as the same amount
ALONE = Calls((), None, None, None, {})  # what a call is in when it says everything itself


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends a request, as far as it is known."""

    key: KeyFacts
    ring: Ring
    has_signed_body: bool = False
    agent: str = ""  # the browser, reduced; empty for servers


def call_of(raw: bytes, calls: Calls) -> dict[str, Any]:
    """One call with what its address and its batch say of it, scrubbed: from here on it may be written.

    Raises:
        Refused: It is too large, or no JSON object.
    """
    if len(raw) > LARGEST_EVENT:
        raise Refused("event_large", sentence("A call may have {most} KB at most.", most=LARGEST_EVENT // 1024))
    try:
        call = _CALL.decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        unreadable = sentence("The call cannot be read: {found}.", found=found_in(error))
        raise Refused("json_unreadable", unreadable) from None
    if calls.kind is not None:
        call["type"] = calls.kind
    if calls.context:
        own = call.get("context")
        call["context"] = {**calls.context, **own} if isinstance(own, dict) else dict(calls.context)
    if calls.sent_at is not None:
        call["sentAt"] = calls.sent_at
    return scrub(call)


def arrival_of(
    call: dict[str, Any], sender: Sender, *, received_at: int, own_key: bytes, counted_at: int | None = None
) -> Arrival:
    """A call as storage takes it.

    Args:
        received_at: When it came, in microseconds UTC.
        own_key: The data directory's, which hashes identifiers and ids.
        counted_at: Whose hour it counts in, if that is another than that of `received_at`.

    Raises:
        Refused: It gives no event.
    """
    key = sender.key
    terms = Terms(
        key=own_key,
        received_at=received_at,
        sent_at=micros_of(call.get("sentAt")),
        is_proven=key.is_server or sender.has_signed_body or claim_is_signed(key.signing_secret, call),
        currency=sender.ring.currency,
        region=sender.ring.region,
        agent=sender.agent,
    )
    found = collected(call, terms)
    name = f"{SOURCE}\x00{found.event.event_id}".encode()
    return Arrival(
        digest=hashlib.blake2b(name, key=own_key, digest_size=16).digest(),
        content=found.content,
        key_id=key.id,
        received_at=received_at if counted_at is None else counted_at,
        event=pack(found.event),
        contacts=msgspec.msgpack.encode(found.contacts) if found.contacts else b"",
        raw=_JSON.encode(call),
    )


def refusal_of(raw: bytes, calls: Calls, refused: Refused, *, key_id: int, received_at: int) -> Refusal:
    """A call that gave no event, as the failed box keeps it: scrubbed, and complete enough to be replayed."""
    try:
        kept = _JSON.encode(call_of(raw, calls))
    except Refused:
        kept = without_numbers(raw[:LARGEST_EVENT].decode("utf-8", "replace")).encode()
    return Refusal(key_id, received_at, refused.code, kept_reason(refused.sentence), kept)


def unread(key_id: int, body: bytes, code: str) -> Refusal:
    """A body that could not be taken apart: it counts as one event that was refused."""
    refused = Refused(code, sentence("The body of this request is not what its address takes."))
    return refusal_of(body, ALONE, refused, key_id=key_id, received_at=time.time_ns() // 1000)
