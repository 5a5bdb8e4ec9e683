"""The ordered store on disk: what it refuses, what it leaves out, and that a flipped bit is found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.journeys.logs import Event, Link, log, store_of, subject_of, write_events, write_links
from tillit.errors import DamagedSegment, EngineError, FormatError, StoreError
from tillit.journeys.behind import Everything, journeys_behind
from tillit.journeys.build import build_store
from tillit.journeys.graph import overview
from tillit.journeys.results import Overview
from tillit.journeys.store import OrderedStore
from tillit.journeys.view import View
from tillit.vocabulary import Purpose

EVENTS = log(("Ana", 0, "ask"), ("order 1", 5, "buy"), ("Bo", 0, "ask"), ("Bo", 1, "ask"))


def overview_of(store: OrderedStore) -> Overview:
    return overview(View(store, purpose=Purpose.MEASUREMENT))


def test_linked_subjects_are_one_person(tmp_path: Path) -> None:
    assert overview_of(store_of(tmp_path / "apart", EVENTS)).persons == 3
    joined = overview_of(store_of(tmp_path / "joined", EVENTS, [Link("Ana", "order 1")]))
    assert (joined.persons, joined.events) == (2, 4)
    assert [(follow.source, follow.target) for follow in joined.follows] == [("ask", "ask"), ("ask", "buy")]


def test_an_erased_subject_leaves_no_trace_in_the_files(tmp_path: Path) -> None:
    secret = [Event("Ana", 0, "ask", "ana-1", place="Anas village"), Event("Bo", 0, "ask", "bo-1", place="Oslo")]
    files = [write_events(tmp_path / "events.parquet", secret)]
    links = [write_links(tmp_path / "links.parquet", [Link("Ana", "Bo")])]
    build_store(files, links, tmp_path / "store", erased=[subject_of("Ana")])
    store = OrderedStore.open(tmp_path / "store")
    assert (overview_of(store).persons, store.names.place) == (1, ("Oslo",))
    for path in (tmp_path / "store").iterdir():
        assert subject_of("Ana") not in path.read_bytes(), path


def test_no_events_are_a_store_too(tmp_path: Path) -> None:
    store = store_of(tmp_path, [])
    assert overview_of(store) == Overview(0, 0, 0, 0, None, None, (), (), (), ())
    assert journeys_behind(View(store, purpose=Purpose.MEASUREMENT), Everything()).total == 0


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    path = store_of(tmp_path, EVENTS).path / "manifest.json"
    path.write_text(json.dumps({"format_version": 99, "buckets": "of another form"}))
    with pytest.raises(FormatError, match="upgrade tillit"):
        OrderedStore.open(path.parent)


def test_an_unfinished_build_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="build it again"):
        OrderedStore.open(tmp_path)


def test_a_flipped_bit_is_found(tmp_path: Path) -> None:
    store = store_of(tmp_path, EVENTS)
    store.verify()
    file = next(store.path.glob("*-events.parquet"))
    raw = bytearray(file.read_bytes())
    raw[20] ^= 1
    file.write_bytes(raw)
    with pytest.raises(DamagedSegment, match=r"-events\.parquet"):
        store.verify()


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "events.parquet"
    bad.write_bytes(b"PAR1 but not really PAR1")
    with pytest.raises(EngineError, match=r"events\.parquet"):
        build_store([bad], [], tmp_path / "store")


def test_pseudonyms_are_ten_characters_of_the_oldest_subject(tmp_path: Path) -> None:
    store = store_of(tmp_path, EVENTS, [Link("Ana", "order 1")])
    shown = {row.person for row in journeys_behind(View(store, purpose=Purpose.MEASUREMENT), Everything()).rows}
    apart = store_of(tmp_path / "apart", [event for event in EVENTS if event.who != "order 1"])
    assert shown == {row.person for row in journeys_behind(View(apart, purpose=Purpose.MEASUREMENT), Everything()).rows}
    assert all(len(person) == 10 and person == person.lower() for person in shown)


def test_erasing_everybody_leaves_an_empty_store(tmp_path: Path) -> None:
    files = [write_events(tmp_path / "events.parquet", EVENTS), write_events(tmp_path / "none.parquet", [])]
    build_store(files, [], tmp_path / "store", erased=[subject_of(event.who) for event in EVENTS])
    assert overview_of(OrderedStore.open(tmp_path / "store")).events == 0


def test_far_apart_times_and_many_persons_are_still_in_order(tmp_path: Path) -> None:
    """Times over 200,000 years leave no bits for persons in the one word that they are sorted by."""
    ends = (-(2**62), 0, 2**62)
    events = [
        Event(f"p{number}", at, "ask" if at < 0 else "buy", f"{number}-{at}") for number in range(9) for at in ends
    ]
    found = overview_of(store_of(tmp_path, events[::-1], events_a_bucket=100))
    assert {(follow.source, follow.target): follow.count for follow in found.follows} == {
        ("ask", "buy"): 9,
        ("buy", "buy"): 9,
    }
    assert (found.first_at, found.last_at) == (ends[0], ends[-1])
