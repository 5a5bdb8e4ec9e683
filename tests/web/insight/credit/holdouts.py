"""A company that left e-mail out by lot for every second of 4,000 customers, and sold more than 3,000 times."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.journeys.logs import RECEIVED_AT, subject_of
from tests.web.insight.small_shop import fill_from
from tillit.events.contract import EVENT_SCHEMA

CUSTOMERS = 4_000
WITH_EMAIL, WITHOUT = 9, 7  # of ten buy
MINUTE = 60_000_000


def fill_with_holdout(data: Path, *, customers: int = CUSTOMERS) -> None:
    """Those with e-mail met it and an ad, the others the ad alone; who was drawn stands on the first event."""
    rows: list[dict[str, object]] = []
    for customer in range(customers):
        withheld = customer % 2 == 0
        buys = customer // 2 % 10 < (WITHOUT if withheld else WITH_EMAIL)
        steps = [("page_viewed", "paid_search"), *([] if withheld else [("page_viewed", "email")])]
        steps += [("order_completed", "web")] if buys else []
        for place, (activity, channel) in enumerate(steps):
            is_order = activity == "order_completed"
            rows.append(
                {
                    "event_id": f"{customer}-{place}",
                    "source": "file",
                    "occurred_at": (customer * 30 + place) * MINUTE,
                    "sequence": 0,
                    "received_at": RECEIVED_AT,
                    "clock_skew": 0,
                    "subject": subject_of(f"customer {customer}"),
                    "subject_kind": "customer",
                    "activity": activity,
                    "channel": channel,
                    "function": "sales",
                    "actor": "customer",
                    "amount_minor": 10_000 if is_order else None,
                    "currency": "SEK" if is_order else None,
                    "properties": f'{{"holdout":"email={int(withheld)}","utm_content":"button {customer % 3}"}}',
                    "origin_row": len(rows) + 1,
                }
            )
    path = data / "events.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=EVENT_SCHEMA), path)
    fill_from(data, path)
