"""One customer's timeline: journeys, events with their gaps, and for each event everything that we know of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext as _

from tillit.journeys.timeline import TimelineRow
from tillit.vocabulary import Stage
from tillit_web.insight.words import actor_label, channel_label, function_label, place_label
from tillit_web.ui.identifiers import identifier_label
from tillit_web.ui.templatetags.tillit import local_time, money

SECOND_MICROS = 1_000_000
GAP_SECONDS = 86_400  # a pause of a day or longer is told between two events
VISIT_SECONDS = 1_800  # a longer pause ends a visit, and with it a run
RUN_FROM = 3  # two of the same are as quickly read as their sum
ROWS = 200  # events on one page


@dataclass(frozen=True, slots=True)
class EventRow:
    event: TimelineRow
    place: int  # among all of the customer's events, from 1
    stage: Stage | None
    gap_seconds: float | None  # since the event before it, where that is long enough to tell
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class EventRun:
    """Events that read as one line: a single one, or the same thing again and again within one visit."""

    rows: tuple[EventRow, ...]

    @property
    def first(self) -> EventRow:
        return self.rows[0]

    @property
    def last(self) -> EventRow:
        return self.rows[-1]

    @property
    def times(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class JourneyPart:
    """The events of one journey that stand on this page."""

    number: int
    first_at: int
    by_month: bool  # its first event is told by the month
    length_seconds: float  # 0 where it is not told
    reached_goal: bool
    gap_seconds: float | None  # since the journey before it
    runs: tuple[EventRun, ...]


@dataclass(frozen=True, slots=True)
class CustomerPage:
    events: int
    total_journeys: int
    first_at: int
    last_at: int
    by_month: bool  # one of the two is told by the month
    journeys: tuple[JourneyPart, ...]
    first: int  # places of the first and last event on this page
    last: int

    @property
    def day_form(self) -> str:
        """How its first and last moment are written."""
        return "month" if self.by_month else "day"


def customer_page(
    rows: Sequence[TimelineRow], *, goal: str, stage_of: Mapping[str, Stage], offset: int = 0
) -> CustomerPage:
    """A page of the timeline, oldest first; journeys that stand across two pages say so by their events.

    Args:
        rows: All events of the customer, at least one.
        goal: The company's goal activity.
        offset: How many events come before the page.
    """
    numbered = list(enumerate(rows, start=1))
    parts = []
    for number, group in groupby(numbered[offset : offset + ROWS], key=lambda item: item[1].journey):
        own = [row for row in rows if row.journey == number]
        before = next((row for row in reversed(rows) if row.journey == number - 1), None)
        parts.append(
            JourneyPart(
                number=number,
                first_at=own[0].occurred_at,
                by_month=own[0].by_month,
                length_seconds=_gap(own[0], own[-1]) or 0.0,
                reached_goal=any(row.activity == goal for row in own),
                gap_seconds=_gap(before, own[0]) if before else None,
                runs=tuple(_runs([_event(rows, place, row, stage_of) for place, row in group])),
            )
        )
    return CustomerPage(
        events=len(rows),
        total_journeys=len({row.journey for row in rows}),
        first_at=rows[0].occurred_at,
        last_at=rows[-1].occurred_at,
        by_month=rows[0].by_month or rows[-1].by_month,
        journeys=tuple(parts),
        first=offset + 1,
        last=min(offset + ROWS, len(rows)),
    )


def _event(rows: Sequence[TimelineRow], place: int, row: TimelineRow, stage_of: Mapping[str, Stage]) -> EventRow:
    before = rows[place - 2] if place > 1 else None
    gap = _gap(before, row) if before and before.journey == row.journey else None
    told = gap if gap is not None and gap >= GAP_SECONDS else None
    return EventRow(row, place, stage_of.get(row.activity), told, facts_of(row))


def _runs(rows: Sequence[EventRow]) -> Iterator[EventRun]:
    """All rows in their order, those that repeat each other as one run."""
    begin = 0
    for end in range(1, len(rows) + 1):
        if end < len(rows) and _repeats(rows[end - 1].event, rows[end].event):
            continue
        if end - begin >= RUN_FROM:
            yield EventRun(tuple(rows[begin:end]))
        else:
            yield from (EventRun((row,)) for row in rows[begin:end])
        begin = end


def _repeats(before: TimelineRow, after: TimelineRow) -> bool:
    """Whether the same happened again in the same visit; what moved money is always told on its own."""
    return (
        (before.activity, before.actor, before.channel, before.place)
        == (after.activity, after.actor, after.channel, after.place)
        and before.amount_minor is None
        and after.amount_minor is None
        and not before.by_month
        and not after.by_month
        and _seconds(before, after) < VISIT_SECONDS
    )


def _gap(before: TimelineRow, after: TimelineRow) -> float | None:
    """None where one of the two is told by the month."""
    return None if before.by_month or after.by_month else _seconds(before, after)


def _seconds(before: TimelineRow, after: TimelineRow) -> float:
    return (after.occurred_at - before.occurred_at) / SECOND_MICROS


def facts_of(row: TimelineRow) -> tuple[tuple[str, str], ...]:
    """Everything about one event, in the order a person asks: when, by whom, about what, and where it came from."""
    origin = (
        _("%(source)s, row %(row)d") % {"source": row.source, "row": row.origin_row} if row.origin_row else row.source
    )
    facts = (
        (_("Time"), local_time(row.occurred_at, "month" if row.by_month else "medium")),
        (_("Name in the data"), row.activity),
        (_("By"), actor_label(row.actor)),
        (_("Channel"), channel_label(row.channel)),
        (_("Function"), function_label(row.function)),
        (_("Place"), place_label(row.place) if row.place else None),
        (_("Campaign"), row.campaign),
        (_("About"), row.object),
        (_("Amount"), money(row.amount_minor, row.currency) if row.amount_minor is not None else None),
        (_("Margin"), money(row.margin_minor, row.currency) if row.margin_minor is not None else None),
        *_properties(row.properties),
        (_("Known by"), identifier_label(row.subject_kind)),
        (_("Came from"), origin),
        (_("Received"), None if row.by_month else local_time(row.received_at, "medium")),
        (_("Event id"), row.event_id),
    )
    return tuple((name, value) for name, value in facts if value)


def _properties(text: str | None) -> tuple[tuple[str, str], ...]:
    """The rest that came with the event, under its own names."""
    if not text:
        return ()
    found = json.loads(text)
    if not isinstance(found, dict):
        return ()
    return tuple(
        (str(name), value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for name, value in found.items()
        if value not in (None, "", [], {})
    )
