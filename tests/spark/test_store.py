"""The store that a cluster builds is, file for file and byte for byte, the one that this machine builds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.spark.market import EVENTS_A_BUCKET
from tillit.engine.on_spark import SparkParts
from tillit.journeys.build import build_store
from tillit.journeys.graph import overview
from tillit.journeys.locked import store_key
from tillit.journeys.store import OrderedStore
from tillit.journeys.view import View
from tillit.vocabulary import Purpose

pytestmark = pytest.mark.spark


def test_the_same_files(store_here: Path, store_there: Path) -> None:
    here = {path.name: path.read_bytes() for path in store_here.iterdir()}
    there = {path.name: path.read_bytes() for path in store_there.iterdir()}
    assert len(OrderedStore.open(store_here).buckets) == 4
    assert here == there


def test_workers_read_and_write_a_locked_store(
    log: tuple[Path, Path], parts: SparkParts, store_here: Path, tmp_path: Path
) -> None:
    """The key travels with the tasks; what they answer is what this machine says of the store that is not locked."""
    events, links = log
    key = store_key(b"k" * 32)
    build_store([events], [links], tmp_path / "locked", key=key, events_a_bucket=EVENTS_A_BUCKET, run=parts)
    there = OrderedStore.open(tmp_path / "locked", key=key, run=parts)
    here = OrderedStore.open(store_here)
    assert overview(View(there, purpose=Purpose.MEASUREMENT)) == overview(View(here, purpose=Purpose.MEASUREMENT))
    plain = (store_here / "0000-events.parquet").read_bytes()
    assert plain[-4:] == b"PAR1", "a footer that anyone reads"
    assert (tmp_path / "locked" / "0000-events.parquet").read_bytes()[-4:] == b"PARE", "an encrypted one"
