"""Hot rows: collected events that no segment holds yet, as few bytes in a database and as tables for a segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import pyarrow as pa

from tillit.events.contract import EVENT_SCHEMA, LINK_SCHEMA


@dataclass(frozen=True, slots=True)
class HotRow:
    """An accepted event that is not sealed yet, packed, with the clear values it named. Ids grow; rows never change."""

    id: int
    event: bytes
    contacts: bytes  # msgpack of (subject, kind, clear value); empty without any


class HotLink(msgspec.Struct, frozen=True, array_like=True):
    """Another identifier of the same call, tied to the event's subject."""

    subject: bytes  # 16
    kind: str
    rule: str


class HotEvent(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """One event in the words of `contract.EVENT_SCHEMA`, with its links. New fields go last, with a default."""

    event_id: str
    source: str
    occurred_at: int
    received_at: int
    clock_skew: int
    subject: bytes
    subject_kind: str
    activity: str
    channel: str
    function: str
    actor: str
    amount_minor: int | None = None
    margin_minor: int | None = None
    currency: str | None = None
    place: str | None = None
    campaign: str | None = None
    object: str | None = None
    properties: str | None = None
    links: tuple[HotLink, ...] = ()
    sequence: int = 0
    origin_row: int = 0


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(HotEvent)


def pack(event: HotEvent) -> bytes:
    """The event as bytes."""
    return _ENCODER.encode(event)


def unpack(packed: bytes) -> HotEvent:
    """The event that `pack` wrote."""
    return _DECODER.decode(packed)


def event_table(events: Sequence[HotEvent]) -> pa.Table:
    """The events as rows of EVENT_SCHEMA, in their order."""
    columns = [pa.array([getattr(event, field.name) for event in events], field.type) for field in EVENT_SCHEMA]
    return pa.table(columns, schema=EVENT_SCHEMA)


def link_table(events: Sequence[HotEvent]) -> pa.Table:
    """Their links as rows of LINK_SCHEMA."""
    rows = [
        {
            "left": event.subject,
            "left_kind": event.subject_kind,
            "right": link.subject,
            "right_kind": link.kind,
            "rule": link.rule,
            "event_id": event.event_id,
            "source": event.source,
            "occurred_at": event.occurred_at,
        }
        for event in events
        for link in event.links
    ]
    return pa.Table.from_pylist(rows, schema=LINK_SCHEMA)
