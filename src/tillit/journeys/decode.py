"""From a bucket's codes back to events as they came in."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from tillit.events.contract import EVENT_SCHEMA
from tillit.events.currencies import UNNAMED
from tillit.journeys.format import CODED_COLUMNS, NO_CODE
from tillit.journeys.traces import Names


def decoded_events(events: pa.Table, details: pa.Table, names: Names) -> pa.Table:
    """Rows of EVENT_SCHEMA from the same rows of a bucket's two files."""
    columns = {column: details[column] for column in details.column_names}
    for column in CODED_COLUMNS:
        codes = events[column]
        present = pc.if_else(pc.equal(codes, NO_CODE), None, codes)
        columns[column] = pa.array(getattr(names, column), pa.string()).take(present)
    columns["occurred_at"] = events["occurred_at"]
    columns["amount_minor"] = pc.if_else(pc.is_valid(columns["currency"]), events["amount_minor"], None)
    columns["currency"] = pc.if_else(pc.equal(columns["currency"], UNNAMED), None, columns["currency"])
    return pa.table([columns[field.name] for field in EVENT_SCHEMA], schema=EVENT_SCHEMA)
