"""Calls that another program signs with a moment, so that whoever overhears one can neither change nor repeat it.

Authorization: Bearer tk_…                     a server's write key
Tillit-Signature: t=1793610000,v1=5f0c…        HMAC-SHA-256 in hexadecimal of "<t>.<body>", with its signing secret
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from http import HTTPStatus

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from tillit_web.collect.actions import signing_secret
from tillit_web.collect.answers import Problem
from tillit_web.collect.models import SeenSignature
from tillit_web.collect.queries import server_key
from tillit_web.collect.requests import key_in
from tillit_web.people.access import View, public

LARGEST_SKEW = timedelta(minutes=5)
CHUNK = 1 << 16
_SIGNATURE = re.compile(r"t=(\d{9,11}),v1=([0-9a-f]{64})")

Receiving = Callable[[HttpRequest, bytes], HttpResponse]


def signed(*, largest: int) -> Callable[[Receiving], View]:
    """Let only calls in that a server of ours signed within the last minutes, each once; the view is given the body.

    Args:
        largest: Bytes of a body.
    """

    def decorate(view: Receiving) -> View:
        @public
        @csrf_exempt
        @never_cache
        @require_POST
        @wraps(view)
        def guarded(request: HttpRequest) -> HttpResponse:
            try:
                return view(request, _proven_body(request, largest))
            except Problem as problem:
                answer = problem.answer()
                return HttpResponse(answer.body, status=answer.status, content_type=answer.content_type.decode())

        return guarded

    return decorate


def _proven_body(request: HttpRequest, largest: int) -> bytes:
    text = key_in({b"authorization": request.headers.get("Authorization", "").encode("latin-1", "replace")})
    key = server_key(text) if text is not None else None
    if key is None:
        hint = "Send a server's write key: Authorization: Bearer tk_…"
        raise Problem(HTTPStatus.UNAUTHORIZED, "key_missing" if text is None else "key_unknown", hint)
    found = _SIGNATURE.fullmatch(request.headers.get("Tillit-Signature", "").replace(" ", ""))
    if found is None:
        hint = "Sign the call: Tillit-Signature: t=<seconds since 1970>,v1=<HMAC-SHA-256 of t.body in hexadecimal>."
        raise Problem(HTTPStatus.UNAUTHORIZED, "signature_missing", hint)
    now = timezone.now()
    if abs(now - datetime.fromtimestamp(int(found[1]), UTC)) > LARGEST_SKEW:
        hint = "The signature is older or newer than five minutes. Set the sender's clock, and sign at each try."
        raise Problem(HTTPStatus.UNAUTHORIZED, "signature_old", hint)
    body = _read(request, largest)
    told = hmac.digest(signing_secret(key.pk).encode(), found[1].encode() + b"." + body, "sha256").hex()
    if not hmac.compare_digest(told, found[2]):
        hint = "The signature is not of this body with this key's signing secret."
        raise Problem(HTTPStatus.UNAUTHORIZED, "signature_wrong", hint)
    _see_once(hashlib.sha256(f"{key.pk}.{found[0]}".encode()).digest(), now)
    return body


def _read(request: HttpRequest, largest: int) -> bytes:
    parts, size = [], 0
    while chunk := request.read(CHUNK):
        size += len(chunk)
        if size > largest:
            hint = f"Send at most {largest // 1024} KB."
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_large", hint)
        parts.append(chunk)
    return b"".join(parts)


def _see_once(digest: bytes, now: datetime) -> None:
    SeenSignature.objects.filter(received_at__lt=now - 3 * LARGEST_SKEW).delete()
    try:
        with transaction.atomic():
            SeenSignature.objects.create(digest=digest, received_at=now)
    except IntegrityError:
        hint = "This very call has come before. Sign at each try; what came before counts once."
        raise Problem(HTTPStatus.CONFLICT, "repeated", hint) from None
