"""From journeys to visits: one for each step that a journey came to before its goal, and what was known before it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tillit.journeys.calendar import EPOCH, MICROSECOND, zone_named
from tillit.journeys.numbering import is_last, numbered
from tillit.journeys.traces import Codes, Micros, Traces
from tillit.journeys.units import Indices

HOUR = 3_600_000_000
QUARTERS = 8  # four of the day, at weekends and else
HOURS_TOGETHER = 256  # the local time of so many hours is looked up at once
LEAST_IN_STRATUM = 50  # visits; thinner strata are matched on less


@dataclass(frozen=True, slots=True)
class Visits:
    """One bucket's visits of journeys that are over, each column of shape (visits,), journey after journey in time.

    A journey that comes to a step several times has one visit there, its last.

    Attributes:
        row: The event's row in the traces; as `journey` the journey's.
        left: It is the journey's last event, and the goal was not reached. All others have a row after theirs.
    """

    row: NDArray[np.int32]
    journey: NDArray[np.int32]
    left: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Endings:
    """How one bucket's journeys ended, each column of shape (journeys,).

    Attributes:
        over: The goal was reached, or so much time has passed that it no longer counts.
        goal_row: Of the first goal; beyond the last event where it was not reached.
    """

    over: NDArray[np.bool_]
    reached_goal: NDArray[np.bool_]
    goal_row: Indices


def endings(traces: Traces, *, goal: int, over_by: int | None) -> Endings:
    """How journeys ended.

    Args:
        goal: Code of the goal.
        over_by: When journeys without the goal must have ended to be over; None: all are.
    """
    goals = np.flatnonzero(traces.activity == goal)[::-1]
    goal_row = np.full(traces.journeys, traces.events)
    goal_row[np.searchsorted(traces.offsets, goals, side="right") - 1] = goals  # of several the first, written last
    reached = goal_row < traces.events
    over = reached | (True if over_by is None else traces.occurred_at[traces.offsets[1:] - 1] <= over_by)
    return Endings(over, reached, goal_row)


def visits_of(traces: Traces, part: Codes, ended: Endings) -> Visits:
    """The visits of journeys that are over.

    Args:
        part: Shape (events,); what tells events of one activity apart, -1 for nothing.
    """
    first, end = traces.offsets[:-1], traces.offsets[1:]
    events = np.where(ended.over, np.minimum(ended.goal_row, end) - first, 0)  # before the goal
    until = np.cumsum(events)
    journey = np.repeat(np.arange(traces.journeys, dtype=np.int32), events)
    row = np.repeat((first - (until - events)).astype(np.int32), events)
    row += np.arange(len(row), dtype=np.int32)
    activities, parts = int(traces.activity.max(initial=0)) + 1, int(part.max(initial=-1)) + 2
    wide = whole_numbers(traces.journeys * activities * parts)
    visit = journey * wide(activities * parts)
    visit += traces.activity[row] * wide(parts)
    if parts > 1:
        visit += part[row] + 1
    kept = np.flatnonzero(is_last(visit))
    left = np.zeros(len(row), np.bool_)
    left[until[ended.over & ~ended.reached_goal] - 1] = True
    return Visits(row[kept], journey[kept], left[kept])


def whole_numbers(end: int) -> type[np.int32] | type[np.int64]:
    """The kind of numbers below `end`: half as wide where that is enough, since millions of them are worked on."""
    return np.int32 if end <= np.iinfo(np.int32).max else np.int64


def quarters(at: Micros, timezone: str) -> NDArray[np.int8]:
    """Twice the quarter of the local day (0 = the night's six hours) of each instant, and 1 more at weekends.

    Raises:
        QueryError: There is no such time zone.
    """
    hour = at // HOUR
    first = int(hour.min()) // HOURS_TOGETHER if len(hour) else 0  # hours before 1970 are below 0
    hour -= first * HOURS_TOGETHER
    blocks = np.zeros((int(hour.max(initial=-1)) // HOURS_TOGETHER + 1, HOURS_TOGETHER), np.int8)
    has_some = np.zeros(len(blocks), np.bool_)
    has_some[hour // HOURS_TOGETHER] = True
    for block in np.flatnonzero(has_some).tolist():
        blocks[block] = _quarters_in(first + block, timezone)
    return blocks.ravel()[hour]


@lru_cache(maxsize=1 << 10)  # thirty years: buckets share most of theirs
def _quarters_in(block: int, timezone: str) -> NDArray[np.int8]:
    """Of the hours of one block, counted from 1970."""
    zone, begins_at = zone_named(timezone), EPOCH + block * HOURS_TOGETHER * HOUR * MICROSECOND
    local = [(begins_at + hour * HOUR * MICROSECOND).astimezone(zone) for hour in range(HOURS_TOGETHER)]
    return np.array([moment.hour // 6 * 2 + (moment.weekday() >= 5) for moment in local], np.int8)


def known_before(entry_channel: Indices, known: NDArray[np.integer[Any]], quarter: NDArray[np.integer[Any]]) -> Indices:
    """What is known of a visit before its step, as one number: entry channel, time of day, and new or known.

    Args:
        entry_channel: Shape (n,); of the journey's first event.
        known: The customer had reached the goal in an earlier journey.
        quarter: As of `quarters`.
    """
    number: Indices = ((entry_channel + 1) * QUARTERS + quarter) * 2 + known
    return number


def strata_of(before: Indices, visits: Indices) -> Indices:
    """The stratum of each different thing that is known before a step, shape (different,).

    Thin strata are matched on entry channel and new or known alone, and still thinner ones on new or known alone.

    Args:
        before: Shape (different,); numbers as of `known_before`, ascending.
        visits: Shape (different,); how many have it.
    """
    known, channel = before % 2, before // (2 * QUARTERS)
    stratum = np.full(len(before), -1, np.int64)
    for level, key in enumerate((before // 2, channel, np.zeros(len(before), np.int64))):
        left_over = np.flatnonzero(stratum < 0)
        _, pair = numbered(2 * key[left_over] + known[left_over])
        fits = (np.bincount(pair, visits[left_over])[pair] >= LEAST_IN_STRATUM) | (level == 2)
        stratum[left_over[fits]] = stratum.max(initial=-1) + 1 + pair[fits]
    return numbered(stratum)[1]
