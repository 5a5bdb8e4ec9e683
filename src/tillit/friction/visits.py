"""From journeys to visits: one row for each step that a journey came to before its goal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tillit.errors import QueryError
from tillit.friction.split import Split
from tillit.journeys.calendar import EPOCH, MICROSECOND, zone_named
from tillit.journeys.cases import DAY
from tillit.journeys.numbering import last_of_each, numbered
from tillit.journeys.store import Bucket
from tillit.journeys.traces import Codes, Micros, Traces
from tillit.journeys.units import Indices
from tillit.journeys.view import View, activity_code, has_earlier_goal
from tillit.sentences import sentence

HOUR = 3_600_000_000
STEP_COLUMNS = ("channel", "place", "amount_minor", "currency")
LEAST_IN_STRATUM = 50  # visits; thinner strata are matched on less


@dataclass(frozen=True, slots=True)
class VisitRows:
    """One bucket's visits of journeys that are over, each column of shape (visits,), journey after journey.

    A journey that comes to a step several times has one visit there, its last. A visit takes some 16 bytes, so that
    those of tens of millions of events stand in memory.

    Attributes:
        journey: The row in the bucket's `JourneyRows`.
        activity: Codes, as small numbers as they allow; `part` is the code of the channel, place or property, -1 for
            none.
        known_before: What is known before the step, as `known_before` has it.
        waited_seconds: Until the journey's next event; NaN where there is none: it ended here without the goal.
    """

    journey: NDArray[np.int32]
    activity: NDArray[np.signedinteger[Any]]
    part: NDArray[np.signedinteger[Any]]
    known_before: NDArray[np.int32]
    waited_seconds: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class JourneyRows:
    """One bucket's journeys, each column of shape (journeys,); those of one person stand together.

    Attributes:
        over: The goal was reached, or so much time has passed that it no longer counts.
        person: Internal codes.
        visits: How many there are in `VisitRows`.
        came_at: Time of the first visit in time, as `came_to` its activity; of no meaning without visits.
        amount_minor: Of the goal's event; 0 without one, `currency` is -1 there.
    """

    over: NDArray[np.bool_]
    person: NDArray[np.int64]
    reached_goal: NDArray[np.bool_]
    began_at: Micros
    visits: NDArray[np.int32]
    came_at: Micros
    came_to: Codes
    amount_minor: NDArray[np.int64]
    currency: Codes


BucketRows: TypeAlias = tuple[VisitRows, JourneyRows]


def visit_rows(view: View, split: Split, *, timezone: str = "UTC") -> tuple[list[BucketRows], tuple[str, ...]]:
    """Visits of a view's journeys that are over and all its journeys, and what the codes of `VisitRows.part` stand for.

    Raises:
        QueryError: The view's journeys have no goal, so that leaving could not be told from arriving; or the split
            cannot be made, or there is no such time zone.
    """
    if view.rule.goal is None:
        raise QueryError(
            sentence("friction needs a goal: without one, leaving cannot be told from arriving; name an activity")
        )
    split.check(view)
    goal, over_by = activity_code(view.names, view.rule.goal), latest_end(view)

    def kernel(bucket: Bucket, traces: Traces) -> tuple[VisitRows, JourneyRows, tuple[str, ...]]:
        part, parts = split.parts(view, bucket, traces)
        return *visits_of(traces, part, goal=goal, over_by=over_by, timezone=timezone), parts

    columns = {"channel", "amount_minor", "currency"} | ({split.column} if split.column else set())
    found = view.map_buckets(kernel, columns)
    parts = sorted({name for _, _, names in found for name in names})
    if split.property_name is not None and not parts:
        raise QueryError(
            sentence(
                "no event has a text under the property '{name}'; look at a file's columns",
                name=split.property_name or "",
            )
        )
    place = {name: code for code, name in enumerate(parts)}
    rows: list[BucketRows] = []
    for visits, journeys, names in found:  # codes of a bucket become codes of all; -1, the last, stays
        codes = _small(np.array([*(place[name] for name in names), -1], np.int32), len(parts))
        rows.append((replace(visits, part=codes[visits.part]), journeys))
    return rows, tuple(parts)


def latest_end(view: View) -> int | None:
    """When journeys without the goal must have ended to be over: the lapse before the newest event of all.

    None: without a lapse every journey counts as over, since only who made the file knows.
    """
    lapse_days = view.rule.lapse_days
    return None if lapse_days is None else view.span[1] - round(lapse_days * DAY)


def _small(codes: Codes, names: int) -> NDArray[np.signedinteger[Any]]:
    return codes.astype(np.min_scalar_type(-names - 1))


def visits_of(
    traces: Traces, part: Codes, *, goal: int, over_by: int | None, timezone: str | None = None
) -> tuple[VisitRows, JourneyRows]:
    """One bucket's visits and journeys.

    Args:
        part: Shape (events,); what tells events of one activity apart, -1 for nothing.
        goal: Code of the goal.
        over_by: When journeys without the goal must have ended to be over; None: all are.
        timezone: Where the customers are; None where nobody asks for the time of day, and it is always night.
    """
    assert traces.channel is not None  # noqa: S101 - asked for above, as the other columns
    assert traces.amount_minor is not None  # noqa: S101
    assert traces.currency is not None  # noqa: S101
    first_row, last_row = traces.offsets[:-1], traces.offsets[1:] - 1
    lengths = np.diff(traces.offsets)
    journey = np.repeat(np.arange(traces.journeys, dtype=np.int32), lengths)
    goals = np.flatnonzero(traces.activity == goal)[::-1]
    goal_row = np.full(traces.journeys, traces.events)
    goal_row[journey[goals]] = goals  # of several the last one written stays: the first
    reached = goal_row < traces.events
    over = reached | (True if over_by is None else traces.occurred_at[last_row] <= over_by)
    until = np.where(over, goal_row, first_row)
    rows = np.flatnonzero(np.arange(traces.events) < np.repeat(until, lengths))
    activities, parts = int(traces.activity.max(initial=0)) + 1, int(part.max(initial=-1)) + 2
    step = traces.activity[rows] if parts == 1 else traces.activity[rows] * np.int64(parts) + part[rows] + 1
    row = rows[last_of_each(journey[rows] * np.int64(activities * parts) + step)]
    of, at = journey[row], traces.occurred_at[row]
    waited = np.diff(traces.occurred_at, append=0)[row] / 1e6
    waited[row == last_row[of]] = np.nan
    visits = np.bincount(of, minlength=traces.journeys)
    came = np.flatnonzero(visits)
    came_row = np.zeros(traces.journeys, np.int64)
    if len(came):
        came_row[came] = np.minimum.reduceat(row, (np.cumsum(visits) - visits)[came])
    paid = np.minimum(goal_row, max(traces.events - 1, 0))
    journeys = JourneyRows(
        over=over,
        person=traces.person,
        reached_goal=reached,
        began_at=traces.occurred_at[first_row],
        visits=visits.astype(np.int32),
        came_at=traces.occurred_at[came_row],
        came_to=traces.activity[came_row],
        amount_minor=np.where(reached, traces.amount_minor[paid], 0),
        currency=np.where(reached, traces.currency[paid], -1).astype(np.int32),
    )
    entry, known = traces.channel[first_row], has_earlier_goal(traces)
    quarter = np.zeros(len(of), np.int32) if timezone is None else quarters(at, timezone)
    before = known_before(entry[of], known[of], quarter)
    return VisitRows(of, _small(traces.activity[row], activities), _small(part[row], parts), before, waited), journeys


def quarters(at: Micros, timezone: str) -> NDArray[np.int32]:
    """Twice the quarter of the local day (0 = the night's six hours) of each instant, and 1 more at weekends.

    Raises:
        QueryError: There is no such time zone.
    """
    hour = at // HOUR
    first = int(hour.min(initial=0))  # hours before 1970 are below 0
    hours, place = numbered(hour - first)
    return np.array([_quarter(first + one, timezone) for one in hours.tolist()], np.int32)[place]


@lru_cache(maxsize=1 << 17)  # every hour of fifteen years: buckets share most of theirs
def _quarter(hour: int, timezone: str) -> int:
    moment = (EPOCH + hour * HOUR * MICROSECOND).astimezone(zone_named(timezone))
    return moment.hour // 6 * 2 + (moment.weekday() >= 5)


def known_before(entry_channel: Codes, known: NDArray[np.bool_], quarter: NDArray[np.int32]) -> NDArray[np.int32]:
    """What is known of a visit before its step, as one number: entry channel, time of day, and new or known.

    Args:
        entry_channel: Shape (visits,); of the journey's first event.
        known: The customer had reached the goal in an earlier journey.
        quarter: As of `quarters`.
    """
    return ((entry_channel + 1) * 8 + quarter) * 2 + known


def strata_of(before: Indices, visits: Indices) -> Indices:
    """The stratum of each different thing that is known before a step, shape (different,).

    Thin strata are matched on entry channel and new or known alone, and still thinner ones on new or known alone.

    Args:
        before: Shape (different,); numbers as of `known_before`, ascending.
        visits: Shape (different,); how many have it.
    """
    known, channel = before % 2, before // 16
    stratum = np.full(len(before), -1, np.int64)
    for level, key in enumerate((before // 2, channel, np.zeros(len(before), np.int64))):
        left_over = np.flatnonzero(stratum < 0)
        _, pair = numbered(2 * key[left_over] + known[left_over])
        fits = (np.bincount(pair, visits[left_over])[pair] >= LEAST_IN_STRATUM) | (level == 2)
        stratum[left_over[fits]] = stratum.max(initial=-1) + 1 + pair[fits]
    return numbered(stratum)[1]
