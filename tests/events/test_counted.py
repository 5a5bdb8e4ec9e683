"""Events that are only counted stay out of every store of persons, and their number is told."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tillit.events.calls import Terms, collected
from tillit.events.counted import COUNTED, counted_call
from tillit.events.hot import event_table
from tillit.events.left_out import LeftOut, counted_events

KEY = b"k" * 32
NOW = 1_772_000_000_000_000


def page(name: str, *, is_counted: bool) -> pa.Table:
    terms = Terms(KEY, NOW, None, is_proven=False, currency="SEK", region="SE", is_counted=is_counted)
    call = {"type": "page", "messageId": name, "anonymousId": "ana", "properties": {"path": "/"}}
    return event_table([collected(counted_call(call) if is_counted else call, terms).event])


def write(path: Path, *tables: pa.Table) -> Path:
    pq.write_table(pa.concat_tables(tables), path)
    return path


def test_only_somebodys_events_are_left(tmp_path: Path) -> None:
    both = pa.concat_tables([page("b", is_counted=True), page("c", is_counted=False)])
    path = write(tmp_path / "both.parquet", both)
    nothing, everything = LeftOut.of(both.slice(0, 0)), LeftOut.of(both)
    assert nothing.without(both)["event_id"].to_pylist() == ["c"]
    assert counted_events([path], nothing) == 1
    assert counted_events([path], everything) == 0, "a robot's is not counted"


def test_a_counted_call_says_what_happened_and_nothing_of_whom() -> None:
    call = {
        "type": "track",
        "event": "Order Completed",
        "messageId": "m",
        "userId": "17",
        "anonymousId": "ana",
        "traits": {"email": "ana@example.org"},
        "properties": {"order_id": "o-1", "total": 5, "currency": "SEK", "email": "ana@example.org"},
        "context": {"traits": {"phone": "+46701234567"}, "campaign": {"source": "brev"}, "signature": "f00"},
    }
    assert counted_call(call) == {
        "type": "track",
        "event": "Order Completed",
        "messageId": "m",
        "properties": {"total": 5, "currency": "SEK"},
        "context": {"campaign": {"source": "brev"}},
    }


def test_two_counted_events_have_nothing_in_common() -> None:
    first, second = (page(name, is_counted=True) for name in "ab")
    assert first["subject"].to_pylist() != second["subject"].to_pylist()
    assert first["subject_kind"].to_pylist() == [COUNTED]
