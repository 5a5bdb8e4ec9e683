"""Killed at every step of retention, on the same data: in the end what is over is gone, and is counted once."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.web.insight.small_shop import shop
from tests.web.serving.running import with_tables
from tests.web.warehouse.erasure_stage import run, tillit
from tillit import fault
from tillit.events.log import EventLog
from tillit.events.retention import DataClass, class_of
from tillit.events.segments import SegmentKind

pytestmark = pytest.mark.torture

# The small shop came to tillit in 1970, with a link for each customer; one visit came today.
STAGE = """
import sys, time
from pathlib import Path
from tillit_web.serving.directory import open_directory
data = Path(sys.argv[1])
open_directory(data)
import pyarrow as pa
import pyarrow.parquet as pq
from tests.events.test_retiring import link, published, row
from tests.journeys.logs import write_events
from tests.web.insight.small_shop import shop
from tillit.events.contract import LINK_SCHEMA
from tillit.events.log import EventLog
from tillit.events.publishing import StagedParts, publish
from tillit_web.people.models import Company
Company.objects.create(id=1, name="Exempelbutiken")
events = write_events(data / "events.parquet", shop(), received_at=0)
links = [link(event.who, f"{event.who} b") for event in shop()]
pq.write_table(pa.Table.from_pylist(links, schema=LINK_SCHEMA), data / "links.parquet")
today = int(time.time() // 86_400)
with EventLog.open(data) as log:
    publish(log, "old", StagedParts([events], [data / "links.parquet"]), work=data / "work")
    published(log, data / "new", [row(1, "Cy", "page_viewed", "web", came=today)], [link("Cy", "Cy b")])
"""
# In the order in which they are come by: each run has done what is above, and dies at the next.
STEPS = (
    "retire.segment_written",
    "retire.segment_live",
    "retire.links_live",
    "retire.table",
    "retire.rows",
    "retire.built",
)


def test_killed_at_every_step_it_is_completed_and_counted_once(tmp_path: Path) -> None:
    data = with_tables(tmp_path / "data")
    made = run("-c", STAGE, str(data))
    assert made.returncode == 0, made.stderr
    for step in STEPS:
        killed = tillit("retention", "--data", data, "--run", fault=step)
        assert killed.returncode == fault.EXIT_CODE, f"{step}: {killed.stderr}"
    done = tillit("retention", "--data", data, "--run")
    assert done.returncode == 0, done.stderr
    with EventLog.open(data) as log:
        assert not log.damaged()
        rows = {
            kind: [one for path in log.sound(kind) for one in pq.read_table(path).to_pylist()] for kind in SegmentKind
        }
    assert [one["event_id"] for one in rows[SegmentKind.EVENTS]] == ["e1"]
    assert len(rows[SegmentKind.LINKS]) == 1
    with closing(sqlite3.connect(data / "events.sqlite")) as database:
        totals = dict(database.execute("select class, sum(events) from retired_total group by class").fetchall())
    expected: Counter[DataClass] = Counter(class_of(event.activity, event.channel) for event in shop())
    assert totals == {name.value: count for name, count in expected.items()}
