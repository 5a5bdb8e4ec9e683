"""A shop small enough to count by hand and large enough for shares, and the way it gets into the log."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.logs import DAY, MINUTE, Event, write_events
from tillit.events.log import EventLog
from tillit.events.publishing import StagedParts, publish
from tillit_web.people.models import Company
from tillit_web.warehouse.builds import rebuild

# How customers go: their activities with the days between them, and how many go so.
WAYS: tuple[tuple[tuple[tuple[str, float], ...], int], ...] = (
    ((("page_viewed", 0), ("product_viewed", 0.01), ("order_completed", 1), ("order_delivered", 3)), 12),
    ((("page_viewed", 0), ("product_viewed", 0.01)), 14),
    ((("ad_clicked", 0), ("product_viewed", 0.02), ("question_asked", 2), ("question_answered", 4)), 9),
    ((("store_visited", 0), ("page_viewed", 1), ("store_visited", 2), ("order_completed", 0.01)), 5),
    ((("product_viewed", 0), ("product_viewed", 0.1), ("product_viewed", 0.1), ("question_asked", 5)), 4),
    ((("page_viewed", 0), ("order_completed", 0.1), ("page_viewed", 40), ("order_completed", 1)), 3),
)

Import = Callable[[list[Event]], None]


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


@pytest.fixture
def bring_in(data_directory: Path, company: Company) -> Import:
    """Publish events and build the store."""

    def publish_and_build(events: list[Event]) -> None:
        parts = StagedParts([write_events(data_directory / "events.parquet", events)], [])
        with EventLog.open(data_directory) as log:
            publish(log, "orders", parts, work=data_directory / "work")
        rebuild()

    return publish_and_build


@pytest.fixture
def small_shop(bring_in: Import) -> list[Event]:
    """The shop, imported and built."""
    events = shop()
    bring_in(events)
    return events
