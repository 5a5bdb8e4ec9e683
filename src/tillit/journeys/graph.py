"""The directly-follows graph of a view, with its totals. Definitions: docs/methods/graph.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
    journey = np.repeat(np.arange(traces.journeys), np.diff(traces.offsets))
    owner = np.cumsum(np.diff(traces.person, prepend=-1) != 0)  # persons counted 1, 2, … in their order
    activity = traces.activity.astype(np.int64)
    by_activity = np.argsort(_small(activity, activities), kind="stable")
    inside = np.flatnonzero(np.diff(journey) == 0)  # the row before an arrow
    arrow = activity[inside] * activities + activity[inside + 1]
    by_arrow = np.argsort(_small(arrow, activities * activities), kind="stable")
    arrows, arrow_starts = _runs(arrow[by_arrow])
    waits = traces.occurred_at[inside + 1] - traces.occurred_at[inside]
    times = traces.occurred_at
    return GraphPart(
        persons=int(owner[-1]) if len(owner) else 0,
        journeys=traces.journeys,
        goals=int(traces.reached_goal.sum()),
        first_at=int(times.min()) if len(times) else None,
        last_at=int(times.max()) if len(times) else None,
        events=np.bincount(activity, minlength=activities),
        event_persons=_distinct(activity[by_activity], owner[journey][by_activity], activities),
        event_journeys=_distinct(activity[by_activity], journey[by_activity], activities),
        starts=np.bincount(activity[traces.offsets[:-1]], minlength=activities),
        ends=np.bincount(activity[traces.offsets[1:] - 1], minlength=activities),
        arrows=arrows,
        arrow_persons=_distinct_in_runs(arrow_starts, owner[journey][inside][by_arrow], arrow[by_arrow]),
        arrow_journeys=_distinct_in_runs(arrow_starts, journey[inside][by_arrow], arrow[by_arrow]),
        arrow_offsets=np.append(arrow_starts, len(arrow)),
        waits=waits[by_arrow],
    )


def _small(codes: NDArray[np.int64], size: int) -> NDArray[np.unsignedinteger]:
    """The codes in 16 bits where they fit: NumPy then sorts by radix, in linear time."""
    return codes.astype(np.uint16 if size <= 1 << 16 else np.uint64)


def _runs(values: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The values of the runs of a sorted array, and where each begins."""
    starts = np.flatnonzero(np.diff(values, prepend=-1))
    return values[starts], starts


def _distinct(codes: NDArray[np.int64], owners: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """How many owners each code has; both sorted by code, owners ascending inside one."""
    new = (np.diff(codes, prepend=-1) != 0) | (np.diff(owners, prepend=-1) != 0)
    return np.bincount(codes[new], minlength=size)


def _distinct_in_runs(
    starts: NDArray[np.int64], owners: NDArray[np.int64], values: NDArray[np.int64]
) -> NDArray[np.int64]:
    new = (np.diff(values, prepend=-1) != 0) | (np.diff(owners, prepend=-1) != 0)
    return np.add.reduceat(new, starts, dtype=np.int64) if len(starts) else np.zeros(0, np.int64)


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
        shares: Which quantiles, each in [0, 1].
    """
    return tuple(float(value) / MICROS for value in np.quantile(micros, shares))
