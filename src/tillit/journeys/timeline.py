"""One person's whole life as events, with where each came from."""

from __future__ import annotations

import base64
import binascii
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tillit.engine.duckdb_engine import duckdb_engine
from tillit.engine.statement import load_statement
from tillit.errors import QueryError
from tillit.events.told import is_with_people, month_of
from tillit.journeys.decode import decoded_events
from tillit.journeys.store import Bucket, OrderedStore, public_pseudonym
from tillit.journeys.view import View
from tillit.sentences import sentence

_HEX_DIGITS = 12  # of the 50 bits in a pseudonym, the 48 that are whole hexadecimal digits


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One event in full; `journey` is the number of the person's journey that it stands in."""

    journey: int
    event_id: str
    source: str
    origin_row: int  # 1 = the first row of data in the file; 0 = not from a file
    occurred_at: int
    sequence: int
    received_at: int
    subject_kind: str
    activity: str
    channel: str
    function: str
    actor: str
    amount_minor: int | None
    margin_minor: int | None
    currency: str | None
    place: str | None
    campaign: str | None
    object: str | None
    properties: str | None  # a JSON object

    @property
    def by_month(self) -> bool:
        """Whether only the event's month is told, as `told` does; such an event has no id."""
        return not self.event_id


def timeline(view: View, person: str) -> tuple[TimelineRow, ...]:
    """All events of one person, oldest first, cut into journeys by the view's rule; its selection plays no part.

    Args:
        view: Whose store and rule.
        person: A public pseudonym.

    Raises:
        QueryError: The store has no such person (any more), or nothing of the person may be shown for this purpose.
    """
    codes, details, allowed = _person(view, person)
    if not allowed.any():
        raise QueryError(
            sentence(
                "all {count} events of '{person}' are withheld: this customer has said no to it, or has not said yes",
                count=len(allowed),
                person=person,
            )
        )
    codes = codes.filter(pa.array(allowed))
    events = decoded_events(codes, details.filter(pa.array(allowed)), view.names)
    numbers = view.journey_numbers(codes["activity"].to_numpy(), codes["occurred_at"].to_numpy())
    shown = [field.name for field in fields(TimelineRow) if field.name != "journey"]
    rows = events.select(shown).to_pylist()
    return tuple(TimelineRow(journey=int(number), **row) for number, row in zip(numbers, rows, strict=True))


def told(rows: Sequence[TimelineRow], shown_places: Mapping[str, str]) -> tuple[TimelineRow, ...]:
    """A timeline as it may be shown to the team: what people took part in, and the way to their sales, by the month.

    Args:
        rows: As `timeline` gives them.
        shown_places: What each place is shown as; one that is not named is not shown.
    """
    met = [is_with_people(row.channel, row.place, row.actor, row.function) for row in rows]
    # In order with events of known hours, a sale would have a known hour too.
    sold = {row.journey for row, with_people in zip(rows, met, strict=True) if with_people and row.amount_minor}
    return tuple(
        _by_month(row, shown_places) if with_people or row.journey in sold else row
        for row, with_people in zip(rows, met, strict=True)
    )


def _by_month(row: TimelineRow, shown_places: Mapping[str, str]) -> TimelineRow:
    month = int(month_of(np.array([row.occurred_at]))[0])
    return replace(
        row,
        event_id="",
        origin_row=0,
        occurred_at=month,
        received_at=month,
        sequence=0,
        place=shown_places.get(row.place) if row.place else None,
        object=None,
        properties=None,
    )


def withheld_events(view: View, person: str) -> int:
    """How many of one person's events may not be shown for the view's purpose at this moment.

    Raises:
        QueryError: The store has no such person (any more).
    """
    return int((~_person(view, person)[2]).sum())


def life_of(view: View, code: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """One person's events in order, as far as they may be read: codes of activities, and times in microseconds UTC.

    Args:
        view: Whose store, for which purpose.
        code: The person's internal code.
    """
    codes, _, allowed = _rows(view, code)
    return codes["activity"].to_numpy()[allowed].astype(np.int32), codes["occurred_at"].to_numpy()[allowed]


def _person(view: View, person: str) -> tuple[pa.Table, pa.Table, NDArray[np.bool_]]:
    """A person's rows of the events and the details file, and for each whether it may be shown now."""
    return _rows(view, person_code(view.store, person))


def _rows(view: View, code: int) -> tuple[pa.Table, pa.Table, NDArray[np.bool_]]:
    bucket = next(b for b in view.store.buckets if b.first_person <= code < b.first_person + b.persons)
    begin, end = _rows_of(bucket, code)
    codes, details = bucket.read_rows("events", begin, end), bucket.read_rows("details", begin, end)
    activity = codes["activity"].to_numpy()
    return codes, details, view.permission.persons.allowed(details["subject"], activity, view.names)


def person_code(store: OrderedStore, person: str) -> int:
    """The internal code behind a pseudonym; of a touched person, the one in the delta.

    Raises:
        QueryError: The store has no such person (any more).
    """
    if person in store.codes_found:
        return store.codes_found[person]
    try:
        digest = base64.b32decode(person.upper() + "=" * (-len(person) % 8))
    except (binascii.Error, ValueError):
        digest = b""
    if len(person) == 10 and len(digest) == 6:
        for row in _persons_like(store, digest.hex()[:_HEX_DIGITS]):
            if public_pseudonym(row["oldest_subject"]) == person and not store.is_replaced(row["person"]):
                return store.codes_found.setdefault(person, int(row["person"]))
    raise QueryError(
        sentence(
            "no person '{person}' is in this store; the name changes when older events of the same person arrive, "
            "so open the person again from a list of journeys",
            person=person,
        )
    )


def _persons_like(store: OrderedStore, hex_prefix: str) -> list[dict[str, Any]]:
    """Code and oldest subject of those whose public digest begins like this."""
    statement = load_statement("tillit.journeys", "persons_by_pseudonym")
    found: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as spill, duckdb_engine([], spill=Path(spill)) as engine:
        for bucket in store.buckets:  # by bucket, so that memory holds one
            engine.offer("persons", bucket.read("persons", ["person", "oldest_subject"]))
            found += engine.fetch(statement, {"hex_prefix": hex_prefix}).to_pylist()
    return found


def _rows_of(bucket: Bucket, code: int) -> tuple[int, int]:
    lengths = bucket.read("persons", ["events"])[0].to_numpy()
    place = code - bucket.first_person
    begin = int(lengths[:place].sum())
    return begin, begin + int(lengths[place])
