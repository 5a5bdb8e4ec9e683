"""The event contract: what one event is, in Arrow, wherever it came from and wherever it goes.

Times are microseconds since 1970 in UTC, money is minor units with an ISO 4217 code, and neither is ever a float.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

# Every order of one person's events is by these three, and by nothing else.
EVENT_ORDER = ("occurred_at", "sequence", "event_id")

EVENT_SCHEMA = pa.schema(
    [
        pa.field("event_id", pa.string(), nullable=False),  # unique together with source
        pa.field("source", pa.string(), nullable=False),
        pa.field("occurred_at", pa.int64(), nullable=False),
        pa.field("sequence", pa.int64(), nullable=False),  # 0 unless the file's order says so
        pa.field("received_at", pa.int64(), nullable=False),
        pa.field("clock_skew", pa.int64(), nullable=False),  # microseconds; 0 for files
        pa.field("subject", pa.binary(16), nullable=False),  # see events.subject
        pa.field("subject_kind", pa.string(), nullable=False),  # vocabulary.IdentifierKind
        pa.field("activity", pa.string(), nullable=False),
        pa.field("channel", pa.string(), nullable=False),
        pa.field("function", pa.string(), nullable=False),
        pa.field("actor", pa.string(), nullable=False),
        pa.field("amount_minor", pa.int64()),
        pa.field("margin_minor", pa.int64()),
        pa.field("currency", pa.string()),
        pa.field("place", pa.string()),
        pa.field("campaign", pa.string()),
        pa.field("object", pa.string()),
        pa.field("properties", pa.string()),  # the rest as a JSON object
        pa.field("origin_row", pa.int64(), nullable=False),  # 1 = first row of data in the file; 0 = not from a file
    ]
)

# Two identifiers met in one event. Persons are the connected components of accepted links.
LINK_SCHEMA = pa.schema(
    [
        pa.field("left", pa.binary(16), nullable=False),
        pa.field("left_kind", pa.string(), nullable=False),
        pa.field("right", pa.binary(16), nullable=False),
        pa.field("right_kind", pa.string(), nullable=False),
        pa.field("rule", pa.string(), nullable=False),
        pa.field("event_id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("occurred_at", pa.int64(), nullable=False),
    ]
)

# Clear e-mails, phones and names go to the contact store and nowhere else.
CONTACT_SCHEMA = pa.schema(
    [
        pa.field("subject", pa.binary(16), nullable=False),
        pa.field("kind", pa.string(), nullable=False),  # an IdentifierKind, or "name"
        pa.field("value", pa.string(), nullable=False),
    ]
)

# What a customer said yes or no to, as a file reports it; consents, not events.
ANSWER_SCHEMA = pa.schema(
    [
        pa.field("origin_row", pa.int64(), nullable=False),  # 1 = first row of data in the file
        pa.field("subjects", pa.list_(pa.binary(16)), nullable=False),  # every identifier of the row
        pa.field("purpose", pa.string(), nullable=False),  # one of vocabulary.ASKED_FOR
        pa.field("channel", pa.string()),  # a ContactChannel; with marketing and nothing else
        pa.field("granted", pa.bool_(), nullable=False),
        pa.field("wording", pa.string(), nullable=False),  # the version of the words; "" where none is given
        pa.field("language", pa.string(), nullable=False),
        pa.field("where", pa.string(), nullable=False),
        pa.field("said_at", pa.int64(), nullable=False),
    ]
)

# A row that was not taken, as it was, with the reason.
REJECTED_SCHEMA = pa.schema(
    [
        pa.field("origin_row", pa.int64(), nullable=False),
        pa.field("code", pa.string(), nullable=False),  # stable, for programs: "time_missing", "amount_unreadable", …
        pa.field("reason", pa.string(), nullable=False),  # for people: what was found and what to do
        pa.field("raw", pa.list_(pa.string()), nullable=False),  # the cells as they stood
    ]
)


@dataclass(frozen=True, slots=True)
class EventBatch:
    """A stretch of a file after its mapping.

    `rows` counts the file's data rows in this stretch; each ended either in at least one event, in no event because
    the mapping says that an empty time gives none (`rows_without_event`), or in `rejected`.
    """

    events: pa.Table
    links: pa.Table
    contacts: pa.Table
    rejected: pa.Table
    rows: int
    rows_without_event: int
