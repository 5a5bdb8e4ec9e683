"""A yes or a no that arrives: read from its call, and kept in the ledger of consents before anybody hears of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tillit import fault
from tillit.events.calls import Refused
from tillit.events.names import activity_name
from tillit.sentences import sentence
from tillit.vocabulary import ContactChannel, Purpose
from tillit_web.collect.storage import Outcome, StorageUnavailable
from tillit_web.people.actions import How, record_consent
from tillit_web.people.consents import ASKED_FOR

CONSENT = "consent"  # the type of a call to /v1/consent
GIVEN, WITHDRAWN = "Consent Given", "Consent Withdrawn"
_GRANTED = {activity_name(GIVEN): True, activity_name(WITHDRAWN): False}
_TOP = ("purpose", "channel", "wording", "language", "url")
LONGEST = 300


@dataclass(frozen=True, slots=True)
class Said:
    """One answer as a call says it."""

    purpose: Purpose
    channel: ContactChannel | None
    granted: bool
    wording: str
    language: str
    where: str


@dataclass(frozen=True, slots=True)
class Given:
    """An answer, whose it is, and what makes it one and the same when it comes again.

    Attributes:
        subjects: Every identifier that the sender may speak for.
        at: Microseconds UTC.
        once: The digest of its event.
    """

    said: Said
    subjects: Sequence[bytes]
    at: int
    once: bytes


def as_track(call: Mapping[str, Any]) -> dict[str, Any]:
    """A call to /v1/consent as the event that it is.

    Raises:
        Refused: It does not say yes or no.
    """
    granted = call.get("granted")
    if not isinstance(granted, bool):
        raise Refused("granted_missing", sentence('Say "granted": true for a yes, false for a no.'))
    rest = {name: value for name, value in call.items() if name not in ("granted", "traits", *_TOP)}
    told = {name: call[name] for name in _TOP if name in call}
    if isinstance(traits := call.get("traits"), dict):
        context = rest.get("context")
        rest["context"] = {**(context if isinstance(context, dict) else {}), "traits": traits}
    return {**rest, "type": "track", "event": GIVEN if granted else WITHDRAWN, "properties": told}


def said_in(call: Mapping[str, Any]) -> Said | None:
    """The answer that a call holds, or None where it is about something else.

    Raises:
        Refused: Nobody is asked about its purpose, or the way of contact is missing or superfluous.
    """
    event = call.get("event")
    granted = _GRANTED.get(activity_name(event)) if call.get("type") == "track" and isinstance(event, str) else None
    if granted is None:
        return None
    inner, context = call.get("properties"), call.get("context")
    told = inner if isinstance(inner, dict) else {}
    named, way = told.get("purpose", Purpose.MEASUREMENT.value), told.get("channel")
    purpose = next((each for each in ASKED_FOR if each == named), None)
    if purpose is None:
        raise Refused(
            "purpose_unknown",
            sentence('"purpose" must be one of {purposes}.', purposes=", ".join(ASKED_FOR)),
        )
    channel = next((each for each in ContactChannel if each == way), None)
    if (purpose is Purpose.MARKETING) != (channel is not None) or (channel is None and way is not None):
        ways = ", ".join(ContactChannel)
        raise Refused(
            "channel_unclear",
            sentence('Marketing is agreed to for one "channel" ({ways}); other purposes for none.', ways=ways),
        )
    page = context.get("page") if isinstance(context, dict) else None
    where = told.get("url") or (page.get("url") if isinstance(page, dict) else "")
    return Said(purpose, channel, granted, _text(told, "wording"), _text(told, "language"), str(where or "")[:LONGEST])


def keep(given: Sequence[Given]) -> None:
    """Put these on record, each once however often it comes; on stable storage when this returns.

    Raises:
        StorageUnavailable: Not all are there.
    """
    try:
        for one in given:
            fault.point("collect.before_consent")
            record_consent(
                one.subjects,
                one.said.purpose,
                granted=one.said.granted,
                how=How.SITE,
                where=one.said.where,
                channel=one.said.channel,
                wording=one.said.wording,
                language=one.said.language,
                at=datetime.fromtimestamp(one.at / 1_000_000, UTC),
                once=one.once,
            )
    except sqlite3.Error as error:
        raise StorageUnavailable(f"the ledger of consents did not take an answer: {error}") from error


def answers_taken(given: Sequence[Given | None], outcomes: Sequence[Outcome]) -> list[Given]:
    """The answers whose events were taken, now or before: an id that says something else is no answer."""
    taken = (Outcome.ACCEPTED, Outcome.DUPLICATE)
    return [one for one, outcome in zip(given, outcomes, strict=True) if one is not None and outcome in taken]


def _text(told: Mapping[str, Any], name: str) -> str:
    return str(told.get(name) or "")[:LONGEST]
