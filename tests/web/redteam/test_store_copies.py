"""A copy of the analytic store is a door, too: with the key of its data directory it tells all, without it nothing."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.web.redteam.attack import Seen, learned, p_value, shift_of
from tests.web.redteam.conftest import Installed
from tests.web.redteam.planted import PLACES
from tillit.errors import StoreError
from tillit.events.key import KEY_FILE
from tillit.journeys.locked import store_key
from tillit.journeys.store import OrderedStore


@pytest.fixture(scope="module")
def copied(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the current build, as somebody might take it along."""
    [build] = [path for path in (installed.data / "store").iterdir() if path.is_dir()]
    return shutil.copytree(build, tmp_path_factory.mktemp("copied") / "build")


def sales(store: OrderedStore) -> list[Seen]:
    seen = []
    for bucket in store.buckets:
        columns = store.read(bucket, ["occurred_at", "amount_minor", "place"]).columns
        for at, amount, place in zip(*(columns[name].tolist() for name in columns), strict=True):
            if amount:
                when = datetime.fromtimestamp(at / 1_000_000, UTC)
                name = store.names.place[place]
                seen.append(Seen(when.date(), when.date(), name, shift_of(when), amount / 100))
    return seen


def test_with_the_key_the_attack_succeeds(installed: Installed, copied: Path) -> None:
    """Whoever holds the server and its key can do this; docs/methods/employees.md says so."""
    key = store_key((installed.data / KEY_FILE).read_bytes())
    found = learned(sales(OrderedStore.open(copied, key=key)), installed.company)
    assert p_value([found], [installed.company.effect]) < 0.05


def test_without_it_no_file_of_the_copy_tells_a_sale(installed: Installed, copied: Path) -> None:
    with pytest.raises(StoreError, match="locked with the key"):
        sales(OrderedStore.open(copied))
    told = []
    for path in sorted(copied.rglob("*")):
        content = path.read_bytes()
        told += [(path.name, place) for place in PLACES if place.encode() in content]
        if content[-4:] == b"PAR1":  # whatever anyone can open holds no row with a time, a place or an amount
            with pq.ParquetFile(path) as file:
                sold = {"occurred_at", "amount_minor", "place"} & set(file.schema_arrow.names)
                told += [(path.name, column) for column in sold if file.metadata.num_rows]
    assert told == []
