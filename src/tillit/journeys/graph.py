"""The directly-follows graph of a view, with its totals. Definitions: docs/methods/graph.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tillit.journeys.results import ActivityCount, Endpoint, Follow, Overview
from tillit.journeys.traces import Traces
from tillit.journeys.view import View

MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class GraphPart:
    """One bucket's share of the graph. Activities are codes; an arrow is `source * activities + target`."""

    persons: int
    journeys: int
    goals: int
    first_at: int | None
    last_at: int | None
    events: NDArray[np.int64]  # per activity
    event_persons: NDArray[np.int64]
    event_journeys: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    arrows: NDArray[np.int64]  # the arrows that occur, ascending
    arrow_persons: NDArray[np.int64]
    arrow_journeys: NDArray[np.int64]
    arrow_offsets: NDArray[np.int64]  # into waits
    waits: NDArray[np.int64]  # microseconds, arrow by arrow


def overview(view: View) -> Overview:
    """The directly-follows graph of a view's journeys, exactly."""
    activities = len(view.names.activity)
    parts = view.map(lambda traces: count_graph(traces, activities))
    return _overview(parts, view.names.activity)


def count_graph(traces: Traces, activities: int) -> GraphPart:
    """Count activities, arrows, starts and ends of these journeys, and gather the waits of each arrow.

    Args:
        traces: The journeys.
        activities: How many activity codes there are.
    """
    starts, ends = traces.offsets[:-1], traces.offsets[1:]
    journey = np.repeat(np.arange(traces.journeys, dtype=np.int32), ends - starts)
    new_person = _differs_from_previous(traces.person)
    person = journey if new_person.all() else np.cumsum(new_person, dtype=np.int32)[journey]
    by_activity = _grouped(traces.activity, activities)
    kinds, arrow = _arrows(traces, activities)
    by_arrow = _grouped(arrow, len(kinds))
    occurs = np.flatnonzero(np.diff(by_arrow.bounds))
    waits = np.diff(traces.occurred_at)[by_arrow.rows]
    event_journeys, arrow_journeys = _distinct(journey, by_activity), _distinct(journey, by_arrow)
    alike = person is journey
    return GraphPart(
        persons=int(new_person.sum()),
        journeys=traces.journeys,
        goals=int(traces.reached_goal.sum()),
        first_at=int(traces.occurred_at.min()) if traces.events else None,
        last_at=int(traces.occurred_at.max()) if traces.events else None,
        events=np.diff(by_activity.bounds),
        event_persons=event_journeys if alike else _distinct(person, by_activity),
        event_journeys=event_journeys,
        starts=np.bincount(traces.activity[starts], minlength=activities),
        ends=np.bincount(traces.activity[ends - 1], minlength=activities),
        arrows=kinds[occurs],
        arrow_persons=(arrow_journeys if alike else _distinct(person, by_arrow))[occurs],
        arrow_journeys=arrow_journeys[occurs],
        arrow_offsets=by_arrow.bounds[np.append(occurs, len(kinds))],
        waits=waits,
    )


@dataclass(frozen=True, slots=True)
class _Groups:
    """Rows by code, in order inside each: code i has `rows[bounds[i]:bounds[i + 1]]`; rows of none are left out."""

    rows: NDArray[np.int64]
    bounds: NDArray[np.int64]


def _grouped(codes: NDArray[np.integer[Any]], size: int) -> _Groups:
    """Group rows by codes below `size`; the code `size` itself stands for none."""
    # NumPy sorts 8 and 16 bits by radix, in linear time.
    small = codes.astype(np.uint8 if size < 1 << 8 else np.uint16) if size < 1 << 16 else codes
    bounds = np.concatenate([[0], np.cumsum(np.bincount(small, minlength=size)[:size])])
    return _Groups(np.argsort(small, kind="stable")[: bounds[-1]], bounds)


def _arrows(traces: Traces, activities: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The kinds of arrows there may be, ascending, and which of them goes from each row to the next.

    From one journey's last event to the next one's first goes none: there stands the number of kinds.
    """
    none = activities * activities
    arrow = traces.activity[:-1].astype(np.int64) * activities + traces.activity[1:]
    arrow[traces.offsets[1:-1] - 1] = none
    if none < 1 << 16:
        return np.arange(none), arrow
    kinds = np.unique(arrow[arrow != none])
    return kinds, np.searchsorted(kinds, arrow)


def _distinct(owner: NDArray[np.int32], groups: _Groups) -> NDArray[np.int64]:
    """How many owners each group has. Owners ascend with the rows, so those of a group stand together in it."""
    owners = owner[groups.rows]
    new = _differs_from_previous(owners)
    starts = groups.bounds[:-1]
    new[starts[starts < len(new)]] = True
    counts = np.zeros(len(starts), np.int64)
    for group in np.flatnonzero(np.diff(groups.bounds)):  # counting bits in a slice is far cheaper than a running sum
        counts[group] = np.count_nonzero(new[starts[group] : groups.bounds[group + 1]])
    return counts


def _differs_from_previous(values: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
    differs = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=differs[1:])
    return differs


def _overview(parts: Sequence[GraphPart], names: tuple[str, ...]) -> Overview:
    size = len(names)
    firsts = [part.first_at for part in parts if part.first_at is not None]
    lasts = [part.last_at for part in parts if part.last_at is not None]
    events = _summed([part.events for part in parts], size)
    persons = _summed([part.event_persons for part in parts], size)
    journeys = _summed([part.event_journeys for part in parts], size)
    activities = [
        ActivityCount(names[code], int(events[code]), int(persons[code]), int(journeys[code]))
        for code in np.flatnonzero(events)
    ]
    return Overview(
        events=int(events.sum()),
        persons=sum(part.persons for part in parts),
        journeys=sum(part.journeys for part in parts),
        goals=sum(part.goals for part in parts),
        first_at=min(firsts, default=None),
        last_at=max(lasts, default=None),
        activities=tuple(sorted(activities, key=lambda activity: (-activity.events, activity.name))),
        follows=_follows(parts, names),
        starts=_endpoints(_summed([part.starts for part in parts], size), names),
        ends=_endpoints(_summed([part.ends for part in parts], size), names),
    )


def _summed(counts: Sequence[NDArray[np.int64]], size: int) -> NDArray[np.int64]:
    return np.sum(counts, axis=0, dtype=np.int64) if counts else np.zeros(size, np.int64)


def _endpoints(counts: NDArray[np.int64], names: tuple[str, ...]) -> tuple[Endpoint, ...]:
    found = [Endpoint(names[code], int(counts[code])) for code in np.flatnonzero(counts)]
    return tuple(sorted(found, key=lambda endpoint: (-endpoint.journeys, endpoint.activity)))


def _follows(parts: Sequence[GraphPart], names: tuple[str, ...]) -> tuple[Follow, ...]:
    """The arrows of all parts; the waits of one arrow are brought together one arrow at a time."""
    where: dict[int, list[tuple[GraphPart, int]]] = {}
    for part in parts:
        for position, arrow in enumerate(part.arrows.tolist()):
            where.setdefault(arrow, []).append((part, position))
    found = []
    for arrow, places in where.items():
        waits = np.concatenate([part.waits[part.arrow_offsets[at] : part.arrow_offsets[at + 1]] for part, at in places])
        p50, p90 = quantiles(waits, (0.5, 0.9))
        source, target = divmod(arrow, len(names))
        persons = sum(int(part.arrow_persons[at]) for part, at in places)
        journeys = sum(int(part.arrow_journeys[at]) for part, at in places)
        found.append(Follow(names[source], names[target], len(waits), persons, p50, p90, journeys))
    return tuple(sorted(found, key=lambda follow: (-follow.count, follow.source, follow.target)))


def quantiles(micros: NDArray[np.int64], shares: tuple[float, ...]) -> tuple[float, ...]:
    """Exact quantiles in seconds, with linear interpolation between the two nearest ranks (NumPy's "linear").

    Args:
        micros: Shape (n,), n ≥ 1; microseconds.
        shares: Which quantiles, each in [0, 1], ascending.
    """
    found: list[float] = []
    from_here, passed = micros.copy(), 0  # `passed` smaller ones are left behind
    for share in shares:
        rank = (len(micros) - 1) * share
        # One rank at a time: NumPy selects one eight times as fast as it does several at once.
        from_here.partition(int(rank) - passed)
        from_here, passed = from_here[int(rank) - passed :], int(rank)
        below = int(from_here[0])
        above = int(from_here[1:].min()) if rank > passed else below
        found.append((below + (above - below) * (rank - passed)) / MICROS)
    return tuple(found)
