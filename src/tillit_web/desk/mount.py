"""What of the desk is plain ASGI beside Django, made at the first request of this process."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from tillit_web.collect.keyring import KeyRing
from tillit_web.collect.requests import Receive, Scope, Send
from tillit_web.collect.snippet import WIDGET
from tillit_web.desk.live import Hub
from tillit_web.desk.live_news import Commits, Conversations
from tillit_web.desk.live_team import LIVE, follow_desk
from tillit_web.desk.talking import PREFIX, Talk
from tillit_web.desk.widget import PAGE, Widget

ADDRESSES = (WIDGET, LIVE, PAGE, PREFIX)  # those that end with a slash stand for all below them

_hubs: list[Hub] = []


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request for the desk's live parts and the widget."""
    path = scope["path"]
    if path == LIVE:
        await follow_desk(_hub(), scope, receive, send)
    elif path.startswith(PREFIX):
        await _talk()(scope, receive, send)
    else:
        await _widget()(scope, send)


def end_streams() -> None:
    """End every open stream soon: a server that stops waits for its answers, and a stream would never end."""
    for hub in _hubs:
        hub.stop()


@lru_cache(maxsize=1)
def _hub() -> Hub:
    _hubs.append(Hub(Conversations(Commits(Path(str(settings.DATABASES["default"]["NAME"]))))))
    return _hubs[-1]


@lru_cache(maxsize=1)
def _talk() -> Talk:
    return Talk(_hub())


@lru_cache(maxsize=1)
def _widget() -> Widget:
    return Widget(KeyRing())
