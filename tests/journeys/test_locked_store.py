"""A store under a key: the same answers with it, and without it a copy of the files that tells nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.logs import DAY, Event, Link, subject_of, write_events, write_links
from tillit.errors import StoreError
from tillit.journeys.behind import Everything, journeys_behind
from tillit.journeys.build import build_store
from tillit.journeys.delta import build_delta
from tillit.journeys.format import read_manifest
from tillit.journeys.graph import overview
from tillit.journeys.known_by import person_known_by, subjects_of
from tillit.journeys.locked import store_key
from tillit.journeys.store import OrderedStore
from tillit.journeys.timeline import timeline
from tillit.journeys.view import View
from tillit.vocabulary import Purpose

KEY = store_key(b"s" * 32)
AT = 1_772_000_000_123_457
SOLD = [
    Event("Ana", AT, "store_visited", "a-visit", channel="store", place="Malmö"),
    Event("Ana", AT + DAY, "order_completed", "a-order", channel="store", place="Malmö", amount_minor=123_457),
    Event("order 1", AT + 2 * DAY, "order_delivered", "a-delivery"),
    Event("Bo", AT, "store_visited", "b-visit", channel="store", place="Visby"),
]
LATER = [Event("Bo", AT + 3 * DAY, "order_completed", "b-order", channel="store", place="Lund", amount_minor=99)]
LINKS = [Link("Ana", "order 1")]


def built(folder: Path, key: bytes | None) -> OrderedStore:
    """A base of two days and a delta with a third."""
    folder.mkdir()
    links = [write_links(folder / "links.parquet", LINKS)]
    sold = write_events(folder / "events.parquet", SOLD)
    build_store([sold], links, folder / "base", key=key, events_a_bucket=2)
    later = write_events(folder / "later.parquet", LATER)
    build_delta(folder / "base", [later], links, folder / "delta", key=key, events_a_bucket=2)
    return OrderedStore.open(folder / "delta", key=key)


def answers(store: OrderedStore) -> list[object]:
    view = View(store, purpose=Purpose.MEASUREMENT)
    people = sorted({row.person for row in journeys_behind(view, Everything()).rows})
    ana = person_known_by(view, subject_of("order 1"))
    assert ana is not None
    return [overview(view), people, [timeline(view, person) for person in people], ana, subjects_of(view, ana)]


def test_a_locked_store_answers_as_one_that_is_not(tmp_path: Path) -> None:
    locked, clear = built(tmp_path / "locked", KEY), built(tmp_path / "clear", None)
    assert locked.held().equals(clear.held())
    assert answers(locked) == answers(clear)


def test_without_the_key_nothing_but_the_manifest_is_read(tmp_path: Path) -> None:
    path = built(tmp_path / "locked", KEY).path
    copied = OrderedStore.open(path)
    copied.verify()
    assert read_manifest(path).events == 2, "counts stand in the manifest: Bo's whole life, which the delta holds"
    for key, said in ((None, "cannot be read without it"), (store_key(b"t" * 32), "cannot be read with another one")):
        store = OrderedStore.open(path, key=key)
        for read in (
            lambda store=store: store.names,
            store.components,
            store.held,
            lambda store=store: View(store, purpose=Purpose.MEASUREMENT),
            lambda store=store: store.read(store.buckets[0], ["occurred_at"]),
        ):
            with pytest.raises(StoreError, match=said):
                read()


def test_no_byte_of_the_files_tells_a_time_a_place_an_amount_or_a_person(tmp_path: Path) -> None:
    """The same search finds all of them in a store that is not locked."""
    sought = {
        "place": "Malmö".encode(),
        "time": (AT + DAY).to_bytes(8, "little"),
        "amount": (123_457).to_bytes(8, "little"),
        "subject": subject_of("Ana"),
    }

    def told(store: OrderedStore) -> set[str]:
        layers = (store.path, store.path.parent / "base")
        content = b"".join(file.read_bytes() for layer in layers for file in sorted(layer.iterdir()))
        return {what for what, value in sought.items() if value in content}

    assert told(built(tmp_path / "clear", None)) == set(sought)
    assert told(built(tmp_path / "locked", KEY)) == set()


def test_a_delta_is_locked_as_its_base_is(tmp_path: Path) -> None:
    base = built(tmp_path / "clear", None).path.parent / "base"
    with pytest.raises(StoreError, match="is not locked"):
        build_delta(base, [], [], base.parent / "another", key=KEY)
