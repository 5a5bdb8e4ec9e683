"""One Segment call that arrived, as one event of the log; or the reason why it is none.

The same call in a file (`read_json`, `segment_mapping`) gives the same event: source, id, subject, activity, money.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeAlias

import msgspec

from tillit.errors import InputError
from tillit.events.column_words import names_employee
from tillit.events.converting import LINK_RULE
from tillit.events.counted import COUNTED, nobody
from tillit.events.currencies import exponent, is_code
from tillit.events.hot import HotEvent, HotLink
from tillit.events.segment import CALLS, segment_cells
from tillit.events.subject import normalise, subject_of
from tillit.sentences import Sentence, sentence
from tillit.vocabulary import ACTIVITY_BY_NAME, Actor, Function, IdentifierKind

# One name space of message ids with files of Segment calls, so that history and what arrives live count once.
SOURCE = "segment"
LONGEST_ID = 255
LARGEST_SKEW = 5 * 60 * 1_000_000  # microseconds; a smaller difference is the network's, not the clock's
EARLIEST = 631_152_000_000_000  # 1990
LATEST_AHEAD = 24 * 3600 * 1_000_000
LARGEST_AMOUNT = 10**15  # minor units

Call: TypeAlias = Mapping[str, Any]

# Strongest first, as a file of calls is read. An unproven call speaks for the last alone.
_PROVEN_KINDS = (
    (IdentifierKind.CUSTOMER, "customer_id"),
    (IdentifierKind.EMAIL, "email"),
    (IdentifierKind.PHONE, "phone"),
    (IdentifierKind.ANONYMOUS, "anonymous_id"),
)
_UNPROVEN_KINDS = _PROVEN_KINDS[-1:]
_IDS = ("messageId", "userId", "anonymousId", "previousId", "groupId")
_SAID = ("type", "userId", "anonymousId", "previousId", "groupId", "event", "name", "properties", "traits")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_PROPERTY = "properties."


class Refused(InputError):
    """A call that gives no event. `code` is stable, for programs; the message says what to mend."""

    def __init__(self, code: str, reason: Sentence) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Terms:
    """What is known of a call besides what it says.

    Attributes:
        key: The data directory's key, which hashes identifiers.
        received_at: Microseconds UTC.
        sent_at: The sender's clock when it sent, in microseconds UTC; None if it did not say.
        is_proven: Whether the sender may speak of known people: a server of ours, or a claim that a server signed.
        currency: Of amounts without one.
        region: ISO 3166 country of phone numbers without a country code.
        agent: What the request said of the browser or program that sent it, reduced; empty for servers.
        is_counted: Whether nobody may be tied to it: whoever the call names, it is counted and no more.
        visitor: Of a counted call, who sent it today, where that may be told for a day; "" otherwise.
    """

    key: bytes
    received_at: int
    sent_at: int | None
    is_proven: bool
    currency: str | None
    region: str | None
    agent: str = ""
    is_counted: bool = False
    visitor: str = ""


@dataclass(frozen=True, slots=True)
class Collected:
    """An event, what its call said in a few bytes, and the clear values it named.

    Attributes:
        content: 8 bytes; the same for the same type, ids, event, timestamp and properties, whenever it was sent.
        contacts: (subject, kind, clear value): for the contact store and nothing else.
    """

    event: HotEvent
    content: bytes
    contacts: tuple[tuple[bytes, str, str], ...]


def collected(call: Call, terms: Terms) -> Collected:
    """Read one call.

    Raises:
        Refused: It gives no event.
    """
    kind = call.get("type")
    if not isinstance(kind, str) or kind not in CALLS:
        raise Refused(
            "type_unknown",
            sentence('"type" must be one of track, page, screen, identify, group and alias.'),
        )
    if kind == "track" and not (isinstance(call.get("event"), str) and call["event"].strip()):
        raise Refused("event_missing", sentence('A track call needs the name of what happened in "event".'))
    call = _with_plain_ids(call)
    content = _content(call, terms.key)
    cells = segment_cells(call)
    if any("\x00" in value for value in cells.values()):
        raise Refused("text_illegal", sentence("A text holds a NUL character. Remove it."))
    occurred_at, skew = _occurred_at(call, terms)
    activity = cells["activity"]
    known = ACTIVITY_BY_NAME.get(activity)
    amount, currency = _amount(cells, terms.currency)
    event_id = cells.get("message_id") or _own_id(call, content)
    identifiers = _identifiers(cells, terms, event_id)
    subject_kind, subject, _ = identifiers[0]
    told = {name: value for name, value in cells.items() if name.startswith(_PROPERTY) and not names_employee(name)}
    properties = told | _program(call, terms)
    event = HotEvent(
        event_id=event_id,
        source=SOURCE,
        occurred_at=occurred_at,
        received_at=terms.received_at,
        clock_skew=skew,
        subject=subject,
        subject_kind=subject_kind,
        activity=activity,
        channel=cells["channel"],
        function=str(known.function if known else Function.UNKNOWN),
        actor=str(known.actor if known else Actor.CUSTOMER),
        amount_minor=amount,
        currency=currency,
        campaign=cells.get("campaign"),
        object=cells.get("object"),
        properties=msgspec.json.encode(properties).decode() if properties else None,
        links=tuple(HotLink(other, other_kind, LINK_RULE) for other_kind, other, _ in identifiers[1:]),
    )
    contacts = _contacts(call, identifiers) if terms.is_proven and not terms.is_counted else ()
    return Collected(event, content, contacts)


def micros_of(written: object) -> int | None:
    """Microseconds UTC of a time in ISO 8601 (UTC where it names no offset); None where it is no such time."""
    if not isinstance(written, str) or not 8 <= len(written) <= 40:
        return None
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return None
    return ((at if at.tzinfo is not None else at.replace(tzinfo=UTC)) - _EPOCH) // _MICROSECOND


def _program(call: Call, terms: Terms) -> dict[str, str]:
    """What made the event, for rules against robots: not what the customer did, so not part of the call's content."""
    context = call.get("context")
    told = context if isinstance(context, dict) else {}
    agent = terms.agent or told.get("userAgent")
    found = {"agent": agent} if isinstance(agent, str) and agent else {}
    return found | ({"webdriver": "true"} if told.get("webdriver") is True else {})


def _with_plain_ids(call: Call) -> Call:
    """The call with every identifier as text, or refused: a nested or endless one would be another person each time."""
    changed: dict[str, str] = {}
    for name in _IDS:
        value = call.get(name)
        if value is None:
            continue
        if isinstance(value, int) and not isinstance(value, bool):
            changed[name] = value = str(value)
        if not isinstance(value, str) or len(value) > LONGEST_ID or not value.isprintable():
            raise Refused(
                "id_illegal",
                sentence('"{name}" must be a text of at most {most} printable characters.', name=name, most=LONGEST_ID),
            )
    return {**call, **changed} if changed else call


def _content(call: Call, key: bytes) -> bytes:
    said = [call.get(name) for name in _SAID]
    said.append(call.get("timestamp") or call.get("originalTimestamp"))
    # Keyed, since it stays for ever and would otherwise let anybody test a guess.
    text = msgspec.json.encode(said, order="deterministic", enc_hook=str)
    return hashlib.blake2b(text, key=key, digest_size=8).digest()


def _own_id(call: Call, content: bytes) -> str:
    """An id for a call without one: the same for the same content, which is why it must say when."""
    if not (call.get("timestamp") or call.get("originalTimestamp")):
        raise Refused(
            "message_id_missing",
            sentence('Give the call a "messageId", or a "timestamp": without either, a retry would count twice.'),
        )
    return f"content-{content.hex()}"


def _occurred_at(call: Call, terms: Terms) -> tuple[int, int]:
    """When it happened, and by how much the sender's clock was corrected; both in microseconds."""
    written = call.get("timestamp") or call.get("originalTimestamp")
    if written is None:
        return terms.received_at, 0
    at = micros_of(written)
    if at is None:
        raise Refused(
            "timestamp_unreadable",
            sentence('"timestamp" must be a time like 2026-03-31T14:05:00.000Z.'),
        )
    skew = 0 if terms.sent_at is None else terms.received_at - terms.sent_at
    if abs(skew) <= LARGEST_SKEW:
        skew = 0
    if not EARLIEST <= at + skew <= terms.received_at + LATEST_AHEAD:
        raise Refused(
            "timestamp_out_of_range",
            sentence('"timestamp" lies before 1990 or more than a day ahead. Set the clock of the sender.'),
        )
    return at + skew, skew


def _amount(cells: Mapping[str, str], currency_if_none: str | None) -> tuple[int | None, str | None]:
    written = cells.get("amount")
    if written is None:
        return None, None
    currency = (cells.get("currency") or currency_if_none or "").upper()
    if not is_code(currency):
        raise Refused("currency_missing", sentence('An amount needs a "currency" such as SEK.'))
    try:
        minor = Decimal(written).scaleb(exponent(currency))
    except ArithmeticError:  # no number, or an exponent beyond all bounds
        minor = Decimal("nan")
    if not minor.is_finite() or abs(minor) > LARGEST_AMOUNT or minor != (whole := int(minor)):
        raise Refused(
            "amount_unreadable",
            sentence("The amount must be a number with at most the decimals that {currency} has.", currency=currency),
        )
    return whole, currency


def _identifiers(cells: Mapping[str, str], terms: Terms, event_id: str) -> list[tuple[str, bytes, str]]:
    """Kind, subject and clear form of everyone the call may speak of, strongest first."""
    if terms.visitor:
        kind = IdentifierKind.ANONYMOUS
        return [(str(kind), subject_of(kind, terms.visitor, key=terms.key), terms.visitor)]
    if terms.is_counted:
        return [(COUNTED, nobody(event_id, terms.key), "")]
    found = []
    for kind, name in _PROVEN_KINDS if terms.is_proven else _UNPROVEN_KINDS:
        value = cells.get(name)
        named = None if value is None else _named(kind, value, terms.key, terms.region)
        if named is not None:
            found.append((str(kind), *named))
    if not found and not terms.is_proven and (cells.get("customer_id") or cells.get("email") or cells.get("phone")):
        raise Refused(
            "subject_unproven",
            sentence(
                "A browser's key may not speak of a known customer. Send an anonymousId, sign the call, "
                "or send it from a server with a server's key."
            ),
        )
    if not found:
        raise Refused("subject_missing", sentence("The call names nobody. Send a userId or an anonymousId."))
    return found


@lru_cache(maxsize=65_536)
def _named(kind: IdentifierKind, value: str, key: bytes, region: str | None) -> tuple[bytes, str] | None:
    form = normalise(kind, value, region=region)
    return None if form is None else (subject_of(kind, form, key=key), form)


def _contacts(call: Call, identifiers: list[tuple[str, bytes, str]]) -> tuple[tuple[bytes, str, str], ...]:
    kept = [
        (subject, kind, form)
        for kind, subject, form in identifiers
        if kind in (IdentifierKind.EMAIL, IdentifierKind.PHONE)
    ]
    traits = call.get("traits")
    if isinstance(traits, dict):
        parts = [traits.get("firstName"), traits.get("lastName")]
        name = traits.get("name") or " ".join(part for part in parts if isinstance(part, str))
        if isinstance(name, str) and name.strip():
            kept.append((identifiers[0][1], "name", name.strip()[:400]))
    return tuple(kept)
