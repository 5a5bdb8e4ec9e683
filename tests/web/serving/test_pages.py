"""Pages are made in a few threads that keep their connection; nothing of one request is left in its thread."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from django.db import connections
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponse
from django.urls import path
from pytest_django import Settings

from tests.web.desk.asking import Answered, ask, asked
from tillit_web.people.access import public
from tillit_web.people.models import Company
from tillit_web.serving.pages import Pages

pytestmark = pytest.mark.django_db(transaction=True)
HOST = {"Host": "localhost"}
LANGUAGES = ("sv", "nb", "en")


@pytest.fixture
def pages() -> Iterator[Pages]:
    """Two threads, one of them for questions at most, whose connections are closed afterwards."""
    with ThreadPoolExecutor(2) as threads:
        yield Pages(threads, most_asking=1)
        both = Barrier(2)

        def leave() -> None:
            both.wait()
            connections.close_all()

        for done in [threads.submit(leave) for _ in range(2)]:
            done.result()


def test_threads_keep_their_connection_and_no_language(pages: Pages, company: Company) -> None:
    opened = []
    connection_created.connect(lambda connection, **_rest: opened.append(connection), weak=False, dispatch_uid="seen")

    async def thirty() -> list[Answered]:
        wanted = [LANGUAGES[place % 3] for place in range(30)]
        return await asyncio.gather(
            *(asked(pages, "/talk/", headers=HOST | {"Accept-Language": one}) for one in wanted)
        )

    try:
        answers = asyncio.run(thirty())
    finally:
        connection_created.disconnect(dispatch_uid="seen")
    assert [one.status for one in answers] == [200] * 30
    assert [one.headers["Content-Language"] for one in answers] == list(LANGUAGES) * 10
    assert 1 <= len({id(one) for one in opened}) == len(opened) <= 2


def test_after_a_refusal_the_next_is_answered(pages: Pages, company: Company) -> None:
    assert ask(pages, "/nothing/here/", headers=HOST).status == 404
    assert ask(pages, "/talk/", method="POST", headers=HOST, body=b"x").status == 400
    assert ask(pages, "/talk/", headers=HOST).status == 200


def test_questions_that_take_long_leave_a_thread_for_everybody_else(
    company: Company, settings: Settings, pages: Pages
) -> None:
    settings.ROOT_URLCONF = __name__

    async def three() -> list[int]:
        slow = [asyncio.create_task(asked(pages, "/journeys/", headers=HOST)) for _ in range(2)]
        quick = await asyncio.wait_for(asked(pages, "/desk/", headers=HOST), timeout=20)
        assert not any(one.done() for one in slow)
        HAS_ANSWER.set()
        return [quick.status, *(one.status for one in await asyncio.gather(*slow))]

    HAS_ANSWER.clear()
    try:
        assert asyncio.run(three()) == [200, 200, 200]
    finally:
        HAS_ANSWER.set()


HAS_ANSWER = Event()


@public
def _wait_for_the_answer(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(HAS_ANSWER.wait(timeout=60)))


@public
def _answer(request: HttpRequest) -> HttpResponse:
    return HttpResponse("At once.")


urlpatterns = [path("journeys/", _wait_for_the_answer), path("desk/", _answer)]
