"""A made-up shop with teams at places, for tests of sales and statements: events that say who did what where."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.journeys.logs import DAY, Event, write_events
from tillit.events.contract import EVENT_SCHEMA
from tillit.journeys.build import build_store
from tillit.journeys.store import OrderedStore
from tillit.journeys.view import CaseRule, View
from tillit.vocabulary import Purpose

GOAL = "order_completed"
FUNCTION_OF = {
    "store_visited": "sales",
    "order_completed": "sales",
    "question_asked": "service",
    "ad_clicked": "marketing",
}


def shop_events(seed: int, customers: int = 60) -> list[Event]:
    """Customers who see an ad, visit a shop, ask, and buy on the web or at the till; from a counter, without chance."""
    events: list[Event] = []
    for customer in range(customers):
        state = (customer + 1) * 2_654_435_761 + seed
        at = DAY + (state % 50) * DAY // 4
        for step in range(2 + state % 7):
            state = (state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) % 2**63
            at += (state >> 20) % (9 * DAY)
            activity = ("ad_clicked", "store_visited", "question_asked", "order_completed")[(state >> 40) % 4]
            in_shop = activity == "store_visited" or (activity == GOAL and (state >> 50) % 2 == 0)
            events.append(
                Event(
                    f"customer {customer}",
                    at,
                    activity,
                    f"e{len(events):04d}",
                    channel="store"
                    if in_shop
                    else {"ad_clicked": "paid_search", "question_asked": "phone"}.get(activity, "web"),
                    place=("Malmö", "Lund", "Visby")[(state >> 45) % 3] if in_shop else None,
                    amount_minor=1_000 + (state >> 30) % 90_000 if activity == GOAL else None,
                )
            )
            del step
    return events


def view_with_functions(folder: Path, events: Sequence[Event]) -> View:
    """A view of these events, each with its activity's function."""
    table = pq.read_table(write_events(folder / "events.parquet", events))
    functions = pa.array([FUNCTION_OF[event.activity] for event in events], EVENT_SCHEMA.field("function").type)
    table = table.set_column(table.schema.get_field_index("function"), EVENT_SCHEMA.field("function"), functions)
    pq.write_table(table, folder / "teams.parquet")
    build_store([folder / "teams.parquet"], [], folder / "store", events_a_bucket=40)
    return View(OrderedStore.open(folder / "store"), CaseRule(GOAL, 30), purpose=Purpose.MEASUREMENT)
