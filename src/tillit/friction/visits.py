"""From journeys to visits: one row for each step that a journey came to before its goal."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tillit.errors import QueryError
from tillit.friction.split import Split
from tillit.journeys.calendar import EPOCH, MICROSECOND, zone_named
from tillit.journeys.cases import DAY
from tillit.journeys.numbering import last_of_each, numbered
from tillit.journeys.store import Bucket
from tillit.journeys.traces import Codes, Micros, Traces
from tillit.journeys.view import View, activity_code, has_earlier_goal
from tillit.sentences import sentence

HOUR = 3_600_000_000
STEP_COLUMNS = ("channel", "place", "amount_minor", "currency")
LEAST_IN_STRATUM = 50  # visits; thinner strata are matched on less


@dataclass(frozen=True, slots=True)
class VisitRows:
    """Visits of journeys that are over, each column of shape (visits,), journey after journey.

    A journey that comes to a step several times has one visit there, its last. A visit takes some 18 bytes, so that
    those of tens of millions of events stand in memory.

    Attributes:
        journey: The row in `JourneyRows`.
        activity: Codes, as small numbers as they allow; `part` is the code of the channel, place or property, -1 for
            none.
        hour: Of the visit; whole hours since 1970, UTC.
        waited_seconds: Until the journey's next event; NaN where there is none: it ended here without the goal.
    """

    journey: NDArray[np.int32]
    activity: NDArray[np.signedinteger[Any]]
    part: NDArray[np.signedinteger[Any]]
    hour: NDArray[np.int32]
    waited_seconds: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class JourneyRows:
    """All journeys, each column of shape (journeys,); those of one person stand together.

    Attributes:
        over: The goal was reached, or so much time has passed that it no longer counts.
        person: Internal codes.
        known: The customer had reached the goal in an earlier journey.
        entry_channel: Of the journey's first event: known before any step.
        visits: How many there are in `VisitRows`.
        came_at: Time of the first visit in time, as `came_to` its activity; of no meaning without visits.
        amount_minor: Of the goal's event; 0 without one, `currency` is -1 there.
    """

    over: NDArray[np.bool_]
    person: NDArray[np.int64]
    known: NDArray[np.bool_]
    reached_goal: NDArray[np.bool_]
    entry_channel: Codes
    began_at: Micros
    visits: NDArray[np.int32]
    came_at: Micros
    came_to: Codes
    amount_minor: NDArray[np.int64]
    currency: Codes


def visit_rows(view: View, split: Split) -> tuple[VisitRows, JourneyRows, tuple[str, ...]]:
    """Visits of a view's journeys that are over, all its journeys, and what the codes of `VisitRows.part` stand for.

    Raises:
        QueryError: The view's journeys have no goal, so that leaving could not be told from arriving; or the split
            cannot be made.
    """
    if view.rule.goal is None:
        raise QueryError(
            sentence("friction needs a goal: without one, leaving cannot be told from arriving; name an activity")
        )
    split.check(view)
    goal, over_by = activity_code(view.names, view.rule.goal), latest_end(view)

    def kernel(bucket: Bucket, traces: Traces) -> tuple[VisitRows, JourneyRows, tuple[str, ...]]:
        part, parts = split.parts(view, bucket, traces)
        return *visits_of(traces, part, goal=goal, over_by=over_by), parts

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
    visits, journeys, before = [], [], 0
    for one, theirs, names in found:
        # Codes of a bucket become codes of all; -1, the last, stays.
        codes = _small(np.array([*(place[name] for name in names), -1], np.int32), len(parts))
        visits.append(replace(one, part=codes[one.part], journey=one.journey + np.int32(before)))
        journeys.append(theirs)
        before += len(theirs.over)
    del found
    return _joined(VisitRows, visits), _joined(JourneyRows, journeys), tuple(parts)


def latest_end(view: View) -> int | None:
    """When journeys without the goal must have ended to be over: the lapse before the newest event of all.

    None: without a lapse every journey counts as over, since only who made the file knows.
    """
    lapse_days = view.rule.lapse_days
    return None if lapse_days is None else view.span[1] - round(lapse_days * DAY)


def _joined(kind: Any, parts: list[Any]) -> Any:
    """All parts in one, which lets go of each column of theirs once it is joined; `parts` is empty afterwards."""
    columns = [[getattr(part, field.name) for part in parts] for field in fields(kind)]
    parts.clear()
    return kind(*(np.concatenate(columns.pop(0)) for _ in fields(kind)))


def _small(codes: Codes, names: int) -> NDArray[np.signedinteger[Any]]:
    return codes.astype(np.min_scalar_type(-names - 1))


def visits_of(traces: Traces, part: Codes, *, goal: int, over_by: int | None) -> tuple[VisitRows, JourneyRows]:
    """One bucket's visits and journeys.

    Args:
        part: Shape (events,); what tells events of one activity apart, -1 for nothing.
        goal: Code of the goal.
        over_by: When journeys without the goal must have ended to be over; None: all are.
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
        known=has_earlier_goal(traces),
        reached_goal=reached,
        entry_channel=traces.channel[first_row],
        began_at=traces.occurred_at[first_row],
        visits=visits.astype(np.int32),
        came_at=traces.occurred_at[came_row],
        came_to=traces.activity[came_row],
        amount_minor=np.where(reached, traces.amount_minor[paid], 0),
        currency=np.where(reached, traces.currency[paid], -1).astype(np.int32),
    )
    hour = (at // HOUR).astype(np.int32)
    return VisitRows(of, _small(traces.activity[row], activities), _small(part[row], parts), hour, waited), journeys


def strata_of(visits: VisitRows, journeys: JourneyRows, timezone: str) -> NDArray[np.int64]:
    """The stratum of each visit: where the journey came from, new or known, quarter of the day, weekend or not.

    Thin strata are matched on entry channel and new or known alone, and still thinner ones on new or known alone.
    """
    of_journey = (journeys.entry_channel + 1) * 16 + journeys.known
    codes, place = numbered(of_journey[visits.journey] + 2 * _local_time(visits.hour, timezone))
    count = np.bincount(place)
    known, channel = codes % 2, codes // 16
    stratum = np.full(len(codes), -1, np.int64)
    for level, key in enumerate((codes // 2, channel, np.zeros(len(codes), np.int64))):
        left_over = np.flatnonzero(stratum < 0)
        _, pair = numbered(2 * key[left_over] + known[left_over])
        fits = (np.bincount(pair, count[left_over])[pair] >= LEAST_IN_STRATUM) | (level == 2)
        stratum[left_over[fits]] = stratum.max(initial=-1) + 1 + pair[fits]
    return numbered(stratum)[1][place]


def _local_time(hour: NDArray[np.int32], timezone: str) -> NDArray[np.int32]:
    """Twice the quarter of the local day (0 = the night's six hours), and 1 more at weekends."""
    zone = zone_named(timezone)
    first = int(hour.min(initial=0))  # hours before 1970 are below 0
    hours, place = numbered(hour - first)
    local = [(EPOCH + (first + int(one)) * HOUR * MICROSECOND).astimezone(zone) for one in hours]
    return np.array([moment.hour // 6 * 2 + (moment.weekday() >= 5) for moment in local], np.int32)[place]
