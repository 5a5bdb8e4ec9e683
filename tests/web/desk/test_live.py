"""The hub tells what is committed to who follows it, once and in order, and lets nobody hold up anybody."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence, Set

import pytest

from tillit_web.desk.live import Event, Follower, Hub, News, TooMany, Topic


class Committed:
    """A database of made-up news."""

    def __init__(self) -> None:
        self.waiting: list[News] = []
        self.begun = 0
        self.failures = 0

    def begin(self) -> None:
        """What was before is old."""
        self.begun += 1
        self.waiting.clear()

    def news(self, followed: Set[Topic]) -> Sequence[News]:
        """What came since."""
        if self.failures:
            self.failures -= 1
            raise OSError("the disk is away for a moment")
        found, self.waiting = self.waiting, []
        return found

    def commit(self, topic: Topic, number: int) -> None:
        """One more."""
        self.waiting.append(News(topic, Event("message", b"%d" % number, number)))


def _hub(source: Committed, **limits: int) -> Hub:
    return Hub(source, seconds_between_looks=0.005, **limits)


async def _heard(follower: Follower, count: int) -> list[int | None]:
    told: list[Event] = []
    while len(told) < count and not follower.is_over:
        told += await follower.heard(1.0)
    return [event.id for event in told]


def test_each_follower_hears_its_own_in_order() -> None:
    async def story() -> None:
        source = Committed()
        hub = _hub(source)
        async with hub.following("ana", address="a") as ana, hub.following("bo", address="b") as bo:
            for number in range(6):
                source.commit("ana" if number % 2 else "bo", number)
            assert await _heard(ana, 3) == [1, 3, 5]
            assert await _heard(bo, 3) == [0, 2, 4]

    asyncio.run(story())


def test_what_was_committed_before_anybody_followed_is_no_news() -> None:
    async def story() -> None:
        source = Committed()
        hub = _hub(source)
        for _ in range(2):  # the second time after all had left, and nothing was looked at
            source.commit("ana", 1)
            async with hub.following("ana", address="a") as ana:
                source.commit("ana", 2)
                assert await _heard(ana, 1) == [2]
            await asyncio.sleep(0.05)
        assert source.begun == 2

    asyncio.run(story())


def test_a_look_that_fails_is_made_again() -> None:
    async def story() -> None:
        source = Committed()
        async with _hub(source).following("ana", address="a") as ana:
            source.failures = 3
            source.commit("ana", 7)
            assert await _heard(ana, 1) == [7]

    asyncio.run(story())


def test_who_falls_behind_is_ended_and_nobody_else() -> None:
    async def story() -> None:
        slow, quick = Follower(most_waiting=3), Follower(most_waiting=3)
        for number in range(5):
            for one in (slow, quick):
                one.tell(Event("message", b"0", number))
            assert [event.id for event in await quick.heard(1.0)] == [number]
        assert slow.is_over
        assert not quick.is_over
        assert [event.id for event in await slow.heard(1.0)] == [0, 1, 2], "what came before the gap, without a hole"

    asyncio.run(story())


def test_streams_are_limited_by_address_and_in_all_and_given_back() -> None:
    async def story() -> None:
        hub = _hub(Committed(), most_of_one_address=2, most=3)
        async with hub.following("c", address="ana"), hub.following("c", address="ana"):
            with pytest.raises(TooMany):
                await hub.following("c", address="ana").__aenter__()
            async with hub.following("c", address="bo"):
                with pytest.raises(TooMany):
                    await hub.following("c", address="cy").__aenter__()
            async with hub.following("c", address="cy"):
                pass
        async with hub.following("c", address="ana"):
            pass

    asyncio.run(story())


def test_members_are_not_counted_by_address() -> None:
    async def story() -> None:
        hub = _hub(Committed(), most_of_one_address=1, most=9)
        async with hub.following("team", address=""), hub.following("team", address=""):
            pass

    asyncio.run(story())


def test_stopping_ends_every_stream_and_lets_no_other_begin() -> None:
    async def story() -> None:
        hub = _hub(Committed())
        async with hub.following("ana", address="a") as ana, hub.following("bo", address="b") as bo:
            hub.stop()
            assert await ana.heard(5.0) == []
            assert await bo.heard(5.0) == []
            assert ana.is_over
            assert bo.is_over
            with pytest.raises(TooMany):
                await hub.following("cy", address="c").__aenter__()

    asyncio.run(story())


def test_an_event_on_the_wire() -> None:
    assert Event("message", b'{"a":1}', 5).encoded() == b'id: 5\nevent: message\ndata: {"a":1}\n\n'
    assert Event("end", b"{}").encoded() == b"event: end\ndata: {}\n\n"
