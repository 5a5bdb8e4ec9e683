"""Exempelbutiken at any size in a data directory, and a way to see what its customers truly met before they bought."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.journeys.logs import RECEIVED_AT, subject_of
from tests.web.insight.small_shop import fill_from
from tillit.events.contract import EVENT_SCHEMA
from tillit.simulate.company import Company, simulate
from tillit.vocabulary import ACTIVITY_BY_NAME


def company(customers: int) -> Company:
    """The simulated company with so many customers, the same each time."""
    return simulate(np.random.default_rng(customers), customers=customers)


def fill_company(data: Path, found: Company) -> None:
    """Bring its happenings in as events, without the detour of its files."""
    rows = []
    for number, happening in enumerate(found.happenings):
        known = ACTIVITY_BY_NAME[happening.activity]
        is_order = happening.activity == "order_completed"
        rows.append(
            {
                "event_id": f"e{number:06d}",
                "source": "file",
                "occurred_at": happening.at * 1_000_000,
                "sequence": 0,
                "received_at": RECEIVED_AT,
                "clock_skew": 0,
                "subject": subject_of(f"customer {happening.customer}"),
                "subject_kind": "customer",
                "activity": happening.activity,
                "channel": happening.channel,
                "function": known.function.value,
                "actor": known.actor.value,
                "amount_minor": happening.price_minor if is_order else None,
                "currency": "SEK" if is_order else None,
                "place": happening.place,
                "campaign": happening.campaign,
                "properties": "{}",
                "origin_row": number + 1,
            }
        )
    path = data / "events.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=EVENT_SCHEMA), path)
    fill_from(data, path)
