"""/desk/live: what happens at the desk, for members who are signed in. Their session and role are asked for again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.db import connection
from django.http import HttpRequest

from tillit.vocabulary import Role
from tillit_web.collect.requests import Receive, Scope, Send
from tillit_web.desk.live import Hub, TooMany
from tillit_web.desk.live_news import EVERYTHING, TEAM
from tillit_web.desk.live_sending import send_once, send_stream
from tillit_web.desk.views import queue
from tillit_web.people.access import needs_second_step
from tillit_web.people.models import User

LIVE = "/desk/live"
SECONDS_BETWEEN_CHECKS = 20.0
_AT_THE_DESK: frozenset[Role] = queue.allowed_roles  # type: ignore[attr-defined]  # set by `access`


async def follow_desk(
    hub: Hub, scope: Scope, receive: Receive, send: Send, *, seconds_between_checks: float = SECONDS_BETWEEN_CHECKS
) -> None:
    """Answer one request for the stream of the desk."""
    headers = dict(scope["headers"])
    member = await asyncio.to_thread(_member, headers) if scope["method"] == "GET" else None
    if member is None:
        await send({"type": "http.response.start", "status": 403, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})
        return

    async def is_allowed() -> bool:
        return await asyncio.to_thread(_member, headers) == member

    # Whatever changed between the drawing of the page and this moment, or while there was no connection, is asked for.
    first = (EVERYTHING,)
    try:
        async with hub.following(TEAM, address=f"member {member}") as follower:
            await send_stream(
                receive, send, follower, first, is_allowed=is_allowed, seconds_between_checks=seconds_between_checks
            )
    except TooMany:
        await send_once(send, first)


def _member(headers: Mapping[bytes, bytes]) -> int | None:
    """Whose session a request carries, if it lets them in at the desk now."""
    try:
        cookies = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1"))
    except CookieError:
        return None
    kept = cookies.get(settings.SESSION_COOKIE_NAME)
    if kept is None:
        return None
    request = HttpRequest()
    try:
        request.session = import_module(settings.SESSION_ENGINE).SessionStore(kept.value)
        user = get_user(request)
        if not isinstance(user, User) or not user.is_active or Role(user.role) not in _AT_THE_DESK:
            return None
        return None if needs_second_step(user) else user.pk
    finally:
        connection.close()
