"""From the bytes of one call to what storage takes: an arrival, or a refusal that can be replayed."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import Any

import msgspec

from tillit.events.calls import SOURCE, Refused, Terms, collected, micros_of
from tillit.events.counted import counted_call
from tillit.events.hot import pack
from tillit.events.json_lines import Number
from tillit.events.personal_numbers import without_numbers
from tillit.sentences import sentence
from tillit_web.collect.answering import CONSENT, as_track
from tillit_web.collect.keyring import KeyFacts, Ring
from tillit_web.collect.requests import LARGEST_EVENT, Calls, claim_is_signed, found_in
from tillit_web.collect.scrubbing import scrub
from tillit_web.collect.storage import Arrival, Refusal, kept_reason
from tillit_web.collect.strict_json import refuse_repeated

_CALL = msgspec.json.Decoder(dict[str, Any], float_hook=Number)
_JSON = msgspec.json.Encoder(enc_hook=str)  # a Number as text, which is read back as the same amount
ALONE = Calls((), None, None, None, {})  # what a call is in when it says everything itself


@dataclass(frozen=True, slots=True)
class Read:
    """A call as storage takes it, and what else it says.

    Attributes:
        subjects: Everybody the sender may speak for in it; nobody where it is only counted.
        occurred_at: Microseconds UTC, by our clock.
        is_proven: Whether a server of ours says so.
    """

    arrival: Arrival
    subjects: tuple[bytes, ...]
    occurred_at: int
    is_proven: bool


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
        Refused: It is too large, or no JSON object, or an answer that is neither yes nor no.
    """
    if len(raw) > LARGEST_EVENT:
        raise Refused("event_large", sentence("A call may have {most} KB at most.", most=LARGEST_EVENT // 1024))
    try:
        call = _CALL.decode(raw)
        refuse_repeated(raw, call)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        unreadable = sentence("The call cannot be read: {found}.", found=found_in(error))
        raise Refused("json_unreadable", unreadable) from None
    if calls.kind is not None:
        call["type"] = calls.kind
    if call.get("type") == CONSENT:
        call = as_track(call)
    if calls.context:
        own = call.get("context")
        call["context"] = {**calls.context, **own} if isinstance(own, dict) else dict(calls.context)
    if calls.sent_at is not None:
        call["sentAt"] = calls.sent_at
    return scrub(call)


def read_call(
    call: dict[str, Any],
    sender: Sender,
    *,
    received_at: int,
    own_key: bytes,
    counted_at: int | None = None,
    is_counted: bool = False,
    visitor: str = "",
) -> Read:
    """A call as storage takes it.

    Args:
        received_at: When it came, in microseconds UTC.
        own_key: The data directory's, which hashes identifiers and ids.
        counted_at: Whose hour it counts in, if that is another than that of `received_at`.
        is_counted: Whether it may be tied to nobody; `visitor` then says who it was for a day, or "".

    Raises:
        Refused: It gives no event.
    """
    key = sender.key
    is_proven = key.is_server or sender.has_signed_body or claim_is_signed(key.signing_secret, call)
    terms = Terms(
        key=own_key,
        received_at=received_at,
        sent_at=micros_of(call.get("sentAt")),
        is_proven=is_proven,
        currency=sender.ring.currency,
        region=sender.ring.region,
        agent=sender.agent,
        is_counted=is_counted,
        visitor=visitor,
    )
    found = collected(call, terms)
    name = f"{SOURCE}\x00{found.event.event_id}".encode()
    subjects = () if is_counted else (found.event.subject, *(link.subject for link in found.event.links))
    arrival = Arrival(
        digest=hashlib.blake2b(name, key=own_key, digest_size=16).digest(),
        content=found.content,
        key_id=key.id,
        received_at=received_at if counted_at is None else counted_at,
        event=pack(found.event),
        contacts=msgspec.msgpack.encode(found.contacts) if found.contacts else b"",
        raw=_JSON.encode(call),
    )
    return Read(arrival, subjects, found.event.occurred_at, is_proven)


def refusal_of(
    raw: bytes, calls: Calls, refused: Refused, *, key_id: int, received_at: int, is_counted: bool = False
) -> Refusal:
    """A call that gave no event, as the failed box keeps it: scrubbed, and complete enough to be replayed.

    Args:
        is_counted: Whether nobody may be tied to it: then no identifier is kept, and nothing of what cannot be read.
    """
    try:
        call = call_of(raw, calls)
        kept = _JSON.encode(counted_call(call) if is_counted else call)
    except Refused:
        kept = b"" if is_counted else without_numbers(raw[:LARGEST_EVENT].decode("utf-8", "replace")).encode()
    return Refusal(key_id, received_at, refused.code, kept_reason(refused.sentence), kept)


def unread(key: KeyFacts, body: bytes, code: str) -> Refusal:
    """A body that could not be taken apart: it counts as one event that was refused."""
    refused = Refused(code, sentence("The body of this request is not what its address takes."))
    now = time.time_ns() // 1000
    return refusal_of(body, ALONE, refused, key_id=key.id, received_at=now, is_counted=not key.is_server)
