"""A made market in every column that kernels read: 6,000 events of 900 persons, a third of them linked."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tillit.events.contract import EVENT_SCHEMA, LINK_SCHEMA

PERSONS = 900
EVENTS = 6_000
EVENTS_A_BUCKET = 1_500  # four buckets
ACTIVITIES = (
    "ad_clicked",
    "product_viewed",
    "price_viewed",
    "question_asked",
    "question_answered",
    "product_added",
    "checkout_started",
    "order_completed",
    "order_delivered",
    "complaint_made",
)
CHANNELS = ("web", "email", "paid_search", "phone", "store")
DAY = 86_400_000_000
FIRST_AT = 1_767_600_000_000_000  # 5 January 2026


def market(folder: Path) -> tuple[Path, Path]:
    """Write the events, in two row groups, and the links."""
    rng = np.random.default_rng(7)
    person = rng.integers(0, PERSONS, EVENTS)
    activity = rng.choice(len(ACTIVITIES), EVENTS, p=[0.08, 0.3, 0.12, 0.05, 0.04, 0.16, 0.09, 0.08, 0.05, 0.03])
    # One person in eight does all the buying, so that what was known before says something of what comes.
    order, viewed = (ACTIVITIES.index(name) for name in ("order_completed", "product_viewed"))
    buys = person % 8 == 0
    activity[(activity == order) & ~buys] = viewed
    activity[(activity == viewed) & buys] = order
    # Whole hours: many times are equal, and sequence and id must settle them.
    at = FIRST_AT + rng.integers(0, 120 * 24, EVENTS) * (DAY // 24)
    bought = activity == order
    place = rng.choice(["Oslo", "Umeå"], EVENTS)
    device = rng.integers(0, 2, EVENTS)
    rows = [
        {
            "event_id": f"e{number:05d}",
            "source": "till" if bought[number] else "web",
            "occurred_at": int(at[number]),
            "sequence": int(rng.integers(0, 2)),
            "received_at": 0,
            "clock_skew": 0,
            "subject": subject(int(person[number]), int(device[number])),
            "subject_kind": "anonymous" if device[number] else "customer",
            "activity": "holdout_assigned" if number % 50 == 3 and not bought[number] else ACTIVITIES[activity[number]],
            "channel": CHANNELS[int(rng.integers(len(CHANNELS)))],
            "function": ("sales", "marketing", "service")[int(rng.integers(3))],
            "actor": "customer",
            "amount_minor": int(rng.integers(100, 90_000)) if bought[number] else None,
            "currency": ("SEK" if number % 5 else "NOK") if bought[number] else None,
            "place": str(place[number]) if number % 3 == 0 else None,
            "campaign": "spring" if number % 7 == 0 else None,
            "properties": _properties(number, int(person[number])) if number % 2 else None,
            "origin_row": number + 1,
        }
        for number in range(EVENTS)
    ]
    links = [
        {
            "left": subject(number, 0),
            "left_kind": "customer",
            "right": subject(number, 1),
            "right_kind": "anonymous",
            "rule": "row",
            "event_id": f"e{number:05d}",
            "source": "web",
            "occurred_at": FIRST_AT,
        }
        for number in range(0, PERSONS, 3)
    ]
    events_path, links_path = folder / "events.parquet", folder / "links.parquet"
    pq.write_table(pa.Table.from_pylist(rows, EVENT_SCHEMA), events_path, row_group_size=EVENTS // 2)
    pq.write_table(pa.Table.from_pylist(links, LINK_SCHEMA), links_path)
    return events_path, links_path


def subject(person: int, device: int) -> bytes:
    return np.random.default_rng((person, device)).bytes(16)


def _properties(number: int, person: int) -> str:
    told = {"screen": "AB"[number // 2 % 2], "holdout": f"email={person % 2}", "content": str(number % 5)}
    return json.dumps(told)
