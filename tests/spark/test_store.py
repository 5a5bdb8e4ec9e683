"""The store that a cluster builds is, file for file and byte for byte, the one that this machine builds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tillit.journeys.store import OrderedStore

pytestmark = pytest.mark.spark


def test_the_same_files(store_here: Path, store_there: Path) -> None:
    here = {path.name: path.read_bytes() for path in store_here.iterdir()}
    there = {path.name: path.read_bytes() for path in store_there.iterdir()}
    assert len(OrderedStore.open(store_here).buckets) == 4
    assert here == there
