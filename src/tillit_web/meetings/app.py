"""POST /v1/decide and /v1/outcome: who meets a customer now, and what came of it; plain ASGI beside Django."""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

import msgspec
from django.conf import settings
from django.utils import translation

from tillit.errors import LedgerError
from tillit.events.currencies import exponent
from tillit.events.key import read_or_create_key
from tillit.meetings.actions import ANYONE, Action
from tillit.meetings.decide import Decision, decide
from tillit.meetings.keeping import as_credit_reads_it
from tillit.meetings.log import By, Delivered, Grouped, Outcome
from tillit.meetings.reasons import customer_reason
from tillit.meetings.unlinked import is_unlinked, unlinked
from tillit.sentences import Sentence
from tillit_web.collect import cors
from tillit_web.collect.answers import Answer, Problem
from tillit_web.collect.keyring import KeyFacts, KeyRing, Ring
from tillit_web.collect.limits import Limits
from tillit_web.collect.requests import Receive, Scope, Send, body_of, key_in, says_no
from tillit_web.languages import LANGUAGES
from tillit_web.meetings.asking import kind_in, moment_of, now_micros, read_body, subject_in, told_in
from tillit_web.meetings.desk import DeskKeeper, desk_keeper
from tillit_web.meetings.lots import LotReader
from tillit_web.meetings.nearness import near_of, stage_of
from tillit_web.meetings.needs import NeedReader
from tillit_web.meetings.queries import PolicyReader
from tillit_web.meetings.writing import Overloaded, Writer
from tillit_web.people.standing import Standing, StandingReader
from tillit_web.readiness.here import HereReader
from tillit_web.ui.templatetags.tillit import said

DECIDE, OUTCOME = "/v1/decide", "/v1/outcome"
RETRY_AFTER_SECONDS = 1
_SPOKEN = frozenset(code for code, _ in LANGUAGES)


class CameOf(msgspec.Struct, forbid_unknown_fields=True):
    """What a server tells of a decision: how the customer was met in the end, or what came of it."""

    decision: str
    delivered: Action | None = None
    by: By = By.SYSTEM
    skill: str | None = None
    waited: Annotated[float, msgspec.Meta(ge=0, le=1e6)] | None = None  # seconds
    good: bool | None = None
    value: float | None = None
    complaint: bool = False
    reached_person_anyway: bool = False
    minutes: Annotated[float, msgspec.Meta(ge=0, le=1e5)] | None = None
    matured_at: float | None = None
    writeKey: str | None = None  # noqa: N815


class Decider:
    """Answers requests for decisions."""

    def __init__(
        self,
        ring: KeyRing,
        policies: PolicyReader,
        standings: StandingReader,
        desk: DeskKeeper,
        lots: LotReader,
        writer: Writer,
        here: HereReader,
        *,
        key: bytes,
    ) -> None:
        """`key` is the data directory's: it hashes identifiers."""
        self._ring = ring
        self._policies = policies
        self._standings = standings
        self._desk = desk
        self._lots = lots
        self._needs = NeedReader()
        self._writer = writer
        self._here = here
        self._limits = Limits()
        self._key = key
        self._dice = secrets.SystemRandom()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1").lower()
        known = await self._ring.origins()
        try:
            if scope["method"] == "OPTIONS":
                answer = Answer(204, b"", headers=cors.PREFLIGHT)
            elif scope["method"] != "POST":
                raise Problem(HTTPStatus.METHOD_NOT_ALLOWED, "method_unknown", "Ask with POST.")
            else:
                body = await body_of(receive, headers)
                handle = self._decide if scope["path"] == DECIDE else self._came_of
                answer = await handle(body, headers, origin)
        except Problem as problem:
            answer = problem.answer()
        except Overloaded:
            hint = "The decision could not be logged, so none was made. Ask again, or offer a person."
            status = HTTPStatus.SERVICE_UNAVAILABLE
            answer = Problem(status, "log_unavailable", hint, retry_after=RETRY_AFTER_SECONDS).answer()
        allowed = cors.allowing(origin, known)
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.all_headers(allowed)})
        await send({"type": "http.response.body", "body": answer.body})

    async def _decide(self, raw: bytes, headers: Mapping[bytes, bytes], origin: str) -> Answer:
        body = read_body(raw)
        key, ring = await self._sender(key_in(headers) or body.writeKey, origin)
        told = told_in(body, key, now=time.time())
        subject = subject_in(told, own_key=self._key, region=ring.region)
        at, decision_id = now_micros(), uuid.uuid4().hex
        moment = moment_of(told, subject, asked=body.asked_for_person, at=at, exponent=exponent(ring.currency))
        policy = self._policies.newest(currency=ring.currency)
        standing = Standing() if told.gpc or says_no(headers) else self._standings.of(subject)
        consent_row = standing.consent_row if standing.is_counted else None
        await self._needs.refresh()
        said = await self._here.of(subject, at=at) if consent_row is not None else {}
        moment = replace(
            moment,
            may_vary=moment.may_vary and standing.may_vary,
            has_stated_need=moment.has_stated_need or self._needs.has_need(subject),
            near=near_of(said, left_alone=told.left_alone),
            stage=moment.stage or stage_of(said),
        )
        if consent_row is None:
            moment = unlinked(moment, policy, decision_id=decision_id, is_counted=standing.is_counted)
        else:
            moment = replace(moment, lot=self._lots.of(moment, policy))
        skill = moment.skill or ANYONE
        await self._desk.refresh(policy, skill, at=at)
        decision = decide(
            moment,
            policy,
            {skill: told.desk.get(skill) or self._desk.capacity(skill, at=at)},
            draw=self._dice.random(),
            decision_id=decision_id,
            consent_row=consent_row,
            slots=self._desk.slots(skill, policy, at=at),
        )
        groups: dict[str, str] = {str(name): value for name, value in told.groups.items()}
        if body.language in _SPOKEN:
            groups.setdefault("language", body.language)
        await self._writer.put(Grouped(decision, groups, kind_in(told)))
        self._desk.note(decision)
        return Answer(HTTPStatus.OK, msgspec.json.encode(answer_of(decision, body.language)))

    async def _came_of(self, raw: bytes, headers: Mapping[bytes, bytes], origin: str) -> Answer:
        try:
            came = msgspec.json.decode(raw, type=CameOf)
        except msgspec.MsgspecError as error:
            raise Problem(HTTPStatus.BAD_REQUEST, "request_unreadable", f"{error}. See docs/deciding.md.") from None
        key, ring = await self._sender(key_in(headers) or came.writeKey, origin)
        if not key.is_server:
            raise Problem(HTTPStatus.FORBIDDEN, "server_only", "Outcomes are told by a server, with a server's key.")
        if (came.delivered is None) == (came.good is None):
            raise Problem(HTTPStatus.BAD_REQUEST, "nothing_told", 'Tell "delivered" or "good", one at a time.')
        entry: Delivered | Outcome
        if came.delivered is not None:
            entry = Delivered(came.decision, came.delivered, came.by, came.skill, came.waited)
        else:
            value = None if came.value is None else round(came.value * 10 ** exponent(ring.currency))
            at = now_micros() if came.matured_at is None else round(came.matured_at * 1e6)
            entry = Outcome(
                came.decision, bool(came.good), at, value, came.complaint, came.reached_person_anyway, came.minutes
            )
        try:
            await self._writer.put(entry)
        except LedgerError as error:
            raise Problem(HTTPStatus.CONFLICT, "not_logged", str(error)) from None
        self._desk.note(entry)
        return Answer(HTTPStatus.OK, b'{"success":true}')

    async def _sender(self, text: str | None, origin: str) -> tuple[KeyFacts, Ring]:
        key, ring = await self._ring.find(text) if text else (None, None)
        if key is None or ring is None:
            hint = 'Send a write key: basic authorization (key as user name) or "writeKey" in the body.'
            raise Problem(HTTPStatus.UNAUTHORIZED, "key_unknown", hint)
        if origin and key.is_server:
            hint = "A page of a browser sent a server's key, which speaks for every customer. Revoke it."
            raise Problem(HTTPStatus.FORBIDDEN, "server_key_in_page", hint)
        if origin and origin not in key.origins:
            raise Problem(HTTPStatus.FORBIDDEN, "origin_unknown", f"This key is not registered for {origin}.")
        judged = self._limits.judge(key.id, "", 1, now=time.monotonic())
        if judged.wait_seconds > 0:
            wait = int(judged.wait_seconds) + 1
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "limit_reached", "Wait and ask again.", retry_after=wait)
        return key, ring


def answer_of(decision: Decision, language: str) -> dict[str, Any]:
    """What the asker hears: waits in seconds, times in seconds since 1970, and always a way to a person."""
    reason = _in_words(customer_reason(decision), language if language in _SPOKEN else "en")
    option = next(each for each in decision.options if each.action is decision.action)
    return {
        "decision": decision.id,
        "action": decision.action,
        "skill": decision.skill,
        "is_machine": decision.is_machine,
        "wait_seconds": option.wait_seconds,
        "promised_at": _seconds(decision.promised_at),
        "way": decision.way,
        "to_person": {
            "action": decision.to_person.action,
            "skill": decision.to_person.skill,
            "wait_seconds": decision.to_person.wait_seconds,
            "promised_at": _seconds(decision.to_person_at),
        },
        "slots": [slot / 1e6 for slot in decision.slots],
        "uses_history": not is_unlinked(decision.moment),
        "holdout": as_credit_reads_it(decision.experiment),
        "reason": reason,
        "policy": decision.policy_version,
    }


@lru_cache(maxsize=4_096)
def _in_words(reason: Sentence, language: str) -> str:
    """A reason in a language. There are few, and saying one takes longer than the decision."""
    with translation.override(language):
        return said(reason)


def _seconds(micros: int | None) -> float | None:
    return None if micros is None else micros / 1e6


async def decide_over_http(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request for a decision, or the news of one."""
    await _decider(Path(settings.DATA_DIRECTORY))(scope, receive, send)


@lru_cache(maxsize=1)
def _decider(directory: Path) -> Decider:
    return Decider(
        KeyRing(),
        PolicyReader(directory),
        StandingReader(directory),
        desk_keeper(directory),
        LotReader(directory),
        Writer(directory),
        HereReader(),
        key=read_or_create_key(directory),
    )
