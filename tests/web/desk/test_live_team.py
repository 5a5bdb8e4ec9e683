"""The desk's stream is for members alone: by session, role and second step, which are asked for again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from pytest_django import Settings

from tests.web.desk.asking import Following, ask
from tests.web.desk.test_live_news import AlwaysNew
from tillit_web.collect.requests import Receive, Scope, Send
from tillit_web.desk import actions, live_team
from tillit_web.desk.live import Hub
from tillit_web.desk.live_news import Conversations
from tillit_web.people.models import User

pytestmark = pytest.mark.django_db(transaction=True)


class Desk:
    """The stream as an ASGI application of its own."""

    def __init__(self) -> None:
        self.seconds_between_checks = 60.0
        self.hub = Hub(Conversations(AlwaysNew()), seconds_between_looks=0.02)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await live_team.follow_desk(self.hub, scope, receive, send, seconds_between_checks=self.seconds_between_checks)


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A desk on the tests' database."""
    made = Desk()
    yield made
    made.hub.stop()


def _cookie(client: Client) -> dict[str, str]:
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"}


def test_strangers_hear_nothing(desk: Desk, as_bo: Client) -> None:
    name = settings.SESSION_COOKIE_NAME
    for cookie in ("", f"{name}=", f"{name}={'x' * 32}", "a=b; ;;", f"{name}=\x00", "Bearer"):
        found = ask(desk, live_team.LIVE, headers={"Cookie": cookie})
        assert (found.status, found.body) == (403, b"")
    assert ask(desk, live_team.LIVE, method="POST", headers=_cookie(as_bo)).status == 403
    Session.objects.all().delete()
    assert ask(desk, live_team.LIVE, headers=_cookie(as_bo)).status == 403


def test_an_owner_without_the_second_step_hears_nothing(desk: Desk, as_ana: Client, settings: Settings) -> None:
    settings.EXPOSED = True
    assert ask(desk, live_team.LIVE, headers=_cookie(as_ana)).status == 403


def test_members_hear_of_what_happens_and_of_what_they_may_have_missed(desk: Desk, as_bo: Client) -> None:
    def opened() -> str:
        try:
            row = actions.open_conversation("Hej", language="sv", asks_for_person=True).conversation
            return str(row.public_id)
        finally:
            connection.close()

    async def story() -> None:
        async with Following(desk, live_team.LIVE, _cookie(as_bo)) as bo:
            assert await bo.until("changed", 1) == [{}], "the page may be older than the stream"
            public_id = await asyncio.to_thread(opened)
            assert (await bo.until("changed", 2))[1] == {"conversation": public_id}
            assert "Hej" not in bo.text
            assert bo.status == 200

    asyncio.run(story())


@pytest.mark.parametrize("change", ["paused", "signed out"])
def test_who_is_let_out_hears_no_more(desk: Desk, as_bo: Client, bo: User, change: str) -> None:
    def let_out() -> None:
        if change == "paused":
            User.objects.filter(pk=bo.pk).update(is_active=False)
        else:
            Session.objects.all().delete()
        actions.open_conversation("Hemligt", language="sv", asks_for_person=True)
        connection.close()

    async def story() -> None:
        async with Following(desk, live_team.LIVE, _cookie(as_bo)) as stream:
            await stream.until("changed", 1)
            await asyncio.to_thread(let_out)
            await stream.until("end", 1)
            assert json.dumps(stream.events("changed")) == "[{}]"

    desk.seconds_between_checks = 0
    asyncio.run(story())
