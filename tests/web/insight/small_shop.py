"""A shop small enough to count by hand and large enough for shares, and its way into a data directory."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from tests.journeys.logs import DAY, MINUTE, Event, write_events
from tillit.events.builds import make_current, new_build
from tillit.events.key import read_or_create_key
from tillit.events.log import EventLog
from tillit.events.publishing import StagedParts, publish
from tillit.events.segments import SegmentKind
from tillit.journeys.build import build_store

# How customers go: their activities with the days between them, and how many go so.
WAYS: tuple[tuple[tuple[tuple[str, float], ...], int], ...] = (
    ((("page_viewed", 0), ("product_viewed", 0.01), ("order_completed", 1), ("order_delivered", 3)), 12),
    ((("page_viewed", 0), ("product_viewed", 0.01)), 14),
    ((("ad_clicked", 0), ("product_viewed", 0.02), ("question_asked", 2), ("question_answered", 4)), 9),
    ((("store_visited", 0), ("page_viewed", 1), ("store_visited", 2), ("order_completed", 0.01)), 5),
    ((("product_viewed", 0), ("product_viewed", 0.1), ("product_viewed", 0.1), ("question_asked", 5)), 4),
    ((("page_viewed", 0), ("order_completed", 0.1), ("page_viewed", 40), ("order_completed", 1)), 3),
)


def shop() -> list[Event]:
    """The events of all customers, one beginning after another; in the shop itself at Malmö."""
    events: list[Event] = []
    customer = 0
    for steps, customers in WAYS:
        for _ in range(customers):
            at = customer * 2.5 * DAY
            for activity, days in steps:
                at += days * DAY + MINUTE
                in_shop = activity == "store_visited"
                events.append(
                    Event(
                        f"customer {customer}",
                        int(at),
                        activity,
                        f"e{len(events):04d}",
                        channel="store" if in_shop else "web",
                        place="Malmö" if in_shop else None,
                        amount_minor=19_900 if activity == "order_completed" else None,
                    )
                )
            customer += 1
    return events


def fill(data: Path, events: Sequence[Event]) -> None:
    """Publish events in a data directory and build the store, as an import does, from any process."""
    fill_from(data, write_events(data / "events.parquet", events))


def fill_from(data: Path, events: Path) -> None:
    """The same from a Parquet file of EVENT_SCHEMA."""
    read_or_create_key(data)  # an import makes it before its first event
    parts = StagedParts([events], [])
    with EventLog.open(data) as log:
        publish(log, "orders", parts, work=data / "work")
        with new_build(log) as (build, segments):
            events_of = [segment.path for segment in segments if segment.kind is SegmentKind.EVENTS]
            build_store(events_of, [], build.directory)
            make_current(log, build, made_at=time.time_ns() // 1000)
