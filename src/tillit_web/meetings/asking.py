"""What a request for a decision says, and who may say it: a server, or a browser with what its server signed."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import Annotated, Any, Literal

import msgspec

from tillit.errors import QueryError
from tillit.events.subject import normalise, subject_of
from tillit.meetings.actions import Action
from tillit.meetings.moment import Capacity, Moment
from tillit.vocabulary import Errand, IdentifierKind, Stage
from tillit_web.collect.answers import Problem
from tillit_web.collect.keyring import KeyFacts
from tillit_web.collect.requests import is_signed

_GroupValue = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,32}$")]


class Told(msgspec.Struct, forbid_unknown_fields=True):
    """A moment as a server tells it; amounts in the currency's main unit, times in seconds since 1970."""

    errand: Errand
    customer: str = ""
    anonymous: str = ""
    stage: Stage | None = None
    stake: float = 0.0
    asked_for_person: bool = False
    complaint: bool = False
    has_stated_need: bool = False
    is_known_customer: bool = False
    has_open_case: bool = False
    broken_promises: tuple[str, ...] = ()
    skill: str | None = None
    offers: tuple[Action, ...] | None = None
    may_vary: bool = True
    gpc: bool = False  # the customer's browser asks not to be followed (Sec-GPC or DNT), where a server passes it on
    known_at: dict[str, float] = {}
    desk: dict[str, Capacity] = {}
    groups: dict[Literal["language", "channel", "country", "region"], _GroupValue] = {}
    left_alone: bool = False
    valid_until: float | None = None


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """A request: a server gives `moment`, a browser `signed` (the same, as text) with its `signature`."""

    moment: Told | None = None
    signed: str | None = None
    signature: str = ""
    asked_for_person: bool = False  # anyone may ask for a person, at any time, without a signature
    language: str = ""
    writeKey: str | None = None  # noqa: N815 - as senders of events write it


_BODY = msgspec.json.Decoder(Body)
_TOLD = msgspec.json.Decoder(Told)


def read_body(body: bytes) -> Body:
    """The request.

    Raises:
        Problem: It is none.
    """
    read: Body = _decoded(_BODY, body)
    return read


def told_in(body: Body, key: KeyFacts, *, now: float) -> Told:
    """What is told of the moment, by whom it may be told.

    Raises:
        Problem: A browser's context is not signed by its server, or too old.
    """
    if key.is_server:
        if body.moment is None:
            raise _bad("moment_missing", 'A server sends {"moment": {"errand": …, "customer": …}}.')
        return body.moment
    if body.signed is None or not is_signed(key.signing_secret, body.signed.encode(), body.signature.encode()):
        hint = (
            'A browser sends "signed", the moment as text, with "signature": its HMAC-SHA-256 in hexadecimal, made by '
            "your server with the key's signing secret."
        )
        raise Problem(HTTPStatus.UNAUTHORIZED, "signature_wrong", hint)
    told: Told = _decoded(_TOLD, body.signed.encode())
    if told.valid_until is None or told.valid_until < now:
        raise Problem(HTTPStatus.UNAUTHORIZED, "context_old", 'Sign a new context, with "valid_until" in the future.')
    return told


def subject_in(told: Told, *, own_key: bytes, region: str | None) -> bytes:
    """Whom it is about, as the ledgers know them.

    Args:
        own_key: The data directory's, which hashes identifiers.
        region: Whose numbering plan phone numbers follow.

    Raises:
        Problem: Nobody is named.
    """
    kind, value = kind_in(told), told.customer or told.anonymous
    normal = normalise(kind, value, region=region) if value else None
    if normal is None:
        raise _bad("customer_missing", 'Say whom it is about: "customer", or "anonymous" for a visitor.')
    return subject_of(kind, normal, key=own_key)


def kind_in(told: Told) -> IdentifierKind:
    """What the identifier is by which they are told."""
    return IdentifierKind.CUSTOMER if told.customer else IdentifierKind.ANONYMOUS


def moment_of(told: Told, subject: bytes, *, asked: bool, at: int, exponent: int) -> Moment:
    """The moment, with a pseudonym for the customer.

    Args:
        asked: The customer asks for a person in this request.
        at: Microseconds UTC.
        exponent: How many decimals of the currency a minor unit is.

    Raises:
        Problem: A value is impossible.
    """
    if not 0 <= told.stake < 1e12:
        raise _bad("stake_wrong", "A stake is an amount from 0 on, in the currency's main unit.")
    values: dict[str, Any] = {} if told.offers is None else {"offers": told.offers}
    try:
        return Moment(
            customer=subject.hex(),
            at=at,
            errand=told.errand,
            stage=told.stage,
            stake_minor=round(told.stake * 10**exponent),
            asked_for_person=told.asked_for_person or asked,
            complaint=told.complaint,
            has_stated_need=told.has_stated_need,
            is_known_customer=told.is_known_customer,
            has_open_case=told.has_open_case,
            broken_promises=told.broken_promises,
            skill=told.skill,
            may_vary=told.may_vary,
            known_at={_OWN_NAMES.get(name, name): round(known * 1e6) for name, known in told.known_at.items()},
            **values,
        )
    except QueryError as error:
        raise _bad("moment_wrong", str(error)) from None


_OWN_NAMES = {"stake": "stake_minor"}


def _decoded(decoder: Any, body: bytes) -> Any:
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, QueryError, ValueError, RecursionError) as error:
        found = str(error)[:200].encode("ascii", "replace").decode()
        raise _bad("request_unreadable", f"{found}. docs/deciding.md has the form.") from None


def _bad(code: str, hint: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, code, hint)


def now_micros() -> int:
    """Microseconds UTC."""
    return time.time_ns() // 1000
