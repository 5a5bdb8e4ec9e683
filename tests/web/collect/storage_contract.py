"""What every storage of the collector must do: a test module inherits `StorageContract` and gives `opened`."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tillit_web.collect.storage import Arrival, Outcome, Refusal, Storage

HOUR = 3_600_000_000
NOON = 500_000 * HOUR


def arrival(name: str, *, says: str = "", key_id: int = 1, at: int = NOON, contacts: bytes = b"") -> Arrival:
    """An event whose id is `name`; another `says` is another content."""
    return Arrival(
        digest=name.encode().ljust(16, b"."),
        content=says.encode().ljust(8, b"."),
        key_id=key_id,
        received_at=at,
        event=b"event " + name.encode(),
        contacts=contacts,
        raw=b'{"messageId": "' + name.encode() + b'"}',
    )


def refusal(raw: bytes, *, code: str = "json_unreadable", at: int = NOON, key_id: int = 1) -> Refusal:
    return Refusal(key_id, at, code, '{"template":"no","values":{}}', raw)


Opened = Callable[[], Storage]


class StorageContract:
    """Each test gets `opened`, which opens the same place anew each time."""

    def test_the_first_with_an_id_is_accepted_and_the_same_again_a_duplicate(self, opened: Opened) -> None:
        storage = opened()
        assert storage.accept([arrival("a"), arrival("b"), arrival("a")]) == [
            Outcome.ACCEPTED,
            Outcome.ACCEPTED,
            Outcome.DUPLICATE,
        ]
        assert storage.accept([arrival("b")]) == [Outcome.DUPLICATE]
        assert [row.event for row in storage.unsealed(after=0, limit=10)] == [b"event a", b"event b"]

    def test_the_same_id_with_other_content_is_kept_in_the_failed_box(self, opened: Opened) -> None:
        storage = opened()
        outcomes = storage.accept([arrival("a", says="one"), arrival("a", says="two"), arrival("a", says="one")])
        assert outcomes == [Outcome.ACCEPTED, Outcome.CONFLICT, Outcome.DUPLICATE]
        [kept] = storage.failed(limit=10)
        assert (kept.code, kept.raw) == ("id_conflict", b'{"messageId": "a"}')

    def test_what_was_accepted_is_there_when_it_is_opened_anew(self, opened: Opened) -> None:
        opened().accept([arrival("a"), refusal(b"{")])
        again = opened()
        assert again.accept([arrival("a")]) == [Outcome.DUPLICATE]
        assert [row.event for row in again.unsealed(after=0, limit=10)] == [b"event a"]
        assert [line.raw for line in again.failed(limit=10)] == [b"{"]

    def test_an_id_stays_known_when_its_row_is_dropped(self, opened: Opened) -> None:
        storage = opened()
        storage.accept([arrival("a", contacts=b"ana"), arrival("b")])
        first, second = storage.unsealed(after=0, limit=10)
        assert (first.contacts, second.contacts) == (b"ana", b"")
        storage.drop(upto=first.id)
        assert storage.unsealed(after=0, limit=10) == [second]
        assert storage.accept([arrival("a"), arrival("c")]) == [Outcome.DUPLICATE, Outcome.ACCEPTED]
        storage.drop(upto=second.id)
        storage.drop(upto=second.id)
        assert [row.event for row in storage.unsealed(after=0, limit=10)] == [b"event c"]

    def test_row_ids_grow_even_after_everything_was_dropped(self, opened: Opened) -> None:
        storage = opened()
        storage.accept([arrival("a")])
        [first] = storage.unsealed(after=0, limit=1)
        storage.drop(upto=first.id)
        storage = opened()
        storage.accept([arrival("b")])
        [second] = storage.unsealed(after=0, limit=1)
        assert second.id > first.id

    def test_rows_come_in_order_after_an_id_and_no_more_than_asked(self, opened: Opened) -> None:
        storage = opened()
        for number in range(5):
            storage.accept([arrival(f"e{number}")])
        rows = storage.unsealed(after=0, limit=3)
        assert [row.event for row in rows] == [b"event e0", b"event e1", b"event e2"]
        assert [row.event for row in storage.unsealed(after=rows[-1].id, limit=3)] == [b"event e3", b"event e4"]

    @pytest.mark.parametrize("seed", [1, 2])
    def test_hours_add_up_to_a_plain_count(self, opened: Opened, seed: int) -> None:
        storage = opened()
        dice = random.Random(seed)
        expected: dict[tuple[int, int], list[int]] = {}
        first: dict[str, str] = {}
        for _ in range(20):
            group: list[Arrival | Refusal] = []
            for _ in range(dice.randrange(1, 6)):
                key_id, hour = dice.randrange(1, 3), dice.randrange(3)
                count = expected.setdefault((500_000 + hour, key_id), [0, 0, 0, 0])
                count[0] += 1
                if dice.random() < 0.2:
                    group.append(refusal(b"?", at=NOON + hour * HOUR + 5, key_id=key_id))
                    count[3] += 1
                    continue
                name, says = f"n{dice.randrange(30)}", dice.choice("xy")
                group.append(arrival(name, says=says, key_id=key_id, at=NOON + hour * HOUR + 5))
                count[1 if name not in first else 2 if first[name] == says else 3] += 1
                first.setdefault(name, says)
            storage.accept(group)
        found = {
            (line.hour, line.key_id): [line.received, line.accepted, line.duplicate, line.rejected]
            for line in storage.hours(since=0)
        }
        assert found == expected
        assert all(received == sum(rest) for received, *rest in found.values())
        assert {line.hour for line in storage.hours(since=500_001)} <= {500_001, 500_002}

    def test_the_failed_box_is_read_newest_first_by_code_and_page(self, opened: Opened) -> None:
        storage = opened()
        storage.accept([refusal(b"1"), refusal(b"2", code="event_large"), refusal(b"3")])
        newest, *rest = storage.failed(limit=10)
        assert newest.raw == b"3"
        assert [line.raw for line in storage.failed(limit=10, before=newest.id)] == [b"2", b"1"]
        assert [line.raw for line in storage.failed(limit=10, code="event_large")] == [b"2"]
        storage.settle([rest[0].id, newest.id])
        assert [line.raw for line in storage.failed(limit=10)] == [b"1"]

    def test_the_failed_box_is_bounded_in_time_and_number(self, opened: Opened) -> None:
        storage = opened()
        storage.accept([refusal(b"old", at=NOON), *(refusal(b"%d" % number, at=NOON + HOUR) for number in range(4))])
        assert storage.prune(before=NOON + 1, most=10) == 1
        assert storage.prune(before=0, most=3) == 1
        assert [line.raw for line in storage.failed(limit=10)] == [b"3", b"2", b"1"]
        assert storage.prune(before=0, most=3) == 0
