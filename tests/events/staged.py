"""Staged parts for tests of the log: few named people, made by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tillit.events.contract import EVENT_SCHEMA, LINK_SCHEMA
from tillit.events.log import EventLog
from tillit.events.publishing import StagedParts
from tillit.events.segments import SegmentKind


@dataclass(frozen=True, slots=True)
class Event:
    """Who did what; the rest of an event is the same for all."""

    event_id: str
    person: str
    activity: str
    row: int = 1
    linked: str | None = None  # another identifier in the same row


def subject(person: str) -> bytes:
    return hashlib.sha256(person.encode()).digest()[:16]


def stage_events(folder: Path, events: Sequence[Event]) -> StagedParts:
    """Write the events, and a link for each that has one, as staging would."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        {
            "event_id": event.event_id,
            "source": "file",
            "occurred_at": 1_000_000 * len(event.activity),
            "sequence": event.row,
            "received_at": 5,
            "clock_skew": 0,
            "subject": subject(event.person),
            "subject_kind": "email",
            "activity": event.activity,
            "channel": "web",
            "function": "sales",
            "actor": "customer",
            "origin_row": event.row,
        }
        for event in events
    ]
    links = [
        {
            "left": subject(event.person),
            "left_kind": "email",
            "right": subject(event.linked),
            "right_kind": "order",
            "rule": "same row",
            "event_id": event.event_id,
            "source": "file",
            "occurred_at": 1_000_000 * len(event.activity),
        }
        for event in events
        if event.linked is not None
    ]
    pq.write_table(pa.Table.from_pylist(rows, EVENT_SCHEMA), folder / "events.parquet")
    pq.write_table(pa.Table.from_pylist(links, LINK_SCHEMA), folder / "links.parquet")
    return StagedParts(events=(folder / "events.parquet",), links=(folder / "links.parquet",))


def ids_in(log: EventLog) -> list[str]:
    """The event ids that a reader of the log sees, sorted; twice if it is there twice."""
    return sorted(
        event_id
        for path in log.sound(SegmentKind.EVENTS)
        for event_id in pq.read_table(path, columns=["event_id"])["event_id"].to_pylist()
    )


def contents(log: EventLog) -> set[tuple[str, str]]:
    """(event id, activity) of every event a reader sees."""
    return {
        (row["event_id"], row["activity"])
        for path in log.sound(SegmentKind.EVENTS)
        for row in pq.read_table(path, columns=["event_id", "activity"]).to_pylist()
    }


def linked_ids(log: EventLog) -> list[str]:
    """The event ids of the links that a reader of the log sees, sorted."""
    return sorted(
        event_id
        for path in log.sound(SegmentKind.LINKS)
        for event_id in pq.read_table(path, columns=["event_id"])["event_id"].to_pylist()
    )
