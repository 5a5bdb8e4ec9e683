"""The same first acceptances, shuffled and split into batches, give byte for byte the same answers."""

from __future__ import annotations

import tempfile
from pathlib import Path
from random import Random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.journeys.logs import Event, Link, logs, write_events, write_links
from tillit.journeys.behind import Everything, journeys_behind
from tillit.journeys.build import build_store
from tillit.journeys.graph import overview
from tillit.journeys.store import OrderedStore
from tillit.journeys.variants import variants
from tillit.journeys.view import CaseRule, View
from tillit.vocabulary import Purpose

names = st.sampled_from(("Ana", "Bo", "Cy", "Di", "order 1"))


def report(events: list[Path], links: list[Path], out: Path, *, events_a_bucket: int) -> bytes:
    build_store(events, links, out, events_a_bucket=events_a_bucket)
    view = View(OrderedStore.open(out), CaseRule(lapse_days=1), purpose=Purpose.MEASUREMENT)
    return msgspec.json.encode((overview(view), variants(view), journeys_behind(view, Everything())))


@settings(max_examples=15)
@given(logs(), st.lists(st.builds(Link, names, names), max_size=4), st.integers(0, 30), st.randoms())
def test_arrival_changes_nothing(events: list[Event], links: list[Link], cut: int, random: Random) -> None:
    shuffled = random.sample(events, len(events))
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        once = [write_events(folder / "once.parquet", events)]
        batches = [
            write_events(folder / f"{n}.parquet", part) for n, part in enumerate((shuffled[:cut], shuffled[cut:]))
        ]
        straight = [write_links(folder / "links.parquet", links)]
        turned = [write_links(folder / "turned.parquet", [Link(link.right, link.left) for link in reversed(links * 2)])]
        first = report(once, straight, folder / "1", events_a_bucket=1000)
        assert report(batches[::-1], turned, folder / "2", events_a_bucket=2) == first
