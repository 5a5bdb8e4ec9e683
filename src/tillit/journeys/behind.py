"""The journeys behind a number: the condition that made the number, asked again, and its rows page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from tillit.errors import QueryError
from tillit.events.told import is_with_people, month_of
from tillit.journeys.numbering import numbered
from tillit.journeys.results import JourneyList, JourneyRow
from tillit.journeys.store import Bucket
from tillit.journeys.traces import Names, Traces
from tillit.journeys.view import View, activity_code
from tillit.sentences import sentence

SHOWN_ACTIVITIES = 20
SAYS_WHO = ("channel", "place", "actor", "function")  # what `is_with_people` asks of an event, in its order


class Condition(Protocol):
    """What a journey behind a number has in common: a pure function of journeys in order."""

    columns: ClassVar[tuple[str, ...]]  # the columns of `Traces` it reads besides activity and time

    def holds(self, traces: Traces, names: Names) -> NDArray[np.bool_]:
        """Shape (journeys,): does it hold for each? The traces are whole persons, as far as the view selects them."""
        ...


@runtime_checkable
class BucketCondition(Protocol):
    """A condition that must look further than at columns: into the events' properties."""

    columns: ClassVar[tuple[str, ...]]

    def holds_in(self, view: View, bucket: Bucket, traces: Traces) -> NDArray[np.bool_]:
        """Shape (journeys,): does it hold for each of the bucket's journeys?

        Raises:
            QueryError: The view is not of all journeys, as whoever reads properties needs it.
        """
        ...


AnyCondition: TypeAlias = Condition | BucketCondition


@dataclass(frozen=True, slots=True)
class Everything:
    """Every journey of the view."""

    columns: ClassVar[tuple[str, ...]] = ()

    def holds(self, traces: Traces, names: Names) -> NDArray[np.bool_]:  # noqa: ARG002 - a Condition's signature
        return np.ones(traces.journeys, np.bool_)


@dataclass(frozen=True, slots=True)
class Activity:
    """Journeys with at least one event of an activity."""

    columns: ClassVar[tuple[str, ...]] = ()
    name: str

    def holds(self, traces: Traces, names: Names) -> NDArray[np.bool_]:
        return journeys_of_rows(traces, np.flatnonzero(traces.activity == activity_code(names, self.name)))


@dataclass(frozen=True, slots=True)
class Arrow:
    """Journeys in which the target follows the source directly, at least once."""

    columns: ClassVar[tuple[str, ...]] = ()
    source: str
    target: str

    def holds(self, traces: Traces, names: Names) -> NDArray[np.bool_]:
        source, target = activity_code(names, self.source), activity_code(names, self.target)
        follows = (traces.activity[:-1] == source) & (traces.activity[1:] == target)
        follows[traces.offsets[1:-1] - 1] = False  # from one journey's last event to the next one's first
        return journeys_of_rows(traces, np.flatnonzero(follows))


@dataclass(frozen=True, slots=True)
class Start:
    """Journeys that start with an activity."""

    columns: ClassVar[tuple[str, ...]] = ()
    name: str

    def holds(self, traces: Traces, names: Names) -> NDArray[np.bool_]:
        code = activity_code(names, self.name)
        starts: NDArray[np.bool_] = traces.activity[traces.offsets[:-1]] == code
        return starts


@dataclass(frozen=True, slots=True)
class End:
    """Journeys that end with an activity."""

    columns: ClassVar[tuple[str, ...]] = ()
    name: str

    def holds(self, traces: Traces, names: Names) -> NDArray[np.bool_]:
        code = activity_code(names, self.name)
        ends: NDArray[np.bool_] = traces.activity[traces.offsets[1:] - 1] == code
        return ends


@dataclass(frozen=True, slots=True)
class VariantOf:
    """Journeys of exactly these activities in this order."""

    columns: ClassVar[tuple[str, ...]] = ()
    activities: tuple[str, ...]

    def holds(self, traces: Traces, names: Names) -> NDArray[np.bool_]:
        begins = traces.offsets[:-1]
        same: NDArray[np.bool_] = np.diff(traces.offsets) == len(self.activities)
        for place, name in enumerate(self.activities):
            same[same] = traces.activity[begins[same] + place] == activity_code(names, name)
        return same


@dataclass(frozen=True, slots=True)
class _Found:
    """The journeys of one bucket for which the condition holds, as positions among the view's journeys there."""

    bucket: Bucket
    position: NDArray[np.int64]
    person: NDArray[np.int64]
    number: NDArray[np.int32]
    first_at: NDArray[np.int64]
    by_month: NDArray[np.bool_]


def journeys_behind(view: View, condition: AnyCondition, *, offset: int = 0, limit: int = 50) -> JourneyList:
    """A page of the view's journeys for which a condition holds, newest first.

    Args:
        view: Which journeys are asked.
        condition: What they have in common.
        offset: How many rows come before the page.
        limit: At most so many rows.

    Returns:
        `total` counts all of them that may be shown now, page or not. Rows stand by their first event, the newest
        first; ties by pseudonym and number, so that no page shows a row of another.

    Raises:
        QueryError: The condition names an activity that no event has, or the page is impossible.
    """
    if offset < 0 or limit < 1:
        raise QueryError(
            sentence(
                "a page of {limit} rows from row {offset} on cannot be shown; ask for offset ≥ 0, limit ≥ 1",
                limit=limit,
                offset=offset,
            )
        )
    shown = view.of_persons()
    found = shown.map_buckets(
        lambda bucket, traces: _found(shown, bucket, traces, condition), (*condition.columns, *SAYS_WHO)
    )
    total = sum(len(part.position) for part in found)
    rows = tuple(_page(shown, found, offset, limit)) if offset < total else ()
    return JourneyList(total, rows, 0 if shown is view else max(_counted(view, condition) - total, 0))


def _counted(view: View, condition: AnyCondition) -> int:
    """How many journeys of the view a condition holds for, as its numbers count them."""
    holding = view.map_buckets(
        lambda bucket, traces: int(_holds(view, bucket, traces, condition).sum()), condition.columns
    )
    return sum(holding)


def _holds(view: View, bucket: Bucket, traces: Traces, condition: AnyCondition) -> NDArray[np.bool_]:
    if isinstance(condition, BucketCondition):
        return condition.holds_in(view, bucket, traces)
    return condition.holds(traces, view.names)


def _found(view: View, bucket: Bucket, traces: Traces, condition: AnyCondition) -> _Found:
    position = np.flatnonzero(_holds(view, bucket, traces, condition))
    first_at = traces.occurred_at[traces.offsets[:-1][position]]
    # By month also in the order of the list: between two journeys of known hours would stand a sale of known hour.
    by_month = _by_month(traces, view.names)[position]
    first_at[by_month] = month_of(first_at[by_month])
    return _Found(bucket, position, traces.person[position], traces.number[position], first_at, by_month)


class _Candidate(NamedTuple):
    """One journey that may stand on the page."""

    bucket: Bucket
    position: int
    person: int
    number: int
    first_at: int
    by_month: bool


def _page(view: View, found: Sequence[_Found], offset: int, limit: int) -> list[JourneyRow]:
    first_at = np.concatenate([part.first_at for part in found])
    newest_first = -np.sort(-first_at)
    newest, oldest = newest_first[offset], newest_first[min(offset + limit, len(first_at)) - 1]
    before = int(np.searchsorted(-newest_first, -newest))  # journeys newer than every candidate
    # Everything as old as the page's first or last row is a candidate: pseudonyms decide between equal times.
    candidates = [
        _Candidate(
            part.bucket,
            int(part.position[at]),
            int(part.person[at]),
            int(part.number[at]),
            int(part.first_at[at]),
            bool(part.by_month[at]),
        )
        for part in found
        for at in np.flatnonzero((part.first_at <= newest) & (part.first_at >= oldest))
    ]
    pseudonym = view.feed.pseudonyms({one.person for one in candidates})
    candidates.sort(key=lambda one: (-one.first_at, pseudonym[one.person], one.number))
    chosen = candidates[offset - before : offset - before + limit]
    rows: dict[_Candidate, JourneyRow] = {}
    for bucket in {one.bucket for one in chosen}:
        traces = view.traces(bucket, ("channel", "amount_minor", "currency"))
        for one in chosen:
            if one.bucket == bucket:
                rows[one] = _row(traces, one.position, pseudonym[one.person], view.names, by_month=one.by_month)
    return [rows[one] for one in chosen]


def _by_month(traces: Traces, names: Names) -> NDArray[np.bool_]:
    """Per journey: did people of the company take part in it, so that its month is all that is told of its time?"""
    columns = [getattr(traces, name) for name in SAYS_WHO]
    if not traces.events:
        return np.zeros(traces.journeys, np.bool_)
    # What an event says in one number, -1 as 0: few different ones, and each is asked once.
    sizes = [len(getattr(names, name)) + 1 for name in SAYS_WHO]
    said = np.zeros(traces.events, np.int64)
    for column, size in zip(columns, sizes, strict=True):
        said *= size
        said += column
        said += 1
    kinds, kind = numbered(said)
    met = np.zeros(len(kinds), np.bool_)
    for at, codes in enumerate(np.transpose(np.unravel_index(kinds, sizes)).tolist()):
        met[at] = is_with_people(
            *(getattr(names, name)[code - 1] if code else "" for name, code in zip(SAYS_WHO, codes, strict=True))
        )
    return journeys_of_rows(traces, np.flatnonzero(met[kind]))


def _row(traces: Traces, position: int, person: str, names: Names, *, by_month: bool) -> JourneyRow:
    begin, end = int(traces.offsets[position]), int(traces.offsets[position + 1])
    assert traces.channel is not None  # noqa: S101 - asked for in _page
    assert traces.currency is not None  # noqa: S101
    assert traces.amount_minor is not None  # noqa: S101
    currencies = set(traces.currency[begin:end].tolist()) - {-1}
    # Two currencies have no sum.
    one_currency = len(currencies) == 1
    channel = int(traces.channel[begin])
    ends = traces.occurred_at[[begin, end - 1]]
    first_at, last_at = np.repeat(month_of(ends[:1]), 2) if by_month else ends
    return JourneyRow(
        person=person,
        number=int(traces.number[position]),
        first_at=int(first_at),
        last_at=int(last_at),
        by_month=by_month,
        events=end - begin,
        reached_goal=bool(traces.reached_goal[position]),
        first_channel=names.channel[channel],
        amount_minor=int(traces.amount_minor[begin:end].sum()) if one_currency else None,
        currency=names.currency[currencies.pop()] if one_currency else None,
        activities=tuple(names.activity[code] for code in traces.activity[begin : min(end, begin + SHOWN_ACTIVITIES)]),
    )


def journeys_of_rows(traces: Traces, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Per journey: is one of these rows its own?"""
    has = np.zeros(traces.journeys, np.bool_)
    has[np.searchsorted(traces.offsets, rows, side="right") - 1] = True
    return has
