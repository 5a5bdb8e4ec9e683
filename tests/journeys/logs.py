"""Made-up event logs: what tests of the ordered store and its kernels start from."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from tillit.events.contract import EVENT_SCHEMA, LINK_SCHEMA
from tillit.journeys.build import build_store
from tillit.journeys.store import OrderedStore
from tillit.journeys.view import CaseRule, Selection, View
from tillit.vocabulary import Purpose

MINUTE = 60 * 1_000_000
DAY = 24 * 60 * MINUTE

# Now: what came long ago ends by itself while a story reads it.
RECEIVED_AT = time.time_ns() // 1000


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a made-up log; `who` is a name, made into a subject by `subject_of`."""

    who: str
    at: int
    activity: str
    id: str
    channel: str = "web"
    place: str | None = None
    amount_minor: int | None = None
    currency: str | None = "SEK"  # of the amount, where there is one
    sequence: int = 0
    query: str | None = None  # what was searched for
    actor: str = "customer"


@dataclass(frozen=True, slots=True)
class Link:
    left: str
    right: str


def subject_of(who: str) -> bytes:
    return hashlib.sha256(who.encode()).digest()[:16]


def log(*rows: tuple[str, int, str]) -> list[Event]:
    """Events from (who, minute, activity), with ids in the order given."""
    return [
        Event(who, minute * MINUTE, activity, f"e{index:04d}") for index, (who, minute, activity) in enumerate(rows)
    ]


def _properties(event: Event) -> str:
    said = {"n": event.id} | ({} if event.query is None else {"query": event.query})
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def write_events(path: Path, events: Sequence[Event], *, received_at: int = RECEIVED_AT) -> Path:
    rows = [
        {
            "event_id": event.id,
            "source": "file",
            "occurred_at": event.at,
            "sequence": event.sequence,
            "received_at": received_at,
            "clock_skew": 0,
            "subject": subject_of(event.who),
            "subject_kind": "customer",
            "activity": event.activity,
            "channel": event.channel,
            "function": "sales",
            "actor": event.actor,
            "amount_minor": event.amount_minor,
            "currency": None if event.amount_minor is None else event.currency,
            "place": event.place,
            "properties": _properties(event),
            "origin_row": index + 1,
        }
        for index, event in enumerate(events)
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=EVENT_SCHEMA), path)
    return path


def write_links(path: Path, links: Sequence[Link]) -> Path:
    rows = [
        {
            "left": subject_of(link.left),
            "left_kind": "anonymous",  # weak: what these tests link is one person, and identity's own tests ask when
            "right": subject_of(link.right),
            "right_kind": "anonymous",
            "rule": "same row",
            "event_id": f"l{index}",
            "source": "file",
            "occurred_at": 0,
        }
        for index, link in enumerate(links)
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=LINK_SCHEMA), path)
    return path


def store_of(
    folder: Path, events: Sequence[Event], links: Sequence[Link] = (), *, events_a_bucket: int = 3
) -> OrderedStore:
    """A store of these events; so few to a bucket that every test crosses buckets."""
    folder.mkdir(parents=True, exist_ok=True)
    build_store(
        [write_events(folder / "events.parquet", events)] if events else [],
        [write_links(folder / "links.parquet", links)] if links else [],
        folder / "store",
        events_a_bucket=events_a_bucket,
    )
    return OrderedStore.open(folder / "store")


def view_of(
    folder: Path,
    events: Sequence[Event],
    *,
    rule: CaseRule = CaseRule(),  # noqa: B008 - a frozen value
    selection: Selection = Selection(),  # noqa: B008
) -> View:
    return View(store_of(folder, events), rule, selection, purpose=Purpose.MEASUREMENT)


def histories(events: Sequence[Event], person_of: dict[str, str] | None = None) -> list[list[Event]]:
    """Each person's events in order, by a plain loop: the independent reading that kernels are held against."""
    persons: dict[str, list[Event]] = {}
    for event in events:
        persons.setdefault((person_of or {}).get(event.who, event.who), []).append(event)
    return [sorted(history, key=lambda event: (event.at, event.sequence, event.id)) for history in persons.values()]


ACTIVITY_NAMES = (
    "page_viewed",
    "product_viewed",
    "checkout_started",
    "order_completed",
    "order_delivered",
    "ticket_opened",
)


@st.composite
def logs(draw: st.DrawFn, *, max_events: int = 30) -> list[Event]:
    """Few persons, few distinct times: equal times, pauses of exactly a limit and empty logs all come up."""
    count = draw(st.integers(0, max_events))
    events = [
        Event(
            who=draw(st.sampled_from(("Ana", "Bo", "Cy", "Di"))),
            at=draw(st.integers(0, 6)) * draw(st.sampled_from((MINUTE, 30 * MINUTE, DAY))),
            activity=draw(st.sampled_from(ACTIVITY_NAMES)),
            id="",
            channel=draw(st.sampled_from(("web", "store", "phone"))),
            place=draw(st.sampled_from((None, "Malmö", "Oslo"))),
            amount_minor=draw(st.sampled_from((None, 0, 1999))),
            currency=draw(st.sampled_from(("SEK", None))),
            sequence=draw(st.integers(0, 1)),
        )
        for _ in range(count)
    ]
    ids = draw(st.permutations(range(count)))
    return [replace(event, id=f"e{number:03d}") for event, number in zip(events, ids, strict=True)]
