"""Base and delta give the same answers as a full build, whatever happened in between."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.journeys.logs import Event, Link, log, logs, store_of, subject_of, write_events, write_links
from tillit.errors import StoreError
from tillit.identity.decided import Decided, Verdict, pair_of
from tillit.identity.resolve import Identity
from tillit.journeys.behind import Everything, journeys_behind
from tillit.journeys.build import build_store
from tillit.journeys.delta import build_delta
from tillit.journeys.graph import overview
from tillit.journeys.results import JourneyRow, Overview, Variants
from tillit.journeys.store import OrderedStore
from tillit.journeys.timeline import TimelineRow, timeline
from tillit.journeys.variants import variants
from tillit.journeys.view import CaseRule, View
from tillit.vocabulary import Purpose

NAMES = ("Ana", "Bo", "Cy", "Di", "order 1", "order 2")
names = st.sampled_from(NAMES)
links = st.lists(st.builds(Link, names, names), max_size=5)
Answers = tuple[Overview, Variants, tuple[JourneyRow, ...], dict[str, tuple[TimelineRow, ...]]]


def answers(store: OrderedStore) -> Answers:
    view = View(store, CaseRule(lapse_days=1), purpose=Purpose.MEASUREMENT)
    rows = journeys_behind(view, Everything(), limit=1000).rows
    people = {row.person: timeline(view, row.person) for row in rows}
    return overview(view), variants(view, limit=1000), rows, people


def written(folder: Path, name: str, events: list[Event]) -> list[Path]:
    return [write_events(folder / f"{name}.parquet", events)] if events else []


@settings(max_examples=25)
@given(
    logs(max_events=16),
    st.integers(0, 16),
    links,
    links,
    st.sets(st.tuples(names, names), max_size=2),
    st.sets(names, max_size=1),
    st.sets(names, max_size=1),
)
def test_base_and_delta_equal_a_full_build(
    events: list[Event],
    cut: int,
    old_links: list[Link],
    new_links: list[Link],
    removed_names: set[tuple[str, str]],
    erased_before: set[str],
    erased_since: set[str],
) -> None:
    pairs = (pair_of(subject_of(left), subject_of(right)) for left, right in removed_names)
    identity = Identity(decided=Decided(links=dict.fromkeys(pairs, Verdict.APART)))
    before = [subject_of(name) for name in erased_before]
    erased = [subject_of(name) for name in erased_before | erased_since]
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        old, new = written(folder, "old", events[:cut]), written(folder, "new", events[cut:])
        first = [write_links(folder / "links-1.parquet", old_links)]
        every = [*first, write_links(folder / "links-2.parquet", new_links)]
        build_store(old, first, folder / "1", erased=before, events_a_bucket=3)
        build_delta(folder / "1", new, every, folder / "2", identity=identity, erased=erased, events_a_bucket=3)
        build_store([*old, *new], every, folder / "3", identity=identity, erased=erased, events_a_bucket=3)
        delta, full = OrderedStore.open(folder / "2"), OrderedStore.open(folder / "3")
        delta.verify()
        assert answers(delta) == answers(full)


def test_a_delta_touches_only_whom_it_must(tmp_path: Path) -> None:
    """Ana has a new event and Bo is linked to an order; Cy's life is left where it is."""
    old = log(("Ana", 0, "ask"), ("Bo", 0, "ask"), ("Cy", 0, "ask"), ("order 1", 9, "buy"))
    base = store_of(tmp_path, old)
    new = write_events(tmp_path / "new.parquet", [Event("Ana", 5, "buy", "new")])
    build_delta(base.path, [new], [write_links(tmp_path / "l.parquet", [Link("Bo", "order 1")])], tmp_path / "delta")
    store = OrderedStore.open(tmp_path / "delta")
    top = [bucket for bucket in store.buckets if bucket.layer == tmp_path / "delta"]
    assert sum(bucket.persons for bucket in top) == 2
    shown = overview(View(store, purpose=Purpose.MEASUREMENT))
    assert (shown.persons, shown.events) == (3, 5)


def test_a_delta_stands_on_a_base_beside_it(tmp_path: Path) -> None:
    base = store_of(tmp_path, log(("Ana", 0, "ask"))).path
    with pytest.raises(StoreError, match="not beside its base"):
        build_delta(base, [], [], tmp_path / "elsewhere" / "delta")
    build_delta(base, [], [], tmp_path / "delta")
    with pytest.raises(StoreError, match="is a delta"):
        build_delta(tmp_path / "delta", [], [], tmp_path / "another")
