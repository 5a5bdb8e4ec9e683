"""/v1/: events in Segment's words, as plain ASGI beside Django in one process.

A 2xx says that what it counts as accepted is on stable storage. docs/collecting.md has the addresses and answers.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from tillit.events.calls import Refused
from tillit_web.collect import cors
from tillit_web.collect.answering import Given, answers_taken, keep
from tillit_web.collect.answers import Answer, Problem, taken
from tillit_web.collect.committer import Busy, Committer
from tillit_web.collect.keyring import KeyRing
from tillit_web.collect.limits import Limits
from tillit_web.collect.measuring import Days, Offered, measured, offered, who_agreed
from tillit_web.collect.pixel import PIXEL, pixel_call
from tillit_web.collect.reading import Sender, call_of, refusal_of, unread
from tillit_web.collect.requests import (
    KINDS,
    Calls,
    Receive,
    Scope,
    Send,
    body_of,
    calls_of,
    is_signed,
    key_in,
    says_no,
)
from tillit_web.collect.scrubbing import prefix, reduced_agent
from tillit_web.collect.storage import Arrival, Outcome, Refusal, StorageUnavailable

logger = logging.getLogger("tillit_web.collect")

PREFIX = "/v1/"
RETRY_AFTER_SECONDS = 2
# Requests that nobody would hear of otherwise; a wrong key, site or limit says more where it is found.
REFUSED_WHOLE = frozenset(
    {"key_missing", "signature_wrong", "batch_large", "too_many", "encoding_unknown", "gzip_broken"}
)


class Collector:
    """Takes requests below /v1/ and puts their events into storage."""

    def __init__(self, ring: KeyRing, committer: Committer, limits: Limits, *, key: bytes) -> None:
        """`key` is the data directory's: it hashes identifiers and ids."""
        self._ring = ring
        self._committer = committer
        self._limits = limits
        self._key = key
        self._days = Days()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1").lower()
        known = await self._ring.origins()
        try:
            if scope["method"] == "OPTIONS":
                answer = Answer(204, b"", headers=cors.PREFLIGHT)
            else:
                answer = await self._answer(scope, receive, headers, origin)
        except Problem as problem:
            # How many events a request held that is refused whole is not known: it counts as a request, not in an hour.
            if problem.code in REFUSED_WHOLE:
                self._committer.alarm(problem.code, "")
            answer = problem.answer()
        except (Busy, StorageUnavailable) as trouble:
            logger.error("events were not taken", extra={"facts": {"trouble": type(trouble).__name__}})
            hint = "The server cannot write now. Nothing of this request was taken: send it again."
            status = HTTPStatus.SERVICE_UNAVAILABLE
            answer = Problem(status, "storage_unavailable", hint, retry_after=RETRY_AFTER_SECONDS).answer()
        allowed = cors.allowing(origin, known)
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.all_headers(allowed)})
        body = b"" if scope["method"] == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, receive: Receive, headers: Mapping[bytes, bytes], origin: str) -> Answer:
        kind = scope["path"].removeprefix(PREFIX)
        query = {name: values[-1] for name, values in parse_qs(scope["query_string"].decode("latin-1")).items()}
        if kind == "pixel.gif" and scope["method"] in ("GET", "HEAD"):
            if scope["method"] == "GET":
                calls = Calls((pixel_call(query),), None, query.get("writeKey"), None, {})
                with suppress(Problem):
                    await self._take(calls, b"", scope, headers, origin, query)
            return PIXEL
        if kind not in KINDS and kind != "batch":
            raise Problem(HTTPStatus.NOT_FOUND, "address_unknown", "Send to /v1/batch, or /v1/track and the like.")
        if scope["method"] != "POST":
            raise Problem(HTTPStatus.METHOD_NOT_ALLOWED, "method_unknown", "Send events with POST.")
        body = await body_of(receive, headers)
        try:
            calls = calls_of(body, kind)
        except Problem as problem:
            sender = await self._sender(key_in(headers) or query.get("writeKey"), b"", headers, origin)
            await self._committer.put([unread(sender.key, body, problem.code)])
            raise
        return await self._take(calls, body, scope, headers, origin, query)

    async def _take(
        self,
        calls: Calls,
        body: bytes,
        scope: Scope,
        headers: Mapping[bytes, bytes],
        origin: str,
        query: Mapping[str, str],
    ) -> Answer:
        """Put a request's calls into storage and say what became of them."""
        write_key = key_in(headers) or calls.write_key or query.get("writeKey")
        sender = await self._sender(write_key, body, headers, origin)
        if not sender.key.is_server and says_no(headers):
            return taken(received=0, accepted=0, duplicate=0, rejected=())
        self._limit(sender, scope, len(calls.raw))
        received_at = time.time_ns() // 1000
        found: list[Offered | Refused] = [self._offered(raw, calls, sender, received_at) for raw in calls.raw]
        readable = [one for one in found if isinstance(one, Offered)]
        yes = set() if sender.key.is_server else await asyncio.to_thread(who_agreed, readable, sender)
        visitor = "" if sender.key.is_server else self._visitor(scope, headers, sender, received_at)
        arrived: list[Arrival | Refusal] = []
        answers: list[Given | None] = []
        hints: dict[int, tuple[str, str]] = {}
        for index, (raw, one) in enumerate(zip(calls.raw, found, strict=True)):
            given = None
            try:
                if isinstance(one, Refused):
                    raise one
                read, given = measured(one, yes, sender, received_at=received_at, own_key=self._key, visitor=visitor)
                arrived.append(read.arrival)
            except Refused as refused:
                key = sender.key
                arrived.append(
                    refusal_of(
                        raw, calls, refused, key_id=key.id, received_at=received_at, is_counted=not key.is_server
                    )
                )
                hints[index] = (refused.code, str(refused))
            answers.append(given)
        outcomes = await self._committer.put(arrived) if arrived else []
        # After the events: sent again after a failure here they are duplicates, and the answers go on record then.
        if given_now := answers_taken(answers, outcomes):
            await asyncio.to_thread(keep, given_now)
        return _answer_of(outcomes, hints, is_batch=calls.kind is None)

    def _offered(self, raw: bytes, calls: Calls, sender: Sender, received_at: int) -> Offered | Refused:
        try:
            return offered(call_of(raw, calls), sender, received_at=received_at, own_key=self._key)
        except Refused as refused:
            return refused

    def _visitor(self, scope: Scope, headers: Mapping[bytes, bytes], sender: Sender, received_at: int) -> str:
        address = (scope.get("client") or ("",))[0]
        agent = headers.get(b"user-agent", b"").decode("latin-1")
        return self._days.visitor(sender.key.id, address, agent, at=received_at)

    async def _sender(self, text: str | None, body: bytes, headers: Mapping[bytes, bytes], origin: str) -> Sender:
        if not text:
            hint = 'Send the write key: basic authorization (key as user name) or "writeKey" in the body.'
            raise Problem(HTTPStatus.UNAUTHORIZED, "key_missing", hint)
        key, ring = await self._ring.find(text)
        if key is None:
            self._committer.alarm("key_unknown", origin)
            hint = "No such write key, or it was revoked. `tillit key list` shows those there are."
            raise Problem(HTTPStatus.UNAUTHORIZED, "key_unknown", hint)
        if origin and not key.is_server and origin not in key.origins:
            self._committer.alarm("origin_unknown", origin)
            hint = f"This key is not registered for {origin}. Add it in Settings, Your site."
            raise Problem(HTTPStatus.FORBIDDEN, "origin_unknown", hint)
        signature = headers.get(b"x-tillit-signature")
        signed = signature is not None and is_signed(key.signing_secret, body, signature)
        if signature is not None and not signed:
            hint = "X-Tillit-Signature is not the HMAC-SHA-256 of this body with the key's signing secret."
            raise Problem(HTTPStatus.UNAUTHORIZED, "signature_wrong", hint)
        # A server speaks for its customers' browsers, and says in each call which it was.
        agent = "" if key.is_server else reduced_agent(headers.get(b"user-agent", b"").decode("latin-1"))
        return Sender(key, ring, has_signed_body=signed, agent=agent)

    def _limit(self, sender: Sender, scope: Scope, events: int) -> None:
        address = (scope.get("client") or ("",))[0]
        # A server speaks for all its customers from one address: it has the key's limit alone.
        network = "" if sender.key.is_server else prefix(address)
        judged = self._limits.judge(sender.key.id, network, events, now=time.monotonic())
        if not judged.is_certain:
            self._committer.alarm("limit_unjudged", "")
        if judged.wait_seconds > 0:
            self._committer.alarm("limit_reached", str(sender.key.id))
            hint = "More than this key may send. Wait, and send it again; nothing of this request was taken."
            wait = int(judged.wait_seconds) + 1
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "limit_reached", hint, retry_after=wait)


def _answer_of(outcomes: list[Outcome], hints: Mapping[int, tuple[str, str]], *, is_batch: bool) -> Answer:
    rejected = []
    for index, outcome in enumerate(outcomes):
        if outcome is Outcome.REFUSED:
            code, hint = hints[index]
        elif outcome is Outcome.CONFLICT:
            code, hint = outcome.value, "Another event came with this id before. Give each event an id of its own."
        else:
            continue
        rejected.append({"index": index, "code": code, "hint": hint})
    if rejected and not is_batch:
        status = HTTPStatus.CONFLICT if rejected[0]["code"] == Outcome.CONFLICT else HTTPStatus.BAD_REQUEST
        raise Problem(status, str(rejected[0]["code"]), str(rejected[0]["hint"]))
    return taken(
        received=len(outcomes),
        accepted=outcomes.count(Outcome.ACCEPTED),
        duplicate=outcomes.count(Outcome.DUPLICATE),
        rejected=rejected,
    )


def collector(ring: KeyRing, open_storage: Callable[[], Any], *, key: bytes) -> Collector:
    """A collector with a committer of its own and the usual limits."""
    return Collector(ring, Committer(open_storage), Limits(), key=key)
