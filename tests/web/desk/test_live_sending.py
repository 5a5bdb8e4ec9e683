"""One stream: what happened first, then what is told; no event twice, a beat in silence, an end after a no."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

from tillit_web.desk import live_sending
from tillit_web.desk.live import Event, Follower
from tillit_web.desk.live_sending import send_once, send_stream


class Browser:
    """What an ASGI server hands over, and what it was sent."""

    def __init__(self) -> None:
        self.left = asyncio.Event()
        self.sent: list[MutableMapping[str, Any]] = []
        self.stands_still = False

    async def receive(self) -> MutableMapping[str, Any]:
        """Nothing more, until it leaves."""
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        """Take it, or never."""
        if self.stands_still:
            await asyncio.Event().wait()
        self.sent.append(message)

    def got(self) -> str:
        """The body so far."""
        return b"".join(message.get("body", b"") for message in self.sent).decode()


async def _yes() -> bool:
    return True


async def _no() -> bool:
    return False


def _message(number: int) -> Event:
    return Event("message", b"{}", number)


def test_what_was_before_comes_first_and_nothing_twice() -> None:
    async def story() -> None:
        browser, follower = Browser(), Follower()
        for number in (4, 5, 6):  # 4 and 5 were committed while the first ones were read
            follower.tell(_message(number))
        follower.tell(Event("standing", b"{}"))
        follower.end()
        first = [_message(3), _message(4), _message(5)]
        await send_stream(browser.receive, browser.send, follower, first, is_allowed=_yes, seconds_between_checks=60)
        ids = [line for line in browser.got().splitlines() if line.startswith("id:")]
        assert ids == ["id: 3", "id: 4", "id: 5", "id: 6"]
        assert browser.got().startswith("retry: 2000\n\n")
        assert browser.got().count("event: standing") == 1
        assert browser.sent[0]["status"] == 200
        assert not browser.sent[-1].get("more_body", False)

    asyncio.run(story())


def test_silence_has_a_beat() -> None:
    async def story() -> None:
        browser, follower = Browser(), Follower()
        sending = asyncio.create_task(
            send_stream(
                browser.receive,
                browser.send,
                follower,
                (),
                is_allowed=_yes,
                seconds_between_checks=60,
                seconds_between_beats=0.01,
            )
        )
        while browser.got().count(": still here\n\n") < 2:
            await asyncio.sleep(0.005)
        follower.end()
        await sending

    asyncio.run(story())


def test_who_is_not_allowed_any_more_is_told_nothing_further() -> None:
    async def story() -> None:
        browser, follower = Browser(), Follower()
        follower.tell(_message(9))
        await send_stream(browser.receive, browser.send, follower, (), is_allowed=_no, seconds_between_checks=0)
        assert "id: 9" not in browser.got()
        assert browser.got().endswith("event: end\ndata: {}\n\n")

    asyncio.run(story())


def test_a_browser_that_leaves_ends_its_stream() -> None:
    async def story() -> None:
        browser, follower = Browser(), Follower()
        sending = asyncio.create_task(
            send_stream(browser.receive, browser.send, follower, (), is_allowed=_yes, seconds_between_checks=60)
        )
        await asyncio.sleep(0.01)
        browser.left.set()
        await asyncio.wait_for(sending, 5)
        assert follower.is_over

    asyncio.run(story())


def test_a_browser_that_takes_nothing_is_given_up() -> None:
    async def story() -> None:
        browser, follower = Browser(), Follower()
        sending = asyncio.create_task(
            send_stream(
                browser.receive,
                browser.send,
                follower,
                (),
                is_allowed=_yes,
                seconds_between_checks=60,
                seconds_between_beats=0.01,
                seconds_to_send=0.05,
            )
        )
        while not browser.sent:
            await asyncio.sleep(0.005)
        browser.stands_still = True
        await asyncio.wait_for(sending, 5)

    asyncio.run(story())


def test_without_a_stream_the_browser_is_told_to_come_back() -> None:
    async def story() -> None:
        browser = Browser()
        await send_once(browser.send, [_message(3)])
        assert browser.got() == f"retry: {live_sending.RETRY_WITHOUT_STREAM}\n\nid: 3\nevent: message\ndata: {{}}\n\n"
        assert not browser.sent[-1].get("more_body", False)

    asyncio.run(story())
