"""Compaction: the many small segments of sealing become few, without a new build and without a moment between."""

from __future__ import annotations

from collections import defaultdict

import pyarrow.parquet as pq

from tillit import fault
from tillit.events.lock import held
from tillit.events.log import EventLog
from tillit.events.publishing import make_live
from tillit.events.sealing import COLLECTED
from tillit.events.segments import Segment, SegmentKind, SegmentWriter

SMALL_ROWS = 100_000
FEWEST = 32  # a row of so many small ones is worth a rewrite


def compact(log: EventLog, *, fewest: int = FEWEST, small_rows: int = SMALL_ROWS) -> int:
    """Write small sealed segments together, and return how many were replaced.

    Only segments that the same builds hold go together: in those builds the new segment takes their place, so what is
    built stays built. Killed anywhere, either the old ones are live or the new one is.

    Raises:
        LogBusy: An import or undo is being written.
        DamagedSegment: One of them is damaged; it is never copied into a sound one.
    """
    with log.writing(), held(log.directory / "store" / "build.lock") as alone:
        if not alone:
            return 0  # a build reads the old files now; another time
        return sum(_compact(log, kind, fewest, small_rows) for kind in (SegmentKind.EVENTS, SegmentKind.LINKS))


def _compact(log: EventLog, kind: SegmentKind, fewest: int, small_rows: int) -> int:
    builds = defaultdict(set)
    for row in log.connection.execute("select build, segment from build_segment"):
        builds[row["segment"]].add(row["build"])
    groups: dict[frozenset[int], list[Segment]] = defaultdict(list)
    for segment in log.segments(kind):
        if segment.import_id == COLLECTED and segment.rows < small_rows and builds[segment.id]:
            groups[frozenset(builds[segment.id])].append(segment)
    replaced = 0
    for built, segments in groups.items():
        if len(segments) >= fewest:
            _replace(log, kind, segments, built)
            replaced += len(segments)
    return replaced


def _replace(log: EventLog, kind: SegmentKind, segments: list[Segment], built: frozenset[int]) -> None:
    paths = log.sound_or_refuse(segments)
    fault.point("compact.begun")
    with SegmentWriter(lambda: log.new_segment(kind, COLLECTED)) as writer:
        for path in paths:
            writer.write(pq.read_table(path))
    if writer.rows != sum(segment.rows for segment in segments):
        raise AssertionError(f"{writer.rows} rows were written of {sum(segment.rows for segment in segments)}")
    fault.point("compact.before_commit")
    old = [(segment.id,) for segment in segments]
    with log.transaction() as connection:
        make_live(connection, writer.finished)
        connection.executemany("update segment set state = 'withdrawn' where id = ?", old)
        connection.executemany("delete from build_segment where segment = ?", old)
        connection.executemany(
            "insert into build_segment (build, segment) values (?, ?)",
            [(build, segment.id) for build in built for segment in writer.finished],
        )
    fault.point("compact.after_commit")
