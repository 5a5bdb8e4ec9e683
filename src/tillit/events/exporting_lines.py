"""Every event of a log as JSON Lines: one object an event, in the contract's own words, for programs."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq

from tillit.engine.duckdb_engine import duckdb_engine
from tillit.events.contract import EVENT_SCHEMA
from tillit.events.log import EventLog
from tillit.events.segments import SegmentKind
from tillit.events.subject import HASHED
from tillit.events.told import write_told

_BATCH_ROWS = 65_536


def told_lines(
    log: EventLog, *, shown_places: Mapping[str, str], salt: str, withheld: Collection[bytes] = ()
) -> Iterator[bytes]:
    """As `event_lines`, with events with people told by the month, as `write_told` says.

    Raises:
        DamagedSegment: Part of the log cannot be read; no line was given.
    """
    segments = log.sound_or_refuse(log.segments(SegmentKind.EVENTS))
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told.parquet"
        with duckdb_engine([log.directory / "log"], spill=Path(folder)) as engine:
            engine.offer("events", segments or EVENT_SCHEMA.empty_table())
            write_told(engine, told, shown_places=shown_places, salt=salt, withheld=withheld)
        yield from _lines([told])


def event_lines(log: EventLog) -> Iterator[bytes]:
    """One JSON object for each event, each once: the columns of EVENT_SCHEMA, those without a value left out.

    `occurred_at` and `received_at` are microseconds UTC, `subject` is `hashed:` and 32 digits, `properties` an object.

    Raises:
        DamagedSegment: Part of the log cannot be read; no line was given.
    """
    return _lines(log.sound_or_refuse(log.segments(SegmentKind.EVENTS)))


def _lines(paths: Sequence[Path]) -> Iterator[bytes]:
    encode = msgspec.json.Encoder().encode
    for path in paths:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(_BATCH_ROWS, columns=EVENT_SCHEMA.names):
                yield from (encode(_plain(event)) + b"\n" for event in batch.to_pylist())


def _plain(event: dict[str, Any]) -> dict[str, Any]:
    line = {name: value for name, value in event.items() if value is not None}
    line["subject"] = HASHED + event["subject"].hex()
    if "properties" in line:
        line["properties"] = msgspec.Raw(line["properties"].encode())
    return line
