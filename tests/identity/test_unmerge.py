"""Merge and then un-merge changes nothing: every history, and every public name, is what it was."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.identity.made import links_of, subject_of
from tillit.events.contract import EVENT_SCHEMA
from tillit.events.log import EventLog
from tillit.identity.decided import Verdict
from tillit.identity.decisions import decide, decided, decisions, undo
from tillit.identity.resolve import Identity
from tillit.journeys.build import build_store
from tillit.journeys.delta import build_delta
from tillit.journeys.store import OrderedStore

NAMES = ("email:ana", "email:bo", "phone:1", "phone:2", "order:1", "order:2", "anonymous:1", "anonymous:2")
Lives = dict[str, tuple[tuple[bytes, str, int], ...]]

names = st.sampled_from(NAMES)
seen = st.lists(st.tuples(names, names).filter(lambda pair: pair[0] < pair[1]), min_size=1, max_size=8)
of_links = st.tuples(st.sampled_from([Verdict.APART, Verdict.JOINED]), st.tuples(names, names))
of_identifiers = st.tuples(
    st.sampled_from([Verdict.APART, Verdict.JOINED, Verdict.STAFF, Verdict.KIOSK]), st.tuples(names)
)
verdicts = st.lists(of_links.filter(lambda one: one[1][0] != one[1][1]) | of_identifiers, max_size=5)


def write_events(path: Path, names: tuple[str, ...]) -> Path:
    """Two events for each name, at times of its own."""
    rows = [
        {
            "event_id": f"{name}-{turn}",
            "source": "file",
            "occurred_at": 1000 * turn + place,
            "sequence": 0,
            "received_at": 0,
            "clock_skew": 0,
            "subject": subject_of(name),
            "subject_kind": name.partition(":")[0],
            "activity": "page_viewed",
            "channel": "web",
            "function": "sales",
            "actor": "customer",
            "origin_row": 1,
        }
        for turn in (1, 2)
        for place, name in enumerate(names)
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=EVENT_SCHEMA), path)
    return path


def lives(store: OrderedStore) -> Lives:
    """Each person's public name, with every event (whose, when, which) in its order."""
    found: Lives = {}
    for bucket in store.buckets:
        held = store.read(bucket, ["occurred_at"])
        details = bucket.read("details", ["subject", "event_id"])
        details = details if held.rows is None else details.take(pa.array(held.rows))
        names = store.pseudonyms(held.person.tolist())
        rows = list(
            zip(
                details["subject"].to_pylist(),
                details["event_id"].to_pylist(),
                held.columns["occurred_at"].tolist(),
                strict=True,
            )
        )
        for person, begin, end in zip(held.person.tolist(), held.offsets, held.offsets[1:], strict=False):
            found[names[person]] = tuple(rows[begin:end])
    return found


@settings(max_examples=15, deadline=None)
@given(seen, verdicts, st.lists(st.integers(0, 99), max_size=4))
def test_taking_every_decision_back_gives_every_life_back(
    observed: list[tuple[str, str]], said: list[tuple[Verdict, tuple[str, ...]]], undone: list[int]
) -> None:
    """Links removed and put back, identifiers joined, held and marked, some of it undone on the way; then all of it."""
    with tempfile.TemporaryDirectory() as directory, EventLog.open(Path(directory)) as log:
        folder = Path(directory) / "store"
        folder.mkdir()
        events, links = write_events(folder / "events.parquet", NAMES), folder / "links.parquet"
        pq.write_table(links_of(observed), links)
        build_store([events], [links], folder / "base", identity=Identity(decided=decided(log)), events_a_bucket=3)
        before = lives(OrderedStore.open(folder / "base"))

        for verdict, about in said:
            decide(log, verdict, *map(subject_of, about), by="cy", at=0, why="")
        for choice in undone:
            every = {(row.subject, row.other): row.number for row in decisions(log)}
            if every:
                undo(log, sorted(every.values())[choice % len(every)], by="cy", at=0, why="")
        identity = Identity(decided=decided(log))
        build_delta(folder / "base", [], [links], folder / "decided", identity=identity, events_a_bucket=3)
        build_store([events], [links], folder / "whole", identity=identity, events_a_bucket=3)
        during = lives(OrderedStore.open(folder / "decided"))
        assert during == lives(OrderedStore.open(folder / "whole"))

        for subject, other in {(row.subject, row.other) for row in decisions(log)}:
            decide(log, Verdict.RULES, subject, other, by="cy", at=0, why="")
        identity = Identity(decided=decided(log))
        build_delta(folder / "base", [], [links], folder / "after", identity=identity, events_a_bucket=3)
        after = OrderedStore.open(folder / "after")
        assert lives(after) == before
        assert not [bucket for bucket in after.buckets if bucket.layer == folder / "after" and bucket.persons]


@settings(max_examples=10, deadline=None)
@given(seen, st.data())
def test_a_removal_touches_the_persons_it_divides_and_no_others(
    observed: list[tuple[str, str]], data: st.DataObject
) -> None:
    pair = data.draw(st.sampled_from(observed))
    with tempfile.TemporaryDirectory() as directory, EventLog.open(Path(directory)) as log:
        folder = Path(directory) / "store"
        folder.mkdir()
        events, links = write_events(folder / "events.parquet", NAMES), folder / "links.parquet"
        pq.write_table(links_of(observed), links)
        build_store([events], [links], folder / "base", events_a_bucket=3)
        decide(log, Verdict.APART, *map(subject_of, pair), by="cy", at=0, why="")
        identity = Identity(decided=decided(log))
        build_delta(folder / "base", [], [links], folder / "delta", identity=identity, events_a_bucket=3)
        before, after = lives(OrderedStore.open(folder / "base")), lives(OrderedStore.open(folder / "delta"))
        changed = [person for person in after if before.get(person) != after[person]]
        rebuilt = [b for b in OrderedStore.open(folder / "delta").buckets if b.layer == folder / "delta"]
        assert sum(bucket.persons for bucket in rebuilt) == len(changed)
