"""/v1/talk/: a conversation for programs, plain ASGI. A bearer token opens one conversation and nothing else.

The client makes the token and the ids of its messages, so whatever is sent again after a lost answer is there once. No
cookie is read or set, and no other site's page may read an answer: the frame that uses this comes from here.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qs

import msgspec
from django.db import DatabaseError, IntegrityError, connection
from django.urls import reverse
from django.utils import timezone

from tillit.desk.text import NoText
from tillit_web.collect.answers import Answer, Problem
from tillit_web.collect.limits import Limits
from tillit_web.collect.requests import Receive, Scope, Send, body_of
from tillit_web.desk import actions, queries
from tillit_web.desk.live import Event, Hub, TooMany
from tillit_web.desk.live_news import message_event, standing_event
from tillit_web.desk.live_sending import send_once, send_stream
from tillit_web.desk.models import LONGEST_TEXT, Conversation
from tillit_web.desk.standing import message_shown, spoken_to, standing_of
from tillit_web.languages import LANGUAGES
from tillit_web.people.access import network_in

PREFIX = "/v1/talk/"
MESSAGES, EVENTS = PREFIX + "messages", PREFIX + "events"
LARGEST_BODY = 64 * 1024  # 4,000 characters, each of them escaped twice in JSON, and what is around them
SECONDS_BETWEEN_CHECKS = 60.0
# Requests a second and at once, of all and of one network: a customer writes far less, an office behind one wall more.
ALL_RATE, ALL_BURST = 200.0, 1_000.0
NETWORK_RATE, NETWORK_BURST = 5.0, 60.0
ONE_FOR_ALL = 0  # the key that Limits counts by; there is none here

_TOKEN = re.compile(r"[A-Za-z0-9_-]{32,86}\Z")
_SPOKEN = frozenset(code for code, _name in LANGUAGES)
_Found = TypeVar("_Found")


class Written(msgspec.Struct, forbid_unknown_fields=True):
    """What a customer sends: `id` is the sender's own, `person` asks for one of us, messages `after` are answered."""

    id: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{8,64}$")]
    text: str = ""
    language: str = ""
    person: bool = False
    after: Annotated[int, msgspec.Meta(ge=0)] = 0


_WRITTEN = msgspec.json.Decoder(Written)


@dataclass(frozen=True, slots=True)
class _Asker:
    """Who sends a request: what opens the conversation, and what is counted against."""

    token: str
    network: str
    address: str


class Talk:
    """Answers requests below /v1/talk/."""

    def __init__(self, hub: Hub, *, limits: Limits | None = None) -> None:
        self._hub = hub
        self._limits = limits or Limits(
            key_rate=ALL_RATE, key_burst=ALL_BURST, network_rate=NETWORK_RATE, network_burst=NETWORK_BURST
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        headers = dict(scope["headers"])
        try:
            asker = self._asker(scope, headers)
            if scope["path"] == EVENTS and scope["method"] == "GET":
                await self._events(asker, headers, receive, send)
                return
            if scope["path"] != MESSAGES:
                raise Problem(HTTPStatus.NOT_FOUND, "address_unknown", f"Send to {MESSAGES} or read {EVENTS}.")
            if scope["method"] == "POST":
                answer = await self._write(asker, headers, receive)
            elif scope["method"] == "GET":
                answer = await self._read(asker, scope)
            else:
                raise Problem(HTTPStatus.METHOD_NOT_ALLOWED, "method_unknown", "Write with POST, read with GET.")
        except Problem as problem:
            answer = problem.answer()
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.all_headers()})
        await send({"type": "http.response.body", "body": answer.body})

    def _asker(self, scope: Scope, headers: Mapping[bytes, bytes]) -> _Asker:
        address = (scope.get("client") or ("",))[0]
        network = network_in(address)
        judged = self._limits.judge(ONE_FOR_ALL, network, 1, now=time.monotonic())
        if judged.wait_seconds > 0:
            raise _too_many(int(judged.wait_seconds) + 1)
        scheme, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        if scheme.lower() != "bearer" or not _TOKEN.match(token):
            hint = "Send Authorization: Bearer with 32 to 86 random characters of A-Z, a-z, 0-9, - and _, made by you."
            raise Problem(HTTPStatus.UNAUTHORIZED, "token_missing", hint)
        return _Asker(token, network, address)

    async def _write(self, asker: _Asker, headers: Mapping[bytes, bytes], receive: Receive) -> Answer:
        # What a form of another site can send without asking first must not open a conversation.
        if headers.get(b"content-type", b"").partition(b";")[0].strip().lower() != b"application/json":
            raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "json_missing", "Send application/json.")
        written = await _written(receive, headers)
        return _answer(await _in_thread(lambda: _keep(asker, written)))

    async def _read(self, asker: _Asker, scope: Scope) -> Answer:
        after = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("after", ["0"])[-1]
        return _answer(await _in_thread(lambda: _shown(_opened(asker.token), asker.token, after=_number(after))))

    async def _events(self, asker: _Asker, headers: Mapping[bytes, bytes], receive: Receive, send: Send) -> None:
        after = _number(headers.get(b"last-event-id", b"0").decode("latin-1"))
        row = await _in_thread(lambda: _opened(asker.token))

        def first() -> list[Event]:
            found = queries.messages_after(row, after)
            return [*map(message_event, found), standing_event(_opened(asker.token), now=timezone.now())]

        async def is_allowed() -> bool:
            return await _in_thread(lambda: queries.opened_by(asker.token) is not None)

        try:
            async with self._hub.following(row.pk, address=asker.address) as follower:
                await send_stream(
                    receive,
                    send,
                    follower,
                    await _in_thread(first),
                    is_allowed=is_allowed,
                    seconds_between_checks=SECONDS_BETWEEN_CHECKS,
                )
        except TooMany:
            await send_once(send, await _in_thread(first))


async def _written(receive: Receive, headers: Mapping[bytes, bytes]) -> Written:
    try:
        body = await body_of(receive, headers)
    except Problem as problem:
        raise _too_long() if problem.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else problem from None
    if len(body) > LARGEST_BODY:
        raise _too_long()
    try:
        return _WRITTEN.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        hint = f'Send {{"id": …, "text": …, "language": "sv", "person": false}} ({error}).'
        raise Problem(HTTPStatus.BAD_REQUEST, "json_unreadable", hint[:300]) from None


def _keep(asker: _Asker, written: Written) -> dict[str, Any]:
    """Begin the conversation or go on with it; the same message twice changes nothing."""
    if len(written.text) > LONGEST_TEXT:
        raise _too_long()
    try:
        row = queries.opened_by(asker.token) or _begun(asker, written)
        if written.text.strip():
            actions.customer_writes(row, written.text, written.id)  # once: the first message has its id already
        if written.person:
            actions.ask_for_person(row)
    except NoText:
        raise Problem(HTTPStatus.BAD_REQUEST, "text_missing", "Write something, or ask for a person.") from None
    except actions.TooMany:
        raise _too_many(60) from None
    return _shown(_opened(asker.token), asker.token, after=written.after)


def _begun(asker: _Asker, written: Written) -> Conversation:
    try:
        return actions.open_conversation(
            written.text,
            language=written.language if written.language in _SPOKEN else "en",
            client_id=written.id,
            network=asker.network,
            asks_for_person=written.person,
            token=asker.token,
        ).conversation
    except IntegrityError:  # the same request came twice at once, and the other was first
        return _opened(asker.token)


def _shown(row: Conversation, token: str, *, after: int = 0) -> dict[str, Any]:
    with spoken_to(row.language):
        return {
            "conversation": str(row.public_id),
            "messages": [message_shown(one) for one in queries.messages_after(row, after)],
            "standing": standing_of(row, now=timezone.now()),
            "page": reverse("talk:thread", args=[token]),
        }


def _opened(token: str) -> Conversation:
    row = queries.opened_by(token)
    if row is None:
        hint = "This token opens no conversation: none was begun with it, or it has ended and was removed."
        raise Problem(HTTPStatus.UNAUTHORIZED, "token_unknown", hint)
    return row


async def _in_thread(reading: Callable[[], _Found]) -> _Found:
    # The thread keeps its connection for the next request: to open one costs as much as what most requests read.
    def work() -> _Found:
        try:
            return reading()
        except DatabaseError:
            connection.close()
            raise

    return await asyncio.to_thread(work)


def _answer(found: Mapping[str, Any]) -> Answer:
    return Answer(HTTPStatus.OK, json.dumps(found, ensure_ascii=False).encode())


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0


def _too_long() -> Problem:
    hint = f"Send at most {LONGEST_TEXT} characters; what is more can be another message."
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "text_long", hint)


def _too_many(seconds: int) -> Problem:
    hint = "More than people write. Wait, and send it again; nothing of it was kept."
    return Problem(HTTPStatus.TOO_MANY_REQUESTS, "limit_reached", hint, retry_after=seconds)
