"""Every event of a log as JSON Lines: one object an event, in the contract's own words, for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pyarrow.parquet as pq

from tillit.events.contract import EVENT_SCHEMA
from tillit.events.log import EventLog
from tillit.events.segments import SegmentKind
from tillit.events.subject import HASHED

_BATCH_ROWS = 65_536


def event_lines(log: EventLog) -> Iterator[bytes]:
    """One JSON object for each event, each once: the columns of EVENT_SCHEMA, those without a value left out.

    `occurred_at` and `received_at` are microseconds UTC, `subject` is `hashed:` and 32 digits, `properties` an object.

    Raises:
        DamagedSegment: Part of the log cannot be read; no line was given.
    """
    encode = msgspec.json.Encoder().encode
    for path in log.sound_or_refuse(log.segments(SegmentKind.EVENTS)):
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(_BATCH_ROWS, columns=EVENT_SCHEMA.names):
                yield from (encode(_plain(event)) + b"\n" for event in batch.to_pylist())


def _plain(event: dict[str, Any]) -> dict[str, Any]:
    line = {name: value for name, value in event.items() if value is not None}
    line["subject"] = HASHED + event["subject"].hex()
    if "properties" in line:
        line["properties"] = msgspec.Raw(line["properties"].encode())
    return line
