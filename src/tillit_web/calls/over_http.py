"""POST /v1/calls: a telephone system tells of a call, as it rings, when it is answered, and when it ends; signed."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Literal

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from tillit_web.calls.actions import Told, hear
from tillit_web.calls.models import Call
from tillit_web.collect.answers import Problem
from tillit_web.collect.signed import signed

LARGEST = 16 * 1024
LONGEST_SECONDS = 24 * 3600


class CallTold(msgspec.Struct):
    """What a telephone system says of one call; it may say so again, with more."""

    id: str
    direction: Literal["in", "out"]
    started_at: datetime
    number: str = ""
    answered: bool = False
    seconds: int | None = None
    source: str = "telephone"


@signed(largest=LARGEST)
def receive(request: HttpRequest, body: bytes) -> HttpResponse:  # noqa: ARG001 - the signature is over the body
    """Keep a call; the answer says what justified it, and whether the number is not to be called."""
    try:
        told = msgspec.json.decode(body, type=CallTold)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        hint = f"Send one call as JSON: id, direction, started_at, number, answered, seconds ({str(error)[:150]})."
        raise Problem(HTTPStatus.BAD_REQUEST, "call_unreadable", hint) from None
    if not told.id.strip() or len(told.id) > 120 or told.started_at.tzinfo is None:
        hint = "A call needs an id of its own, of up to 120 characters, and a time with its offset from UTC."
        raise Problem(HTTPStatus.BAD_REQUEST, "call_incomplete", hint)
    if told.seconds is not None and not 0 <= told.seconds <= LONGEST_SECONDS:
        hint = "seconds is the length of the call: 0 to 86400."
        raise Problem(HTTPStatus.BAD_REQUEST, "call_incomplete", hint)
    call, is_new = hear(
        Told(
            source=told.source.strip()[:40] or "telephone",
            call_id=told.id.strip(),
            direction=told.direction,
            started_at=told.started_at,
            phone=told.number[:40],
            is_answered=told.answered or bool(told.seconds),
            seconds=told.seconds,
        ),
        now=timezone.now(),
    )
    answer: dict[str, object] = {"outcome": "new" if is_new else "known"}
    if call.direction == Call.Direction.OUT:
        answer |= {"basis": call.basis or "cold", "do_not_call": call.was_blocked}
    return JsonResponse(answer, status=HTTPStatus.ACCEPTED)
