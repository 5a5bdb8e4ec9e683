"""A clock that jumps, deliveries that repeat and overtake each other: the same first acceptances, the same tables."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.events.test_sealing import KEY, NOW, nothing
from tillit.events.calls import Terms, collected
from tillit.events.hot import pack
from tillit.events.log import EventLog
from tillit.events.sealing import seal
from tillit.events.segments import SegmentKind
from tillit.journeys.build import build_store
from tillit_web.collect.sqlite_storage import SqliteStorage
from tillit_web.collect.storage import Arrival, Outcome

pytestmark = pytest.mark.torture

DAY = 24 * 3600 * 1_000_000


def first_arrivals(count: int) -> list[Arrival]:
    dice = random.Random(7)
    found = []
    for number in range(count):
        said = {
            "type": "track",
            "event": dice.choice(["Chair Tested", "Order Completed"]),
            "messageId": f"m{number}",
            "userId": f"c{dice.randrange(20)}",
            "anonymousId": f"a{dice.randrange(30)}",
            "timestamp": f"2026-02-{1 + dice.randrange(20):02}T10:00:{dice.randrange(60):02}Z",
        }
        at = NOW + dice.randrange(-400, 400) * DAY // 100  # the server's clock goes back and forth
        event = collected(said, Terms(KEY, at, None, is_proven=True, currency="SEK", region="SE"))
        found.append(Arrival(f"m{number}".encode().ljust(16), event.content, 1, at, pack(event.event), b"", b"{}"))
    return found


def tables_of(folder: Path, arrivals: list[Arrival], *, seed: int) -> tuple[pa.Table, dict[str, bytes]]:
    """What is sealed and what is built when they come in this order, repeated, in groups of any size."""
    dice = random.Random(seed)
    folder.mkdir()
    storage = SqliteStorage.open(folder)
    left = arrivals + dice.sample(arrivals, len(arrivals) // 2)
    dice.shuffle(left)
    outcomes: list[Outcome] = []
    with EventLog.open(folder) as log:
        while left:
            size = dice.randrange(1, 40)
            group, left = left[:size], left[size:]
            outcomes += storage.accept(group)
            if dice.random() < 0.4:
                seal(log, storage, keep_contacts=nothing, work=folder / "work")
        seal(log, storage, keep_contacts=nothing, work=folder / "work")
        assert outcomes.count(Outcome.ACCEPTED) == len(arrivals)
        assert outcomes.count(Outcome.DUPLICATE) == len(arrivals) // 2
        received = storage.hours(since=0)
        assert sum(line.received for line in received) == len(outcomes)
        events, links = (log.sound(kind) for kind in (SegmentKind.EVENTS, SegmentKind.LINKS))
        sealed = pa.concat_tables([pq.read_table(path) for path in events]).sort_by("event_id")
        build_store(events, links, folder / "built")
    storage.close()
    built = {
        str(path.relative_to(folder / "built")): path.read_bytes()
        for path in sorted((folder / "built").rglob("*.parquet"))
    }
    return sealed, built


@pytest.mark.parametrize("seed", range(2, 6))
def test_any_order_and_any_repetition_give_the_same_tables(tmp_path: Path, seed: int) -> None:
    arrivals = first_arrivals(300)
    expected_rows, expected_files = tables_of(tmp_path / "first", arrivals, seed=1)
    rows, files = tables_of(tmp_path / "again", arrivals, seed=seed)
    assert rows.equals(expected_rows)
    assert files.keys() == expected_files.keys()
    assert files == expected_files
